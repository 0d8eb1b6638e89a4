"""Tools, the choice among them and the answer's format, from their Responses shapes into the hub's.

A custom tool takes free text. Dialects without such tools are offered a function whose only argument is that text.
"""

from collections.abc import Mapping
from typing import cast

import orjson

from switchboard.errors import InvalidRequest
from switchboard.json_types import Json, JsonObject
from switchboard.protocols.checks import is_list, is_object
from switchboard.protocols.openai_responses.names import hub_name, tools_within

INPUT = "input"
_ONE_TEXT: JsonObject = {
    "type": "object",
    "properties": {INPUT: {"type": "string"}},
    "required": [INPUT],
    "additionalProperties": False,
}
_FUNCTION_KEYS = ("name", "description", "parameters", "strict")


def as_arguments(text: str) -> str:
    """A custom call's free text as the arguments of the function that stands for it."""
    return orjson.dumps({INPUT: text}).decode()


def as_text(arguments: str) -> str:
    """The free text again; a model that ignored the function's shape is taken at its word."""
    try:
        value = orjson.loads(arguments)
    except orjson.JSONDecodeError:
        return arguments
    text = value.get(INPUT) if isinstance(value, dict) else None
    return text if isinstance(text, str) else arguments


def tool_parameters(given: Mapping[str, Json]) -> JsonObject:
    """`tools` and `tool_choice` as the hub has them. Raises InvalidRequest, naming the field."""
    offered = enumerate(cast("list[Json]", given.get("tools", [])))
    tools = [tool for index, entry in offered for tool in _tools(entry, f"tools[{index}]")]
    choice = given.get("tool_choice")
    if is_object(choice):
        tools, choice = _chosen(tools, choice)
    parameters: JsonObject = {"tools": cast(Json, tools)} if tools else {}
    if tools and choice is not None:
        parameters["tool_choice"] = choice
    return parameters


def text_parameters(text: Json) -> JsonObject:
    """`response_format` and `verbosity` from `text`. Raises InvalidRequest, naming the field."""
    if not is_object(text):
        return {}
    parameters: JsonObject = {}
    if text.get("verbosity") is not None:
        parameters["verbosity"] = text["verbosity"]
    wanted = text.get("format")
    if wanted is None:
        return parameters
    if not is_object(wanted) or wanted.get("type") not in ("text", "json_object", "json_schema"):
        raise InvalidRequest(
            "`text.format.type` must be 'text', 'json_object' or 'json_schema'.", param="text.format.type"
        )
    if wanted["type"] == "json_schema":
        parameters["response_format"] = _schema_format(wanted)
    elif wanted["type"] == "json_object":
        parameters["response_format"] = {"type": "json_object"}
    return parameters


def _schema_format(wanted: JsonObject) -> JsonObject:
    if not isinstance(wanted.get("name"), str):
        raise InvalidRequest("`text.format.name` must be a string.", param="text.format.name")
    if not is_object(wanted.get("schema")):
        raise InvalidRequest("`text.format.schema` must be a JSON Schema.", param="text.format.schema")
    named: JsonObject = {k: v for k, v in wanted.items() if k != "type" and v is not None}
    return {"type": "json_schema", "json_schema": named}


def _tools(entry: Json, where: str) -> list[JsonObject]:
    """One, or those of a namespace. Codex always offers a search in what its provider has cached: others do without."""
    if not is_object(entry) or not isinstance(entry.get("type"), str):
        raise InvalidRequest(f"`{where}` must be an object with a `type`.", param=where)
    if entry["type"] == "web_search" and entry.get("external_web_access") is False:
        return []
    return [_tool(tool, namespace, where) for tool, namespace in tools_within(entry)]


def _tool(tool: JsonObject, namespace: str | None, where: str) -> JsonObject:
    if tool.get("type") not in ("function", "custom"):
        return tool  # a provider's own tool: only an upstream of this dialect can run it
    if not isinstance(tool.get("name"), str) or not tool["name"]:
        hint = " Tools are flat here: `name` stands beside `type`." if is_object(tool.get("function")) else ""
        raise InvalidRequest(f"`{where}.name` must be a string.{hint}", param=f"{where}.name")
    function = _function_of_custom(tool) if tool["type"] == "custom" else tool
    kept: JsonObject = {name: function[name] for name in _FUNCTION_KEYS if function.get(name) is not None}
    return {"type": "function", "function": {**kept, "name": hub_name(str(tool["name"]), namespace)}}


def _function_of_custom(tool: JsonObject) -> JsonObject:
    wanted = tool.get("format")
    definition = wanted.get("definition") if is_object(wanted) else None
    grammar = f"`{INPUT}` must follow this grammar:\n{definition}" if isinstance(definition, str) else ""
    description = "\n\n".join(filter(None, [str(tool.get("description") or ""), grammar]))
    return {"description": description, "parameters": _ONE_TEXT}


def _chosen(tools: list[JsonObject], choice: JsonObject) -> tuple[list[JsonObject], Json]:
    """Of the choices that are objects only the naming of a function travels; a subset is offered as the whole."""
    if choice["type"] in ("function", "custom"):
        return tools, {"type": "function", "function": {"name": _chosen_name(choice)}}
    if choice["type"] == "allowed_tools" and is_list(choice.get("tools")):
        allowed = [tool for tool in cast("list[Json]", choice["tools"]) if is_object(tool)]
        names = {hub_name(str(tool.get("name")), tool.get("namespace")) for tool in allowed}
        return [tool for tool in tools if _name(tool) in names], choice.get("mode", "auto")
    return tools, None


def _chosen_name(choice: JsonObject) -> str:
    if not isinstance(choice.get("name"), str):
        raise InvalidRequest("`tool_choice.name` must name a tool.", param="tool_choice.name")
    return hub_name(str(choice["name"]), choice.get("namespace"))


def _name(tool: JsonObject) -> Json:
    function = tool.get("function")
    return function.get("name") if is_object(function) else tool.get("name")

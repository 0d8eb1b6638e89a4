"""Anthropic's parameters under the hub's names, which are OpenAI's; what has no such name stays in `native` alone."""

from collections.abc import Mapping
from typing import cast

from switchboard.errors import InvalidRequest
from switchboard.json_types import Json, JsonObject
from switchboard.protocols.anthropic_messages.fields import GATEWAY_FIELDS

_CHOICES = {"auto": "auto", "any": "required", "none": "none"}
_TIERS: Mapping[Json, str] = {"auto": "auto", "standard_only": "default"}
# They reach into the world from Anthropic's side: no other dialect may drop them silently (see providers/openai_chat).
_NATIVE_SERVICES = ("mcp_servers", "container")
# What the hub has elsewhere, or under another name.
_UNDERSTOOD = GATEWAY_FIELDS | {
    *("model", "messages", "system", "stream", "stop_sequences", "tools", "tool_choice", "thinking"),
    *("output_config", "output_format", "metadata", "service_tier"),
}


def hub_parameters(given: Mapping[str, Json]) -> dict[str, Json]:
    """`given` is the body without nulls, its fields checked.

    What the hub has no name for is there under Anthropic's: so it is named where it gets lost in translation.
    """
    found: dict[str, Json] = {
        name: given[name]
        for name in ("temperature", "top_p", "top_k", "max_tokens", *_NATIVE_SERVICES)
        if name in given
    }
    if given.get("stop_sequences"):
        found["stop"] = given["stop_sequences"]
    tools = [_tool(tool, f"tools[{index}]") for index, tool in enumerate(cast("list[Json]", given.get("tools") or []))]
    if tools:
        found["tools"] = cast("list[Json]", tools)
    found.update(_choice(cast(JsonObject, given.get("tool_choice", {}))))
    reasoning = _reasoning(given)
    if reasoning:
        found["reasoning"] = reasoning
    found.update(_format(given))
    if given.get("service_tier") in _TIERS:
        found["service_tier"] = _TIERS[given["service_tier"]]
    user = cast(JsonObject, given.get("metadata", {})).get("user_id")
    if isinstance(user, str) and user:
        found["user"] = user
    if _asks_for_citations(given.get("messages")):
        found["citations"] = True
    return {**{name: value for name, value in given.items() if name not in _UNDERSTOOD}, **found}


def _asks_for_citations(messages: Json) -> bool:
    """Of a document: no other dialect can point into what a prompt holds."""
    contents = [message.get("content") for message in _objects(messages)]
    settings = [part.get("citations") for content in contents for part in _objects(content)]
    return any(isinstance(each, dict) and each.get("enabled") is True for each in settings)


def _objects(value: Json) -> list[JsonObject]:
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def _tool(tool: Json, where: str) -> JsonObject:
    """A function; a server tool (`type` with a date) is kept as it is."""
    if not isinstance(tool, dict):
        raise InvalidRequest(f"`{where}` must be an object.", param=where)
    if tool.get("type") not in (None, "custom"):
        return tool
    if not isinstance(tool.get("name"), str):
        raise InvalidRequest(f"`{where}.name` must be a string.", param=f"{where}.name")
    if not isinstance(tool.get("input_schema", {}), dict):
        raise InvalidRequest(f"`{where}.input_schema` must be a JSON Schema.", param=f"{where}.input_schema")
    function: JsonObject = {"name": tool["name"], "description": tool.get("description") or ""}
    function["parameters"] = tool.get("input_schema", {})
    if isinstance(tool.get("strict"), bool):
        function["strict"] = tool["strict"]
    rest = {k: v for k, v in tool.items() if k not in _TOOL_FIELDS and v is not None}
    return {"type": "function", "function": function, **rest}


_TOOL_FIELDS = ("type", "name", "description", "input_schema", "strict")


def _choice(choice: JsonObject) -> dict[str, Json]:
    if not choice:
        return {}
    kind = choice.get("type")
    found: dict[str, Json] = {}
    if kind == "tool" and isinstance(choice.get("name"), str):
        found["tool_choice"] = {"type": "function", "function": {"name": choice["name"]}}
    elif isinstance(kind, str) and kind in _CHOICES:
        found["tool_choice"] = _CHOICES[kind]
    else:
        raise InvalidRequest("`tool_choice.type` must be auto, any, none, or tool with a `name`.", param="tool_choice")
    if isinstance(choice.get("disable_parallel_tool_use"), bool):
        found["parallel_tool_calls"] = not choice["disable_parallel_tool_use"]
    return found


def _reasoning(given: Mapping[str, Json]) -> JsonObject:
    """An effort may be stated without thinking: models of other makers think all the same."""
    thinking = cast(JsonObject, given.get("thinking", {}))
    effort = cast(JsonObject, given.get("output_config", {})).get("effort")
    found: JsonObject = {"effort": effort} if isinstance(effort, str) else {}
    kind = thinking.get("type")
    if kind == "disabled":
        return {"enabled": False}
    if kind is not None:
        found["enabled"] = True
    if isinstance(thinking.get("budget_tokens"), int):
        found["max_tokens"] = thinking["budget_tokens"]
    if thinking.get("display") == "omitted":
        found["exclude"] = True
    return found


def _format(given: Mapping[str, Json]) -> dict[str, Json]:
    """`output_config.format`, or `output_format` as its beta spelt it."""
    wanted = cast(JsonObject, given.get("output_config", {})).get("format") or given.get("output_format")
    if not isinstance(wanted, dict) or not isinstance(wanted.get("schema"), dict):
        return {}
    described: JsonObject = {"name": "response", "schema": wanted["schema"], "strict": True}
    return {"response_format": {"type": "json_schema", "json_schema": described}}

"""An answer in a given JSON shape, from those who cannot be asked for one: as the input of a tool that must be called.

The wanted schema is the tool's, and each dialect's decoder gives the call's input out as the answer's text. Where the
caller has tools of his own, the model may call one of them first. Nothing can be forced on a model that thinks.
"""

from dataclasses import replace
from typing import cast

from switchboard.chat import ChatRequest
from switchboard.json_types import Json, JsonObject
from switchboard.requested import JsonFormat, ToolChoice, json_format_of, reasoning_of, tool_choice_of

# Decoders know this name again.
JSON_TOOL = "switchboard_json_answer"
_ANY_OBJECT: JsonObject = {"type": "object", "additionalProperties": True}
_THINKS = "it cannot think and keep to a schema at once: leave out `reasoning` or the schema"
_NO_OBJECT = "its answers in a given shape are JSON objects, the schema asks for something else"


def asked_by_tool(request: ChatRequest) -> ChatRequest:
    """With the wish for JSON as a tool among the parameters; the same request if there is none.

    Where a call is demanded anyway, the answer in JSON is a later turn's: then the wish only goes.
    """
    wanted = json_format_of(request)
    if wanted is None:
        return request
    parameters = {name: value for name, value in request.parameters.items() if name != "response_format"}
    own = cast("list[Json]", parameters.get("tools") or [])
    choice = tool_choice_of(request) or ToolChoice()
    if not own or choice.mode not in ("required", "named"):
        named = not own or choice.mode == "none"
        parameters["tools"] = [*own, _tool(wanted)]
        parameters["tool_choice"] = {"type": "function", "function": {"name": JSON_TOOL}} if named else "required"
    return replace(request, parameters=parameters)


def shape_misfit(request: ChatRequest) -> str | None:
    """Why a schema cannot be asked for by tool, in words for the caller; None if it can, or if there is none."""
    wanted, reasoning = json_format_of(request), reasoning_of(request)
    if wanted is None or wanted.schema is None:
        return None
    if wanted.schema.get("type", "object") != "object":
        return _NO_OBJECT
    return _THINKS if reasoning is not None and not reasoning.is_off else None


def _tool(wanted: JsonFormat) -> JsonObject:
    schema = {"type": "object", **(wanted.schema or _ANY_OBJECT)}
    description = f"Give your answer ({wanted.name}) as the input of this tool."
    return {
        "type": "function",
        "function": {"name": JSON_TOOL, "description": description, "parameters": schema},
    }

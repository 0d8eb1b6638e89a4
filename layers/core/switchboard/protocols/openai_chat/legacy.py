"""`functions` and `function_call`, OpenAI's form of 2023: put into today's on the way in, and back on the way out.

Providers, and every other dialect, only ever see tools. One call at a time is all that the old form can say.
"""

from collections.abc import Mapping
from typing import cast

from switchboard.errors import InvalidRequest
from switchboard.json_types import Json, JsonObject
from switchboard.protocols.checks import is_list, is_object

OLD_FIELDS = ("functions", "function_call")
# Among the gateway's own fields of a request: its answer has to be told in the old form.
LEGACY = "legacy_functions"


def is_legacy(native: Mapping[str, Json]) -> bool:
    """True if the caller knows no tools: his answers must have none either."""
    return native.get("functions") is not None and not native.get("tools")


def modernized(native: JsonObject) -> JsonObject:
    """The body with tools in place of functions, and their calls and results in its messages. Raises InvalidRequest."""
    body = {name: value for name, value in native.items() if name not in OLD_FIELDS}
    if is_legacy(native):
        body |= _tools(native["functions"], native.get("function_call"))
    messages = native.get("messages")
    if is_list(messages) and any(_is_old(message) for message in messages):
        body["messages"] = _messages(messages)
    return body


def in_old_words(choice: JsonObject, part: str) -> JsonObject:
    """A choice for who sent `functions`: its first call, under the old name. `part` is message or delta."""
    said = dict(cast(JsonObject, choice.get(part) or {}))
    calls = cast("list[JsonObject]", said.pop("tool_calls", None) or [])
    first = next((call for call in calls if call.get("index", 0) == 0), None)
    if first is not None:
        said["function_call"] = first.get("function")
    reason = "function_call" if choice.get("finish_reason") == "tool_calls" else choice.get("finish_reason")
    return {**choice, part: said, "finish_reason": reason}


def _tools(functions: Json, choice: Json) -> JsonObject:
    if not is_list(functions) or not all(is_object(function) for function in functions):
        raise InvalidRequest("`functions` must be a list of objects with a `name`.", param="functions")
    tools: list[Json] = [{"type": "function", "function": function} for function in functions]
    if not tools:
        return {}
    told: JsonObject = {"tools": tools, "parallel_tool_calls": False}
    if choice is not None:
        told["tool_choice"] = {"type": "function", "function": choice} if is_object(choice) else choice
    return told


def _is_old(message: Json) -> bool:
    return is_object(message) and (message.get("role") == "function" or is_object(message.get("function_call")))


def _messages(messages: list[Json]) -> list[Json]:
    """Calls had no ids: each is given one by its place, and the result that follows refers to it."""
    modern: list[Json] = []
    last = ""
    for place, message in enumerate(messages):
        if not is_object(message):
            modern.append(message)
            continue
        call = message.get("function_call")
        if is_object(call):
            last = f"call_{place}"
            rest = {name: value for name, value in message.items() if name != "function_call"}
            modern.append({**rest, "tool_calls": [{"id": last, "type": "function", "function": call}]})
        elif message.get("role") == "function":
            modern.append(
                {"role": "tool", "tool_call_id": last or message.get("name"), "content": message.get("content") or ""}
            )
        else:
            modern.append(message)
    return modern

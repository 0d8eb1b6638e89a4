"""Servers that know no schema (the quirk `json_object_only`): asked for JSON by a tool, whose input is the answer.

What such a server says is put back into the words of one that knows schemas, so that clients of this dialect, who are
given its answer nearly as it is, see a message with content and no call.
"""

from dataclasses import replace
from typing import cast

from switchboard.catalog.model import Endpoint
from switchboard.chat import ChatRequest
from switchboard.json_types import Json, JsonObject
from switchboard.parameters import Vocabulary, unsupported_parameters, without
from switchboard.providers.json_answer import JSON_TOOL, asked_by_tool, shape_misfit
from switchboard.providers.openai_chat.quirks import JSON_OBJECT_ONLY
from switchboard.requested import json_format_of

_ABOUT_TOOLS = ("tools", "tool_choice")


def needs_tool(request: ChatRequest, endpoint: Endpoint) -> bool:
    """True if the request has a schema that the server would not understand."""
    if JSON_OBJECT_ONLY not in endpoint.provider.quirks:
        return False
    wanted = json_format_of(request)
    return wanted is not None and wanted.schema is not None


def unshapely(request: ChatRequest, endpoint: Endpoint, words: Vocabulary) -> str | None:
    """Why the answer cannot have the shape that is asked for, in words for the caller; None if it can."""
    if not needs_tool(request, endpoint):
        return None
    kept = without(request, unsupported_parameters(request, endpoint, words))
    return shape_misfit(kept) if needs_tool(kept, endpoint) else None


def with_tool(request: ChatRequest) -> ChatRequest:
    """The schema as a tool, in the hub's words and in the client's own body if it has these names for them."""
    asked = asked_by_tool(request)
    native = {name: value for name, value in request.native.items() if name != "response_format"}
    about_tools = {name: asked.parameters[name] for name in _ABOUT_TOOLS if name in asked.parameters}
    return replace(asked, native={**native, **about_tools})


class JsonCalls:
    """One answer's calls of JSON_TOOL, whole or in fragments, as content. `holder` is `message` or `delta`."""

    def __init__(self, holder: str) -> None:
        self._holder = holder
        self._answers: set[tuple[int, int]] = set()
        self._called: set[int] = set()

    def as_content(self, choice: JsonObject) -> JsonObject:
        """The same choice if nothing in it has to do with the tool."""
        index = cast(int, choice.get("index") or 0)
        said = cast(JsonObject, choice.get(self._holder) or {})
        calls = cast("list[JsonObject]", said.get("tool_calls") or [])
        written, others = "", list[Json]()
        for position, call in enumerate(calls):
            place = call.get("index")
            if self._is_answer(index, place if isinstance(place, int) else position, call):
                written += _arguments(call)
            else:
                self._called.add(index)
                others.append(call)
        if len(others) < len(calls):
            rest = {name: value for name, value in said.items() if name != "tool_calls"}
            rest.update({"tool_calls": others} if others else {})
            choice = {**choice, self._holder: {**rest, "content": str(said.get("content") or "") + written}}
        if choice.get("finish_reason") == "tool_calls" and index not in self._called:
            return {**choice, "finish_reason": "stop"}
        return choice

    def _is_answer(self, index: int, place: int, call: JsonObject) -> bool:
        """Only a call's first fragment has its name."""
        if cast(JsonObject, call.get("function") or {}).get("name") == JSON_TOOL:
            self._answers.add((index, place))
        return (index, place) in self._answers


def _arguments(call: JsonObject) -> str:
    arguments = cast(JsonObject, call.get("function") or {}).get("arguments")
    return arguments if isinstance(arguments, str) else ""

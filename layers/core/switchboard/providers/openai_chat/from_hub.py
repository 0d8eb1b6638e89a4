"""A chat completion request for a client of another dialect, built from the hub; request.py fits it to the server."""

import hashlib
from collections.abc import Mapping
from typing import cast

from switchboard.catalog.model import Endpoint
from switchboard.chat import ChatRequest
from switchboard.json_types import Json, JsonObject
from switchboard.providers.openai_chat.hub_messages import cannot_say, chat_messages
from switchboard.providers.openai_chat.words import SAME
from switchboard.requested import effort_of, native_tools_of, reasoning_of, user_of

_LONGEST_USER = 64
USUAL_EFFORTS = ("low", "medium", "high")
_NEAREST: Mapping[str, str] = {"none": "", "minimal": "low", "xhigh": "high", "max": "high"}
USUAL_OUTPUT = 32_000


def chat_body(request: ChatRequest, endpoint: Endpoint) -> JsonObject:
    """Raises UpstreamFailure (bad_request) for what this dialect cannot say."""
    body: JsonObject = {name: request.parameters[name] for name in SAME if name in request.parameters}
    body["messages"] = cast("list[Json]", chat_messages(request.messages))
    tools = _tools(request)
    if tools:
        body["tools"] = cast("list[Json]", tools)
    if request.stream:
        body["stream"] = True
    if request.max_output is not None:
        body["max_completion_tokens"] = request.max_output
    user = user_of(request)
    if user is not None:
        body["user"] = user if len(user) <= _LONGEST_USER else hashlib.sha256(user.encode()).hexdigest()
    effort = effort_for(request, endpoint)
    if effort:
        body["reasoning_effort"] = effort
    return body


def _tools(request: ChatRequest) -> list[JsonObject]:
    for tool in native_tools_of(request):
        raise cannot_say(f"A tool of type `{tool.get('type')}`")
    given = cast("list[JsonObject]", request.parameters.get("tools", []))
    return [{"type": "function", "function": _function(cast(JsonObject, tool["function"]))} for tool in given]


def _function(function: JsonObject) -> JsonObject:
    """Without an empty description, which says less than none."""
    return {name: value for name, value in function.items() if value not in ("", None)}


def effort_for(request: ChatRequest, endpoint: Endpoint) -> str | None:
    """The nearest that the server knows; `efforts` among an endpoint's facts lists them where they are unusual.

    "none" is only sent to those who list it: to others it is an unknown word.
    """
    reasoning, supported = reasoning_of(request), endpoint.supported_parameters
    if reasoning is None or (supported is not None and supported.isdisjoint(("reasoning", "reasoning_effort"))):
        return None
    listed = endpoint.facts.get("efforts")
    known = [str(word) for word in listed] if isinstance(listed, list) else list(USUAL_EFFORTS)
    effort = effort_of(reasoning, request.max_output or endpoint.max_output or USUAL_OUTPUT)
    return effort if effort in known else _NEAREST.get(effort, "medium") or None

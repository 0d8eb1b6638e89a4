"""The body for an OpenAI-compatible server: the client's own, less what is not meant for it.

A client of another dialect is put into this one first (from_hub.py).
"""

import hashlib
from collections.abc import Callable
from typing import cast

import orjson

from switchboard.catalog.model import Endpoint
from switchboard.chat import EMBEDDINGS, ChatRequest
from switchboard.json_types import Json, JsonObject
from switchboard.parameters import dropped_parameters
from switchboard.providers.authorization import authorization
from switchboard.providers.openai_chat import embeddings, quirks
from switchboard.providers.openai_chat.embeddings import embeddings_body
from switchboard.providers.openai_chat.from_hub import chat_body, effort_for
from switchboard.providers.openai_chat.json_answer import needs_tool, with_tool
from switchboard.secret import Secret
from switchboard.wire.http import HttpRequest

PROTOCOL = "openai-chat"
PATH = "/chat/completions"
LIMIT_FIELDS = ("max_completion_tokens", "max_tokens")
# OpenRouter's ways of handing reasoning back, and cache marks: OpenAI answers 400 to a key it does not know.
_MESSAGE_EXTRAS = frozenset({"reasoning", "reasoning_details", "reasoning_content", "cache_control"})
_MISTRAL_ID_LENGTH = 9


def build(request: ChatRequest, endpoint: Endpoint, secret: Secret | None) -> HttpRequest:
    provider = endpoint.provider
    headers = {
        "content-type": "application/json",
        "accept": "text/event-stream" if request.stream else "application/json",
        **provider.headers,
        **authorization(provider, secret),
    }
    if request.protocol == EMBEDDINGS:
        body = orjson.dumps(embeddings_body(request, endpoint))
        return HttpRequest("POST", provider.base_url + embeddings.PATH, headers, body)
    return HttpRequest("POST", provider.base_url + PATH, headers, orjson.dumps(_body(request, endpoint)))


def _body(request: ChatRequest, endpoint: Endpoint) -> JsonObject:
    dropped = dropped_parameters(request, endpoint)
    if "response_format" not in dropped and needs_tool(request, endpoint):
        request = with_tool(request)
    given = request.native if request.protocol == PROTOCOL else chat_body(request, endpoint)
    body: JsonObject = {
        name: value
        for name, value in given.items()
        if value is not None and name not in request.gateway and name not in dropped
    }
    flags = endpoint.provider.quirks
    body["model"] = endpoint.upstream_id
    body["messages"] = _messages(cast("list[JsonObject]", body["messages"]), flags)
    _set_limit(body, request.max_output, flags)
    _set_streaming(body, request.stream, flags)
    _set_reasoning(body, request, endpoint)
    _set_tools(body, flags)
    return body


def _set_limit(body: JsonObject, limit: int | None, flags: frozenset[str]) -> None:
    """Never both names at once: OpenAI refuses that."""
    name = quirks.max_tokens_field(flags)
    if limit is None or (name is None and sum(field in body for field in LIMIT_FIELDS) < 2):
        return
    for field in LIMIT_FIELDS:
        body.pop(field, None)
    body[name or LIMIT_FIELDS[0]] = limit


def _set_streaming(body: JsonObject, stream: bool, flags: frozenset[str]) -> None:
    """Usage is always asked for, whether or not the client wants to see it: nothing goes unaccounted."""
    body.pop("stream", None)
    body.pop("stream_options", None)
    if stream:
        body["stream"] = True
        if quirks.NO_STREAM_OPTIONS not in flags:
            body["stream_options"] = {"include_usage": True}


def _set_reasoning(body: JsonObject, request: ChatRequest, endpoint: Endpoint) -> None:
    """OpenRouter's `reasoning` object becomes OpenAI's `reasoning_effort`; a budget becomes the nearest effort."""
    reasoning = body.pop("reasoning", None)
    if not isinstance(reasoning, dict) or "reasoning_effort" in body:
        return
    effort = reasoning.get("effort")
    if not isinstance(effort, str) and (reasoning.get("enabled") is True or reasoning.get("max_tokens") is not None):
        effort = effort_for(request, endpoint)
    if isinstance(effort, str):
        body["reasoning_effort"] = effort


def _set_tools(body: JsonObject, flags: frozenset[str]) -> None:
    if not body.get("tools"):
        for name in ("tools", "tool_choice", "parallel_tool_calls"):
            body.pop(name, None)
    elif quirks.TOOL_CHOICE_ANY in flags and body.get("tool_choice") == "required":
        body["tool_choice"] = "any"


def _messages(messages: list[JsonObject], flags: frozenset[str]) -> list[Json]:
    edits = _edits(flags)
    return [_edited(message, edits) for message in messages]


Edit = Callable[[JsonObject], JsonObject]


def _edits(flags: frozenset[str]) -> list[Edit]:
    kept = {"reasoning_content"} if quirks.REASONING_CONTENT_BACK in flags else set()
    edits: list[Edit] = [lambda message: _without(message, _MESSAGE_EXTRAS - kept), _with_arguments]
    if quirks.NO_DEVELOPER_ROLE in flags:
        edits.append(_developer_to_system)
    if quirks.TOOL_IDS_9 in flags:
        edits.append(_short_tool_ids)
    return edits


def _edited(message: JsonObject, edits: list[Edit]) -> Json:
    for edit in edits:
        message = edit(message)
    return message


def _without(message: JsonObject, names: frozenset[str]) -> JsonObject:
    """Copies only what it changes: most messages pass through as they are."""
    if not names.isdisjoint(message):
        message = {name: value for name, value in message.items() if name not in names}
    content = message.get("content")
    if isinstance(content, list) and any(isinstance(part, dict) and "cache_control" in part for part in content):
        parts: list[Json] = [
            {name: value for name, value in part.items() if name != "cache_control"} if isinstance(part, dict) else part
            for part in content
        ]
        message = {**message, "content": parts}
    return message


def _with_arguments(message: JsonObject) -> JsonObject:
    """A call without arguments is replayed with none, as JSON: servers parse them."""
    calls = message.get("tool_calls")
    if not isinstance(calls, list) or all(_function(call).get("arguments", "{}") for call in calls):
        return message
    filled: list[Json] = [
        {**call, "function": {**_function(call), "arguments": _function(call).get("arguments") or "{}"}}
        if isinstance(call, dict) and "function" in call
        else call
        for call in calls
    ]
    return {**message, "tool_calls": filled}


def _function(call: Json) -> JsonObject:
    function = call.get("function") if isinstance(call, dict) else None
    return function if isinstance(function, dict) else {}


def _developer_to_system(message: JsonObject) -> JsonObject:
    return {**message, "role": "system"} if message.get("role") == "developer" else message


def _short_tool_ids(message: JsonObject) -> JsonObject:
    """Mistral wants nine letters or digits; the same id always becomes the same one, in the call and in its result."""
    if isinstance(message.get("tool_call_id"), str):
        message = {**message, "tool_call_id": _short_id(str(message["tool_call_id"]))}
    calls = message.get("tool_calls")
    if isinstance(calls, list):
        renamed: list[Json] = [
            {**call, "id": _short_id(str(call.get("id")))} if isinstance(call, dict) else call for call in calls
        ]
        message = {**message, "tool_calls": renamed}
    return message


def _short_id(identifier: str) -> str:
    if len(identifier) == _MISTRAL_ID_LENGTH and identifier.isascii() and identifier.isalnum():
        return identifier
    return hashlib.sha256(identifier.encode()).hexdigest()[:_MISTRAL_ID_LENGTH]

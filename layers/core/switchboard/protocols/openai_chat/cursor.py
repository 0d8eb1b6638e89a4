"""The chat route as Cursor uses it: some of its bodies are Responses requests, all of its answers are chat streams.

How to read those is loaded when the first one comes: other clients need not pay for it.
"""

import importlib
from collections.abc import Mapping

from switchboard.chat import ChatRequest
from switchboard.json_types import Json, JsonObject
from switchboard.protocols.checks import json_object
from switchboard.protocols.interface import Arrival
from switchboard.protocols.openai_chat import OpenAiChat

_INPUT = b'"input"'
_RESPONSES = "switchboard.protocols.openai_responses.parse"


class ChatOrResponses(OpenAiChat):
    """Reads either dialect and answers in Chat Completions."""

    def parse(self, arrival: Arrival) -> ChatRequest:
        native = _responses_body(arrival.body)
        if native is None:
            return super().parse(arrival)
        request: ChatRequest = importlib.import_module(_RESPONSES).parse_body(native)
        return request


def _responses_body(body: bytes) -> JsonObject | None:
    """None for a chat request: of these only the few that mention an `input` at all are looked into twice."""
    if _INPUT not in body:
        return None
    native = json_object(body, "`model` and `messages`")
    return native if is_responses_body(native) else None


def is_responses_body(native: Mapping[str, Json]) -> bool:
    """True for what Cursor posts to the chat route: a Responses request that is to be answered as a chat."""
    return "input" in native and "messages" not in native

"""The chat route as Cursor uses it: some of its bodies are Responses requests, all of its answers are chat streams."""

from typing import cast

import orjson

from switchboard.chat import ChatRequest
from switchboard.json_types import JsonObject
from switchboard.protocols.interface import Arrival
from switchboard.protocols.openai_chat import OpenAiChat
from switchboard.protocols.openai_responses.parse import is_responses_body, parse_body

_INPUT = b'"input"'


class ChatOrResponses(OpenAiChat):
    """Reads either dialect and answers in Chat Completions."""

    def parse(self, arrival: Arrival) -> ChatRequest:
        native = _responses_body(arrival.body)
        return super().parse(arrival) if native is None else parse_body(native)


def _responses_body(body: bytes) -> JsonObject | None:
    """None for a chat request: of these only the few that mention an `input` at all are looked into twice."""
    if _INPUT not in body:
        return None
    try:
        native = orjson.loads(body)
    except orjson.JSONDecodeError:
        return None
    return cast(JsonObject, native) if isinstance(native, dict) and is_responses_body(native) else None

"""Answers as chat completions, whole and streamed. https://platform.openai.com/docs/api-reference/chat/object

An upstream that speaks the same dialect is passed on with its own fields; only what identifies the answer, what it
cost and what strict clients insist on is set here. Other dialects' answers: render_events.py.
"""

from collections.abc import Sequence
from typing import cast

import orjson

from switchboard.accounting.price import Bill
from switchboard.chat import Chunk, Served, StreamEvent, Usage
from switchboard.errors import SwitchboardError
from switchboard.json_types import Json, JsonObject
from switchboard.protocols.openai_chat.choices import streamed_choices, whole_choices
from switchboard.protocols.openai_chat.errors import error_object
from switchboard.protocols.openai_chat.render_events import StreamedChoice, translated_choices
from switchboard.protocols.openai_chat.wishes import AS_IT_IS, wishes_of
from switchboard.wire.sse import encode_event

NANO = 10**9
DIALECT = "openai-chat"
DONE = encode_event(b"[DONE]")


def render_reply(served: Served, chunk: Chunk, bill: Bill) -> bytes:
    """One `chat.completion` object."""
    native = chunk.native if served.dialect == DIALECT else {}
    choices = whole_choices(chunk, served.generation_id) if native else translated_choices(chunk.events, served)
    wishes = wishes_of(served.request)
    if wishes != AS_IT_IS:
        choices = [wishes.whole(choice) for choice in choices]
    return orjson.dumps(
        {
            **native,
            "id": served.generation_id,
            "object": "chat.completion",
            "created": served.created,
            "model": served.model,
            "provider": served.provider_name,
            "system_fingerprint": native.get("system_fingerprint"),
            "choices": choices,
            "usage": usage_object(bill, native.get("usage")),
            **_route(served),
        }
    )


# OpenRouter's schema: null is right in a whole completion and wrong in a chunk, on which its SDK for Node fails.
NO_FINGERPRINT = ""


class OpenAiChatStream:
    """`chat.completion.chunk` events; the usage event is sent only to those who asked for it."""

    def __init__(self, served: Served, include_usage: bool, *, numbered: bool = False) -> None:
        self._served = served
        self._include_usage = include_usage
        self._numbered = numbered
        self._native_usage: Json = None
        self._choices: dict[int, StreamedChoice] = {}
        self._wishes = wishes_of(served.request)
        self._head: JsonObject = {
            "id": served.generation_id,
            "object": "chat.completion.chunk",
            "created": served.created,
            "model": served.model,
            "provider": served.provider_name,
        }

    def render(self, chunks: Sequence[Chunk]) -> bytes:
        if self._served.dialect != DIALECT:
            return b"".join([self._translated(event) for chunk in chunks for event in chunk.events])
        return b"".join([encode_event(orjson.dumps(piece)) for chunk in chunks if (piece := self._piece(chunk))])

    def finish(self, bill: Bill) -> bytes:
        return self._usage_event(bill) + DONE

    def fail(self, error: SwitchboardError, bill: Bill) -> bytes:
        """OpenRouter's way: one last chunk with `error` and finish_reason "error", and no [DONE]."""
        choice: JsonObject = {
            "index": 0,
            "delta": {"content": ""},
            "finish_reason": "error",
            "native_finish_reason": None,
            "logprobs": None,
        }
        told = error_object(error, numbered=self._numbered)
        piece = {**self._head, "error": told, "choices": [choice], "usage": usage_object(bill, None)}
        return encode_event(orjson.dumps(piece))

    def _translated(self, event: StreamEvent) -> bytes:
        if isinstance(event, Usage):
            return b""
        choice = self._choices.setdefault(event.choice, StreamedChoice(self._served, event.choice))
        head = {**self._head, "system_fingerprint": NO_FINGERPRINT}
        pieces = self._as_wished(choice.pieces(event))
        return b"".join([encode_event(orjson.dumps({**head, "choices": [piece]})) for piece in pieces])

    def _as_wished(self, choices: list[JsonObject]) -> list[JsonObject]:
        if self._wishes == AS_IT_IS:
            return choices
        return [shown for choice in choices if (shown := self._wishes.streamed(choice))]

    def _piece(self, chunk: Chunk) -> JsonObject | None:
        native = chunk.native
        self._native_usage = native.get("usage") or self._native_usage
        choices = self._as_wished(streamed_choices(chunk, self._served.generation_id))
        if not choices:  # a usage chunk, or one that only Azure's content filter understands
            return None
        piece: JsonObject = {**native, **self._head, "choices": cast("list[Json]", choices)}
        piece["system_fingerprint"] = piece.get("system_fingerprint") or NO_FINGERPRINT
        piece.pop("usage", None)  # OpenAI says null before the last chunk, on which OpenRouter's SDK for Node fails
        return piece

    def _usage_event(self, bill: Bill) -> bytes:
        route = _route(self._served)
        if not self._include_usage and not route:
            return b""
        piece = {**self._head, "choices": [], "usage": usage_object(bill, self._native_usage), **route}
        return encode_event(orjson.dumps(piece))


def _route(served: Served) -> JsonObject:
    return {"openrouter_metadata": served.route} if served.route else {}


def usage_object(bill: Bill, native: Json) -> JsonObject:
    """Token counts in OpenAI's names, cost in USD. `cost` is the whole bill: nothing is to be added to it."""
    usage = bill.usage
    given = native if isinstance(native, dict) else {}
    return {
        **given,
        "prompt_tokens": usage.prompt_tokens,
        "completion_tokens": usage.completion_tokens,
        "total_tokens": usage.prompt_tokens + usage.completion_tokens,
        "prompt_tokens_details": {
            **_counts(given.get("prompt_tokens_details")),
            "cached_tokens": usage.cached_tokens,
            "cache_write_tokens": usage.written_tokens,
            "audio_tokens": usage.input_audio,
        },
        "completion_tokens_details": {
            **_counts(given.get("completion_tokens_details")),
            "reasoning_tokens": usage.reasoning,
            "audio_tokens": usage.output_audio,
        },
        "cost": _usd(bill.total),
        "is_byok": False,
        "cost_details": {
            "upstream_inference_cost": None,
            "upstream_inference_prompt_cost": _usd(bill.prompt),
            "upstream_inference_completions_cost": _usd(bill.completion),
        },
    }


def _usd(nano_dollars: int | None) -> float | None:
    """Rounded once, for display: the records keep the integer."""
    return None if nano_dollars is None else nano_dollars / NANO


def _counts(value: Json) -> JsonObject:
    """Details that are null break readers which expect numbers."""
    return {name: count for name, count in value.items() if count is not None} if isinstance(value, dict) else {}

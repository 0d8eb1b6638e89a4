"""Gemini's answer, whole or streamed, read into the hub.

A part's thoughtSignature comes out as `ThinkingDelta("", signature=...)` right before what the part says: on the way
back it belongs to the next call or text, and no dialect has to know that Google signs those instead of its thoughts.
In a stream a text is signed with its last piece: that signature comes after it, for before it would cut the text in two
where blocks have an order.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from typing import cast

import orjson

from switchboard.chat import Chunk, Finish, FinishReason, StreamEvent, TextDelta, ThinkingDelta, ToolCallDelta
from switchboard.errors import Failure, UpstreamFailure
from switchboard.json_types import Json, JsonObject
from switchboard.providers.events import ChunkReader, read_events
from switchboard.providers.google_generate.beside_text import citations_of, logprobs_of
from switchboard.providers.google_generate.failures import failure_of
from switchboard.providers.google_generate.usage import read_usage
from switchboard.wire.sse import ServerSentEvent, SseDecoder

_FILTERED = ("SAFETY", "RECITATION", "LANGUAGE", "BLOCKLIST", "PROHIBITED_CONTENT", "SPII", "MODEL_ARMOR", "ESCALATION")
_IMAGE_FILTERED = ("IMAGE_SAFETY", "IMAGE_PROHIBITED_CONTENT", "IMAGE_OTHER", "IMAGE_RECITATION", "NO_IMAGE")
# The model wrote what cannot be used: another try may go better.
BROKEN = frozenset(
    {
        "MALFORMED_FUNCTION_CALL",
        "UNEXPECTED_TOOL_CALL",
        "MALFORMED_RESPONSE",
        "TOO_MANY_TOOL_CALLS",
        "MISSING_THOUGHT_SIGNATURE",
    }
)
# https://ai.google.dev/api/generate-content#FinishReason
# What is not listed passes as "stop": a new word must not look like a failure.
_FINISH: Mapping[str, FinishReason] = {
    "MAX_TOKENS": "length",
    **dict.fromkeys((*_FILTERED, *_IMAGE_FILTERED), "content_filter"),
    **dict.fromkeys(BROKEN, "error"),
}
UNSPECIFIED = "FINISH_REASON_UNSPECIFIED"
UNBOUNDED = 2**31
BESIDE_TEXT = ("groundingMetadata", "citationMetadata")


class GoogleGenerateDecoder:
    """Usage is cumulative: each chunk's replaces the one before. Finish reasons may come after the last part."""

    def __init__(self, most_searches: int = UNBOUNDED) -> None:
        self._events = SseDecoder()
        self._answer = _Reader(most_searches)
        self._reader = ChunkReader(self._chunk)
        self.skipped = 0

    def feed(self, piece: bytes) -> list[Chunk]:
        return self._reader.chunks(read_events(self._events, piece))

    def close(self) -> list[Chunk]:
        chunks = self._reader.chunks(self._events.close())
        if not self._answer.finished and not self._reader.has_failed:
            raise UpstreamFailure(Failure.CUT, "The stream ended without a finish reason.")
        return chunks

    def _chunk(self, event: ServerSentEvent) -> Chunk | None:
        try:
            native = orjson.loads(event.data)
        except orjson.JSONDecodeError:
            native = None
        if not isinstance(native, dict):
            self.skipped += 1
            return None
        return self._answer.read(native)


def decode_reply(body: bytes, most_searches: int = UNBOUNDED) -> Chunk:
    """Raises UpstreamFailure for what is no answer: an error with status 200, a blocked prompt, no candidates."""
    try:
        native = orjson.loads(body)
    except orjson.JSONDecodeError:
        raise UpstreamFailure(Failure.SERVER, "The reply is not JSON.") from None
    if not isinstance(native, dict):
        raise failure_of(200, native)
    reader = _Reader(most_searches)
    chunk = reader.read(native)
    if not reader.finished:
        raise UpstreamFailure(Failure.SERVER, "The reply has no finished candidate.")
    return chunk


class _Reader:
    """Reads the pieces of one answer; `finished` are the candidates that have come to their end."""

    def __init__(self, most_searches: int) -> None:
        self.finished: set[int] = set()
        self._calls: dict[int, int] = {}
        self._speaking: set[int] = set()
        self._texts: dict[int, str] = {}
        self._sources: dict[int, JsonObject] = {}
        self._has_content = False
        self._searches, self._most_searches = 0, most_searches

    def read(self, native: JsonObject) -> Chunk:
        if native.get("error"):
            raise failure_of(200, native)
        said: list[StreamEvent] = []
        for position, candidate in enumerate(cast("list[JsonObject]", native.get("candidates") or [])):
            self._candidate(candidate, position, str(native.get("responseId") or ""), said)
        self._check_feedback(native)
        usage = native.get("usageMetadata")
        if isinstance(usage, dict):
            said.append(read_usage(usage, min(self._searches, self._most_searches)))
        return Chunk(tuple(said), native, is_life=True)

    def _candidate(self, candidate: JsonObject, position: int, response: str, said: list[StreamEvent]) -> None:
        index = candidate.get("index", position)
        choice = index if isinstance(index, int) else position
        self._searches = max(self._searches, _queries(candidate.get("groundingMetadata")))
        content = candidate.get("content")
        parts = content.get("parts") if isinstance(content, dict) else None
        for part in parts if isinstance(parts, list) else []:
            if isinstance(part, dict):
                said.extend(self._part(part, choice, response))
        self._has_content = self._has_content or bool(said)
        self._note_beside_text(candidate, choice, said)
        reason = candidate.get("finishReason")
        if isinstance(reason, str) and reason != UNSPECIFIED:
            said.extend(citations_of(self._sources.get(choice, {}), self._texts.get(choice, ""), choice))
            said.append(self._finish(reason, choice, candidate))

    def _note_beside_text(self, candidate: JsonObject, choice: int, said: list[StreamEvent]) -> None:
        """Sources grow from piece to piece, and are told at the end; likelihoods belong to the text beside them."""
        told = {name: candidate[name] for name in BESIDE_TEXT if candidate.get(name)}
        self._sources[choice] = {**self._sources.get(choice, {}), **told}
        texts = [at for at, event in enumerate(said) if isinstance(event, TextDelta) and event.choice == choice]
        spoken = "".join(event.text for event in said if isinstance(event, TextDelta) and event.choice == choice)
        self._texts[choice] = self._texts.get(choice, "") + spoken
        logprobs = logprobs_of(candidate)
        if texts and logprobs:
            said[texts[-1]] = replace(cast(TextDelta, said[texts[-1]]), logprobs=logprobs)

    def _part(self, part: JsonObject, choice: int, response: str) -> list[StreamEvent]:
        signature = part.get("thoughtSignature")
        signed: list[StreamEvent] = [ThinkingDelta("", str(signature), choice)] if signature else []
        text, call = part.get("text"), part.get("functionCall")
        if isinstance(call, dict):
            self._speaking.discard(choice)
            return [*signed, self._call(call, choice, response)]
        if part.get("thought") is True and text:
            return [ThinkingDelta(str(text), str(signature) if signature else None, choice)]
        if not isinstance(text, str) or not text:
            return signed
        if choice in self._speaking:
            return [TextDelta(text, choice), *signed]
        self._speaking.add(choice)
        return [*signed, TextDelta(text, choice)]

    def _call(self, call: JsonObject, choice: int, response: str) -> ToolCallDelta:
        """Calls come whole. Those without an id get one that is the same whenever these bytes are read."""
        index = self._calls.get(choice, 0)
        self._calls[choice] = index + 1
        arguments = orjson.dumps(call.get("args") or {}).decode()
        name = str(call.get("name") or "")
        made_of = f"{response}|{choice}|{index}|{name}|{arguments}"
        identifier = call.get("id") or f"call_{hashlib.sha256(made_of.encode()).hexdigest()[:24]}"
        return ToolCallDelta(index, arguments, str(identifier), name, choice)

    def _finish(self, native: str, choice: int, candidate: JsonObject) -> Finish:
        """Raises UpstreamFailure for a broken answer of which nothing has been shown: another endpoint may do better.

        Gemini says STOP after a function call too, often in a later chunk without parts.
        """
        if native in BROKEN and not self._has_content:
            words = str(candidate.get("finishMessage") or f"The model's answer could not be used ({native}).")
            raise UpstreamFailure(Failure.SERVER, words, upstream_status=200, provider_code=native)
        self.finished.add(choice)
        reason = _FINISH.get(native, "stop")
        return Finish("tool_calls" if reason == "stop" and choice in self._calls else reason, native, choice)

    def _check_feedback(self, native: JsonObject) -> None:
        """A prompt that is blocked is answered with status 200 and no candidates."""
        feedback = native.get("promptFeedback")
        blocked: Json = feedback.get("blockReason") if isinstance(feedback, dict) else None
        if isinstance(feedback, dict) and blocked and not native.get("candidates"):
            words = feedback.get("blockReasonMessage") or f"The provider blocked the prompt ({blocked})."
            raise UpstreamFailure(Failure.CONTENT_POLICY, str(words), upstream_status=200, provider_code=str(blocked))


def _queries(grounding: Json) -> int:
    """The searches behind an answer; Google repeats the list with every piece that it grows in."""
    queries = grounding.get("webSearchQueries") if isinstance(grounding, dict) else None
    return len(queries) if isinstance(queries, list) else 0

"""Answers as GenerateContentResponse, whole and streamed (https://ai.google.dev/api/generate-content).

An upstream that speaks the same dialect is passed on with its own fields; only what identifies the answer is set here,
and signatures get their maker's name.
"""

from collections.abc import Sequence
from typing import cast

import orjson

from switchboard.accounting.price import Bill
from switchboard.catalog.model import NANO
from switchboard.chat import NO_USAGE, Chunk, Citation, Finish, FinishReason, Served, TextDelta, Usage
from switchboard.errors import SwitchboardError
from switchboard.json_types import Json, JsonObject
from switchboard.protocols.google_generate.beside_text import grounding, logprobs_result
from switchboard.protocols.google_generate.errors import blocked_prompt, error_object, is_blocked
from switchboard.protocols.google_generate.parse import PROTOCOL
from switchboard.protocols.google_generate.parts import PartsWriter, marked_native, merged
from switchboard.wire.sse import encode_event

_FINISH: dict[FinishReason, str] = {
    "stop": "STOP",
    "tool_calls": "STOP",
    "length": "MAX_TOKENS",
    "content_filter": "SAFETY",
    "error": "OTHER",
}


def render_reply(served: Served, chunk: Chunk, bill: Bill) -> bytes:
    if served.dialect == PROTOCOL:
        return orjson.dumps(_priced(_passed_on(served, chunk.native), bill))
    candidates = _Candidates(served)
    candidates.add(chunk)
    return orjson.dumps({"candidates": candidates.whole(), "usageMetadata": usage_metadata(bill), **_head(served)})


class GoogleGenerateStream:
    """As server-sent events, or as one JSON array that grows (Google's way without alt=sse).

    An upstream of the same dialect is passed on; the piece that says why it ended waits for the bill.
    """

    def __init__(self, served: Served, as_events: bool) -> None:
        self._served = served
        self._as_events = as_events
        self._candidates = _Candidates(served)
        self._begun = False
        self._last: JsonObject | None = None

    def render(self, chunks: Sequence[Chunk]) -> bytes:
        return b"".join([self._piece(piece) for chunk in chunks for piece in self._said(chunk)])

    def finish(self, bill: Bill) -> bytes:
        """Google's last chunk: the calls, why it ended, and the usage."""
        if self._served.dialect == PROTOCOL:
            return b"".join([self._piece(_priced(piece, bill)) for piece in self._kept()]) + self._end()
        last = {"candidates": self._candidates.rest(), "usageMetadata": usage_metadata(bill), **_head(self._served)}
        return self._piece(last) + self._end()

    def fail(self, error: SwitchboardError, bill: Bill) -> bytes:
        """Google's SDKs raise from a chunk that begins with `error`, and take no finish reason for a cut."""
        told = blocked_prompt if is_blocked(error) else error_object
        used = {} if bill.usage == NO_USAGE else {"usageMetadata": usage_metadata(bill)}
        pieces = [*self._kept(), {**told(error, self._served.generation_id), **used}]
        return b"".join([self._piece(piece) for piece in pieces]) + self._end()

    def _said(self, chunk: Chunk) -> list[JsonObject]:
        if self._served.dialect == PROTOCOL:
            before, piece = self._kept(), _passed_on(self._served, chunk.native)
            self._last = piece if _is_ending(chunk.native) else None
            return before if self._last else [*before, piece]
        candidates = self._candidates.add(chunk)
        return [{"candidates": candidates, **_head(self._served)}] if candidates else []

    def _kept(self) -> list[JsonObject]:
        """The piece that waits, if one does; it is the last one only until another follows."""
        kept, self._last = self._last, None
        return [] if kept is None else [kept]

    def _piece(self, piece: JsonObject) -> bytes:
        data = orjson.dumps(piece)
        if self._as_events:
            return encode_event(data)
        opening, self._begun = (b",\r\n" if self._begun else b"["), True
        return opening + data

    def _end(self) -> bytes:
        if self._as_events:
            return b""
        return b"]" if self._begun else b"[]"


class _Candidates:
    """The choices of an answer, each with what it has said so far and how it ended."""

    def __init__(self, served: Served) -> None:
        self._provider_id = served.provider_id
        self._writers: dict[int, PartsWriter] = {}
        self._said: dict[int, list[JsonObject]] = {}
        self._finishes: dict[int, Finish] = {}
        self._texts: dict[int, list[TextDelta]] = {}
        self._cited: dict[int, list[Citation]] = {}

    def add(self, chunk: Chunk) -> Json:
        """What is new, as candidates; why they end is kept for the last chunk, where Google has it."""
        new: dict[int, list[JsonObject]] = {}
        for event in chunk.events:
            if isinstance(event, Usage):
                continue
            if isinstance(event, Finish):
                self._finishes[event.choice] = event
                continue
            if isinstance(event, Citation):
                self._cited.setdefault(event.choice, []).append(event)
                continue
            if isinstance(event, TextDelta):
                self._texts.setdefault(event.choice, []).append(event)
            writer = self._writers.setdefault(event.choice, PartsWriter(self._provider_id))
            parts = writer.parts(event)
            if parts:
                new.setdefault(event.choice, []).extend(parts)
        for choice, parts in new.items():
            self._said.setdefault(choice, []).extend(parts)
        return [_candidate(choice, merged(parts), None) for choice, parts in sorted(new.items())]

    def rest(self) -> Json:
        choices = sorted({*self._writers, *self._finishes}) or [0]
        return [
            _candidate(choice, self._calls(choice) or [{"text": ""}], self._finishes.get(choice)) | self._beside(choice)
            for choice in choices
        ]

    def whole(self) -> Json:
        choices = sorted({*self._writers, *self._finishes})
        return [
            _candidate(choice, merged(self._said.get(choice, [])) + self._calls(choice), self._finishes.get(choice))
            | self._beside(choice)
            for choice in choices
        ]

    def _beside(self, choice: int) -> JsonObject:
        """What the candidate's last piece says of all its text."""
        spoken = self._texts.get(choice, [])
        text = "".join(said.text for said in spoken)
        return grounding(self._cited.get(choice, []), text) | logprobs_result(spoken)

    def _calls(self, choice: int) -> list[JsonObject]:
        return self._writers[choice].calls() if choice in self._writers else []


def _candidate(choice: int, parts: list[JsonObject], finish: Finish | None) -> JsonObject:
    candidate: JsonObject = {"content": {"role": "model", "parts": cast(Json, parts)}, "index": choice}
    if finish is not None:
        candidate["finishReason"] = _FINISH[finish.reason]
    return candidate


def _passed_on(served: Served, native: JsonObject) -> JsonObject:
    candidates = native.get("candidates")
    piece = {**native, **_head(served)}
    if isinstance(candidates, list):
        piece["candidates"] = [_with_marks(candidate, served.provider_id) for candidate in candidates]
    return piece


def _is_ending(native: JsonObject) -> bool:
    candidates = native.get("candidates")
    found = candidates if isinstance(candidates, list) else []
    return any(isinstance(candidate, dict) and candidate.get("finishReason") for candidate in found)


def _priced(piece: JsonObject, bill: Bill) -> JsonObject:
    """With the provider's own counts, or ours where it gave none."""
    counted = piece.get("usageMetadata")
    given = counted if isinstance(counted, dict) else usage_metadata(bill)
    return {**piece, "usageMetadata": {**given, "cost": _usd(bill)}}


def _with_marks(candidate: Json, provider_id: str) -> Json:
    content = candidate.get("content") if isinstance(candidate, dict) else None
    parts = content.get("parts") if isinstance(content, dict) else None
    if not isinstance(candidate, dict) or not isinstance(content, dict) or not isinstance(parts, list):
        return candidate
    edited: list[Json] = [marked_native(part, provider_id) if isinstance(part, dict) else part for part in parts]
    return {**candidate, "content": {**content, "parts": edited}}


def _head(served: Served) -> JsonObject:
    return {"modelVersion": served.model, "responseId": served.generation_id}


def _usd(bill: Bill) -> float | None:
    """Ours, not Google's; its SDKs skip what they do not know."""
    return None if bill.total is None else bill.total / NANO


def usage_metadata(bill: Bill) -> JsonObject:
    """Google counts what was cached inside the prompt, and thoughts beside the answer."""
    usage = bill.usage
    metadata: JsonObject = {
        "promptTokenCount": usage.prompt_tokens,
        "candidatesTokenCount": usage.completion_tokens - usage.reasoning,
        "totalTokenCount": usage.prompt_tokens + usage.completion_tokens,
    }
    if usage.cached_tokens:
        metadata["cachedContentTokenCount"] = usage.cached_tokens
    if usage.reasoning:
        metadata["thoughtsTokenCount"] = usage.reasoning
    metadata["cost"] = _usd(bill)
    return metadata

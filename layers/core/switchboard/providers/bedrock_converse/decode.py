"""Bedrock's answer, whole or as frames of an event stream, read into the hub.

A text begins without an event of its own; the usage comes after the stop; exceptions come as frames of a good reply.
A call of JSON_TOOL is no call: it is how an answer in a given shape was asked for, and is read as text.
"""

from collections.abc import Mapping
from typing import cast

import orjson

from switchboard.chat import (
    Chunk,
    Finish,
    FinishReason,
    StreamEvent,
    TextDelta,
    ThinkingDelta,
    ToolCallDelta,
)
from switchboard.errors import Failure, UpstreamFailure
from switchboard.json_types import Json, JsonObject
from switchboard.providers.bedrock_converse.citations import citation_of, citations_of, text_of
from switchboard.providers.bedrock_converse.failures import failure_of
from switchboard.providers.bedrock_converse.frames import BedrockEvent, EventStreamReader
from switchboard.providers.bedrock_converse.usage import read_usage
from switchboard.providers.json_answer import JSON_TOOL

# https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html
# What is not listed passes as "stop": a new word must not look like a failure.
_FINISH: Mapping[str, FinishReason] = {
    "max_tokens": "length",
    "model_context_window_exceeded": "length",
    "tool_use": "tool_calls",
    "guardrail_intervened": "content_filter",
    "content_filtered": "content_filter",
    "malformed_model_output": "error",
    "malformed_tool_use": "error",
}
BROKEN = ("malformed_model_output", "malformed_tool_use")
FULL = "model_context_window_exceeded"


class BedrockConverseDecoder:
    def __init__(self) -> None:
        self._message = _Reader()
        self._events = EventStreamReader(self._chunk)

    def feed(self, piece: bytes) -> list[Chunk]:
        return self._events.feed(piece)

    def close(self) -> list[Chunk]:
        self._events.close(finished=self._message.finished)
        return []

    def _chunk(self, event: BedrockEvent) -> Chunk | None:
        return self._message.event(event.kind, event.payload)


def decode_reply(body: bytes) -> Chunk:
    """Raises UpstreamFailure for what is no answer."""
    try:
        native = orjson.loads(body)
    except orjson.JSONDecodeError:
        raise UpstreamFailure(Failure.SERVER, "The reply is not JSON.") from None
    native = cast(JsonObject, native) if isinstance(native, dict) else {}
    output = _object(native.get("output"))
    if "message" not in output:
        kind, words = str(native.get("__type") or ""), native.get("message") or "The reply has no message."
        raise failure_of(200, kind.rpartition("#")[2], str(words))
    reader = _Reader()
    said: list[StreamEvent] = []
    for index, block in enumerate(_list(_object(output["message"]).get("content"))):
        said += reader.block(_object(block), index)
    said.append(reader.finish(native))
    said.append(read_usage(_object(native.get("usage")), native.get("serviceTier")))
    return Chunk(tuple(said), native)


class _Reader:
    """Reads one message. Calls are counted by themselves: a block's own index counts texts and thoughts too."""

    def __init__(self) -> None:
        self.finished = False
        self._calls: dict[int, int] = {}
        self._answers: set[int] = set()
        self._without_input: set[int] = set()
        self._has_content = False
        self._written = 0  # characters of text
        self._begun: dict[int, int] = {}  # how much text was before a block

    def event(self, kind: str, payload: JsonObject) -> Chunk | None:
        said = self._said(kind, payload)
        self._written += sum(len(event.text) for event in said if isinstance(event, TextDelta))
        self._has_content = self._has_content or any(not isinstance(event, Finish) for event in said)
        if kind == "metadata" and isinstance(payload.get("usage"), dict):
            said = [read_usage(_object(payload["usage"]), payload.get("serviceTier"))]
        return Chunk(tuple(said), {kind: payload}, is_life=True)

    def block(self, block: JsonObject, index: int) -> list[StreamEvent]:
        """A whole block: what its events would have said together."""
        call, reasoning = _object(block.get("toolUse")), _object(block.get("reasoningContent"))
        said = self._start({"toolUse": call}, index) if call else []
        if call:
            arguments = orjson.dumps(call.get("input") or {}).decode()
            said += self._delta({"toolUse": {"input": arguments}}, index)
        if reasoning:
            said += _thoughts({**_object(reasoning.get("reasoningText")), **reasoning})
        cited, begun = _object(block.get("citationsContent")), self._written
        said += _text({"text": text_of(cited)} if cited else block)
        self._written += sum(len(event.text) for event in said if isinstance(event, TextDelta))
        said += citations_of(cited, begun, self._written)
        self._has_content = self._has_content or bool(said)
        return said

    def finish(self, payload: JsonObject) -> Finish:
        """Raises UpstreamFailure for an answer of which nothing can be shown: another endpoint may do better."""
        native = str(payload.get("stopReason") or "")
        if native in BROKEN and not self._has_content:
            words = f"The model's answer could not be used ({native})."
            raise UpstreamFailure(Failure.SERVER, words, upstream_status=200, provider_code=native)
        if native == FULL and not self._has_content:
            words = "The prompt leaves no room for an answer in the model's context."
            raise UpstreamFailure(Failure.CONTEXT_LENGTH, words, upstream_status=200, provider_code=native)
        self.finished = True
        hit = _object(payload.get("additionalModelResponseFields")).get("stop_sequence")
        reason = _FINISH.get(native, "stop")
        if reason in ("stop", "tool_calls"):  # a `tool_use` without a call was one of JSON_TOOL
            reason = "tool_calls" if self._calls else "stop"
        return Finish(reason, native, stop_sequence=hit if isinstance(hit, str) else None)

    def _said(self, kind: str, payload: JsonObject) -> list[StreamEvent]:
        index = payload.get("contentBlockIndex")
        block = index if isinstance(index, int) else 0
        match kind:
            case "contentBlockStart":
                return self._start(_object(payload.get("start")), block)
            case "contentBlockDelta":
                return self._delta(_object(payload.get("delta")), block)
            case "contentBlockStop":
                return self._stop(block)
            case "messageStop":
                return [self.finish(payload)]
        return []

    def _start(self, start: JsonObject, block: int) -> list[StreamEvent]:
        call = _object(start.get("toolUse"))
        if not call:
            return []
        self._without_input.add(block)
        if call.get("name") == JSON_TOOL:
            self._answers.add(block)
            return []
        place = self._calls[block] = len(self._calls)
        return [ToolCallDelta(place, "", str(call.get("toolUseId") or ""), str(call.get("name") or ""))]

    def _delta(self, delta: JsonObject, block: int) -> list[StreamEvent]:
        written = _object(delta.get("toolUse")).get("input")
        if isinstance(written, str) and written and (block in self._calls or block in self._answers):
            return [self._input(block, written)]
        begun = self._begun.setdefault(block, self._written)
        if "citation" in delta:
            return citation_of(_object(delta["citation"]), begun, self._written)
        reasoning = _object(delta.get("reasoningContent"))
        return _thoughts(reasoning) if reasoning else _text(delta)

    def _stop(self, block: int) -> list[StreamEvent]:
        """A call without arguments has no delta at all: its JSON still has to be an object."""
        return [self._input(block, "{}")] if block in self._without_input else []

    def _input(self, block: int, piece: str) -> StreamEvent:
        self._without_input.discard(block)
        return TextDelta(piece) if block in self._answers else ToolCallDelta(self._calls[block], piece)


def _text(table: JsonObject) -> list[StreamEvent]:
    text = table.get("text")
    return [TextDelta(text)] if isinstance(text, str) and text else []


def _thoughts(reasoning: JsonObject) -> list[StreamEvent]:
    """A text, a signature, or both together; or a block that only its provider can read."""
    redacted = reasoning.get("redactedContent")
    if isinstance(redacted, str):
        return [ThinkingDelta("", redacted=redacted)]
    text, signature = reasoning.get("text"), reasoning.get("signature")
    signed = signature if isinstance(signature, str) and signature else None
    thought = text if isinstance(text, str) else ""
    return [ThinkingDelta(thought, signed)] if thought or signed else []


def _object(value: Json) -> JsonObject:
    return value if isinstance(value, dict) else {}


def _list(value: Json) -> list[Json]:
    return value if isinstance(value, list) else []

"""An answer in Anthropic's dialect, whole or streamed, read into the hub.

A call of JSON_TOOL is no call: it is how an answer in a given shape was asked for, and is read as text.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, cast

import orjson

from switchboard.chat import Chunk, Finish, FinishReason, StreamEvent, TextDelta, ThinkingDelta, ToolCallDelta
from switchboard.errors import Failure, UpstreamFailure
from switchboard.json_types import Json, JsonObject
from switchboard.providers.anthropic_messages.citations import citations_of
from switchboard.providers.anthropic_messages.failures import failure_of
from switchboard.providers.anthropic_messages.usage import read_usage
from switchboard.providers.events import ChunkReader, read_events
from switchboard.providers.json_answer import JSON_TOOL
from switchboard.wire.sse import ServerSentEvent, SseDecoder

# https://docs.anthropic.com/en/api/handling-stop-reasons
# What is not listed passes as "stop": a new word must not look like a failure.
_FINISH: Mapping[str, FinishReason] = {
    "end_turn": "stop",
    "stop_sequence": "stop",
    "pause_turn": "stop",
    "max_tokens": "length",
    "model_context_window_exceeded": "length",
    "compaction": "length",
    "tool_use": "tool_calls",
    "refusal": "content_filter",
}
Kind = Literal["text", "thinking", "tool", "json", "other"]


@dataclass(slots=True)
class _Block:
    """A content block while it is open. `given` is the input that a block may bring along at its start.

    `begun` is how much text was before it, `cited` where its text comes from.
    """

    kind: Kind
    tool: int = 0
    given: JsonObject = field(default_factory=dict)
    said: bool = False
    signature: str = ""
    begun: int = 0
    cited: list[Json] = field(default_factory=list)


class AnthropicMessagesDecoder:
    """A stream of server-sent events."""

    def __init__(self) -> None:
        self._events = SseDecoder()
        self._message = MessageReader()
        self._reader = ChunkReader[ServerSentEvent](lambda event: self._message.read(event.data))

    def feed(self, piece: bytes) -> list[Chunk]:
        return self._reader.chunks(read_events(self._events, piece))

    def close(self) -> list[Chunk]:
        chunks = self._reader.chunks(self._events.close())
        if not self._message.finished and not self._reader.has_failed:
            raise cut()
        return chunks

    @property
    def skipped(self) -> int:
        return self._message.skipped


class MessageReader:
    """Reads one message, event by event, however these travel.

    A broken or unknown event is skipped; a ping says nothing, but while the model works in silence; `message_stop` may
    be missing after a stop reason.
    """

    def __init__(self) -> None:
        self._blocks: dict[Json, _Block] = {}
        self._usage: JsonObject = {}
        self._tools = 0
        self._written = 0  # characters of text
        self.finished = False
        self.skipped = 0

    def read(self, data: bytes) -> Chunk | None:
        """Raises UpstreamFailure for an event that says so."""
        try:
            native = orjson.loads(data)
        except orjson.JSONDecodeError:
            native = None
        if not isinstance(native, dict) or not isinstance(native.get("type"), str):
            self.skipped += 1
            return None
        if native["type"] == "ping":
            return Chunk((), native, is_life=True) if self._works_in_silence else None
        if native["type"] == "error":
            raise failure_of(200, native)
        said = self._said(native)
        self._written += sum(len(event.text) for event in said if isinstance(event, TextDelta))
        return Chunk(tuple(said), native, is_life=native["type"] != "message_start")

    @property
    def _works_in_silence(self) -> bool:
        """In the middle of a thought that is not shown, or of a tool that runs at the provider."""
        return any(block.kind in ("thinking", "other") for block in self._blocks.values())

    def _said(self, native: JsonObject) -> list[StreamEvent]:
        match native["type"]:
            case "message_start":
                return self._counted(_object(native.get("message")).get("usage"))
            case "content_block_start":
                return self._begin(native.get("index"), _object(native.get("content_block")))
            case "content_block_delta":
                return self._continue(native.get("index"), _object(native.get("delta")))
            case "content_block_stop":
                return self._end(self._blocks.pop(native.get("index"), None))
            case "message_delta":
                return [*self._finish(_object(native.get("delta"))), *self._counted(native.get("usage"))]
        return []

    def _begin(self, index: Json, shown: JsonObject) -> list[StreamEvent]:
        block = _Block(_kind(shown), given=_object(shown.get("input")), begun=self._written)
        block.cited += _list(shown.get("citations"))
        self._blocks[index] = block
        if block.kind == "tool":
            block.tool = self._tools
            self._tools += 1
            return [ToolCallDelta(block.tool, "", _text(shown, "id"), _text(shown, "name"))]
        block.signature = _text(shown, "signature")
        return _spoken({**shown, "signature": None})

    def _continue(self, index: Json, delta: JsonObject) -> list[StreamEvent]:
        block = self._blocks.setdefault(index, _Block("text"))  # a server that forgot to open it means text
        match delta.get("type"):
            case "text_delta" if _text(delta, "text"):
                return [TextDelta(_text(delta, "text"))]
            case "thinking_delta" if _text(delta, "thinking"):
                return [ThinkingDelta(_text(delta, "thinking"))]
            case "signature_delta":
                block.signature += _text(delta, "signature")
            case "citations_delta":
                block.cited.append(delta.get("citation"))
            case "input_json_delta" if _text(delta, "partial_json"):
                return self._input(block, _text(delta, "partial_json"))
        return []

    def _input(self, block: _Block, piece: str) -> list[StreamEvent]:
        block.said = True
        if block.kind == "tool":
            return [ToolCallDelta(block.tool, piece)]
        return [TextDelta(piece)] if block.kind == "json" else []

    def _end(self, block: _Block | None) -> list[StreamEvent]:
        if block is None:
            return []
        if block.kind == "thinking" and block.signature:
            return [ThinkingDelta("", block.signature)]
        if block.kind in ("tool", "json") and not block.said:
            return self._input(block, orjson.dumps(block.given).decode())
        return citations_of(block.cited, block.begun, self._written)

    def _finish(self, delta: JsonObject) -> list[StreamEvent]:
        if not isinstance(delta.get("stop_reason"), str):
            return []
        self.finished = True
        return [finish(delta, called_tools=self._tools > 0)]

    def _counted(self, usage: Json) -> list[StreamEvent]:
        """Counts are cumulative and come in parts: what a later event leaves out still holds."""
        self._usage.update({name: value for name, value in _object(usage).items() if value is not None})
        return [read_usage(self._usage)] if self._usage else []


def cut() -> UpstreamFailure:
    return UpstreamFailure(Failure.CUT, "The stream ended without a stop reason.")


def decode_reply(body: bytes) -> Chunk:
    """Raises UpstreamFailure for what is no answer, whatever its status was."""
    try:
        native = orjson.loads(body)
    except orjson.JSONDecodeError:
        raise UpstreamFailure(Failure.SERVER, "The reply is not JSON.") from None
    if not isinstance(native, dict) or native.get("type") == "error" or not isinstance(native.get("content"), list):
        raise failure_of(200, native)
    said: list[StreamEvent] = []
    tools = written = 0
    for block in cast("list[JsonObject]", native["content"]):
        if _kind(block) == "tool":
            arguments = orjson.dumps(block.get("input") or {}).decode()
            said.append(ToolCallDelta(tools, arguments, _text(block, "id"), _text(block, "name")))
            tools += 1
        elif _kind(block) == "json":
            said.append(TextDelta(orjson.dumps(block.get("input") or {}).decode()))
        else:
            said += _spoken(block)
            begun, written = written, written + len(_text(block, "text"))
            said += citations_of(_list(block.get("citations")), begun, written)
    said.append(finish(native, called_tools=tools > 0))
    if isinstance(native.get("usage"), dict):
        said.append(read_usage(cast(JsonObject, native["usage"])))
    return Chunk(tuple(said), native)


def finish(ending: JsonObject, *, called_tools: bool) -> Finish:
    """A `tool_use` without a call was one of JSON_TOOL; servers that call tools and say "end_turn" are corrected."""
    native = _text(ending, "stop_reason")
    reason = _FINISH.get(native, "stop")
    if reason in ("stop", "tool_calls"):
        reason = "tool_calls" if called_tools else "stop"
    return Finish(reason, native, stop_sequence=_text(ending, "stop_sequence") or None)


def _kind(block: JsonObject) -> Kind:
    match block.get("type"):
        case "tool_use":
            return "json" if block.get("name") == JSON_TOOL else "tool"
        case "text":
            return "text"
        case "thinking":
            return "thinking"
    return "other"


def _spoken(block: JsonObject) -> list[StreamEvent]:
    """Text and thinking; what only this dialect knows (a provider's own tools) travels in `native` alone."""
    match block.get("type"):
        case "text" if _text(block, "text"):
            return [TextDelta(_text(block, "text"))]
        case "thinking" if _text(block, "thinking") or _text(block, "signature"):
            return [ThinkingDelta(_text(block, "thinking"), _text(block, "signature") or None)]
        case "redacted_thinking" if _text(block, "data"):
            return [ThinkingDelta("", redacted=_text(block, "data"))]
    return []


def _text(table: JsonObject, name: str) -> str:
    value = table.get(name)
    return value if isinstance(value, str) else ""


def _list(value: Json) -> list[Json]:
    return value if isinstance(value, list) else []


def _object(value: Json) -> JsonObject:
    return value if isinstance(value, dict) else {}

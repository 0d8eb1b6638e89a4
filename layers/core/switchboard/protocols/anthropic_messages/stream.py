"""A streamed answer of another dialect as Anthropic's events.

Blocks follow each other strictly: one is stopped before the next starts, and a stopped one gets no delta. So when an
upstream writes two tool calls at once, the later is held back until the earlier is done.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal, assert_never

import orjson

from switchboard.accounting.price import Bill
from switchboard.chat import (
    Chunk,
    Citation,
    Finish,
    Served,
    StreamEvent,
    TextDelta,
    ThinkingDelta,
    ToolCallDelta,
    Usage,
)
from switchboard.errors import Failure, SwitchboardError, UpstreamFailure
from switchboard.json_types import JsonObject
from switchboard.protocols.anthropic_messages.citations import citation_object
from switchboard.protocols.anthropic_messages.errors import error_event
from switchboard.protocols.anthropic_messages.render import message_head, stop_reason, tool_id
from switchboard.protocols.anthropic_messages.usage import opening_usage, usage_object
from switchboard.signatures import marked
from switchboard.wire.sse import encode_event

Kind = Literal["text", "thinking", "tool"]


def encoded(event: JsonObject) -> bytes:
    """Every frame is named twice: `event:` for some readers, `type` for the others."""
    return encode_event(orjson.dumps(event), str(event["type"]))


@dataclass(slots=True)
class _Held:
    """A tool call that waits for its turn."""

    id: str
    name: str
    arguments: list[str] = field(default_factory=list)


class AnthropicMessagesStream:
    def __init__(self, served: Served) -> None:
        self._served = served
        self._started = False
        self._index = -1  # of the block that was started last
        self._open: Kind | None = None
        self._tool: int | None = None  # the upstream's number of the call that is being written
        self._held: dict[int, _Held] = {}
        self._seal: ThinkingDelta | None = None  # a bare signature after text: it belongs to what comes next
        self._finish: Finish | None = None
        self._refused = False

    def render(self, chunks: Sequence[Chunk]) -> bytes:
        events = [event for chunk in chunks for event in chunk.events if not getattr(event, "choice", 0)]
        return self._start() + b"".join([self._piece(event) for event in events])

    def finish(self, bill: Bill) -> bytes:
        if self._finish and self._finish.reason == "error":
            native = self._finish.native
            return self.fail(UpstreamFailure(Failure.SERVER, f"The provider ended its answer with {native}."), bill)
        reason = stop_reason(self._finish, refused=self._refused) if self._finish else None
        sequence = self._finish.stop_sequence if self._finish else None
        ending: JsonObject = {"stop_reason": reason, "stop_sequence": sequence}
        closing = encoded({"type": "message_delta", "delta": ending, "usage": usage_object(bill, {})})
        return self._start() + self._close() + closing + encoded({"type": "message_stop"})

    def fail(self, error: SwitchboardError, bill: Bill) -> bytes:
        """No block is closed and no message stopped: what broke off must not look complete."""
        return encoded(error_event(error, self._served.generation_id, bill))

    def _start(self) -> bytes:
        if self._started:
            return b""
        self._started = True
        message = {**message_head(self._served), "usage": opening_usage(self._served.prompt_tokens)}
        return encoded({"type": "message_start", "message": message})

    def _piece(self, event: StreamEvent) -> bytes:
        """A signature that nothing follows is dropped: Claude Code takes the last block for the answer."""
        if isinstance(event, Finish | Usage):
            self._finish = event if isinstance(event, Finish) else self._finish
            return b""
        seal, self._seal = self._seal, None
        before = self._thinking(seal) if seal else b""
        return before + self._content(event)

    def _content(self, event: TextDelta | Citation | ThinkingDelta | ToolCallDelta) -> bytes:
        match event:
            case Citation():
                return self._cite(event)
            case TextDelta():
                self._refused |= event.is_refusal
                return self._text(event.text)
            case ThinkingDelta(text="", redacted=None) if self._open == "text":
                self._seal = event
                return b""
            case ThinkingDelta():
                return self._thinking(event)
            case ToolCallDelta():
                return self._call(event)
        assert_never(event)

    def _text(self, text: str) -> bytes:
        if not text:
            return b""
        begun = b"" if self._open == "text" else self._begin("text", {"type": "text", "text": ""})
        return begun + self._delta({"type": "text_delta", "text": text})

    def _cite(self, event: Citation) -> bytes:
        """Only a text that is being written can be said to come from somewhere."""
        if self._open != "text":
            return b""
        return self._delta({"type": "citations_delta", "citation": citation_object(event)})

    def _thinking(self, event: ThinkingDelta) -> bytes:
        if event.redacted is not None:
            sealed = marked(event.redacted, self._served.provider_id)
            return self._begin("thinking", {"type": "redacted_thinking", "data": sealed}) + self._close()
        if not event.text and not event.signature:
            return b""
        shell: JsonObject = {"type": "thinking", "thinking": "", "signature": ""}
        written = b"" if self._open == "thinking" else self._begin("thinking", shell)
        if event.text:
            written += self._delta({"type": "thinking_delta", "thinking": event.text})
        if event.signature:
            signature = marked(event.signature, self._served.provider_id)
            written += self._delta({"type": "signature_delta", "signature": signature}) + self._close()
        return written

    def _call(self, event: ToolCallDelta) -> bytes:
        if event.index == self._tool:
            return self._arguments(event.arguments)
        if self._tool is None:
            begun = self._begin_call(tool_id(event.id, self._served, event.index), event.name or "")
            self._tool = event.index
            return begun + self._arguments(event.arguments)
        held = self._held.get(event.index)
        if held is None:
            held = _Held(tool_id(event.id, self._served, event.index), event.name or "")
            self._held[event.index] = held
        held.arguments.append(event.arguments)
        return b""

    def _begin_call(self, identifier: str, name: str) -> bytes:
        return self._begin("tool", {"type": "tool_use", "id": identifier, "name": name, "input": {}})

    def _arguments(self, piece: str) -> bytes:
        return self._delta({"type": "input_json_delta", "partial_json": piece}) if piece else b""

    def _begin(self, kind: Kind, shell: JsonObject) -> bytes:
        before = self._close()
        self._open = kind
        self._index += 1
        return before + encoded({"type": "content_block_start", "index": self._index, "content_block": shell})

    def _delta(self, delta: JsonObject) -> bytes:
        return encoded({"type": "content_block_delta", "index": self._index, "delta": delta})

    def _close(self) -> bytes:
        """Stops the open block; the calls that waited for it follow, each of them whole."""
        if self._open is None:
            return b""
        self._open, self._tool = None, None
        held, self._held = list(self._held.values()), {}
        stopped = encoded({"type": "content_block_stop", "index": self._index})
        for call in held:
            stopped += self._begin_call(call.id, call.name) + self._arguments("".join(call.arguments))
            stopped += self._close()
        return stopped

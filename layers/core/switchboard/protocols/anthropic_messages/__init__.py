"""Anthropic's Messages, as its SDKs and Claude Code speak it."""

from switchboard.accounting.price import Bill
from switchboard.chat import ChatRequest, Chunk, Served
from switchboard.errors import SwitchboardError
from switchboard.protocols.anthropic_messages.count import count_tokens
from switchboard.protocols.anthropic_messages.errors import error_body, status_of
from switchboard.protocols.anthropic_messages.parse import PROTOCOL, parse
from switchboard.protocols.anthropic_messages.passed_on import PassedOnStream, pass_on_reply
from switchboard.protocols.anthropic_messages.render import render_reply
from switchboard.protocols.anthropic_messages.stream import AnthropicMessagesStream
from switchboard.protocols.interface import JSON, Arrival, StreamRenderer
from switchboard.wire.sse import EVENT_STREAM, encode_event

__all__ = ["AnthropicMessages", "count_tokens"]


class AnthropicMessages:
    name = PROTOCOL
    keep_alive = encode_event(b'{"type":"ping"}', "ping")

    def parse(self, arrival: Arrival) -> ChatRequest:
        return parse(arrival.body, arrival.headers)

    def stream_type(self, _request: ChatRequest) -> str:
        return EVENT_STREAM

    def reply(self, served: Served, chunk: Chunk, bill: Bill) -> bytes:
        return (pass_on_reply if served.dialect == PROTOCOL else render_reply)(served, chunk, bill)

    def stream(self, served: Served, _request: ChatRequest) -> StreamRenderer:
        return PassedOnStream(served) if served.dialect == PROTOCOL else AnthropicMessagesStream(served)

    def error(self, error: SwitchboardError, generation_id: str | None) -> bytes:
        return error_body(error, generation_id)

    def error_type(self, _error: SwitchboardError) -> str:
        return JSON

    def status(self, error: SwitchboardError) -> int:
        """Anthropic's own for an error: 529 says overloaded where others say 503."""
        return status_of(error)

"""OpenAI's Chat Completions, with the fields that OpenRouter adds to it."""

from switchboard.accounting.price import Bill
from switchboard.chat import ChatRequest, Chunk, Served
from switchboard.errors import SwitchboardError
from switchboard.protocols.interface import JSON, Arrival
from switchboard.protocols.openai_chat.errors import error_body, status_of
from switchboard.protocols.openai_chat.parse import PROTOCOL, parse
from switchboard.protocols.openai_chat.render import OpenAiChatStream, render_reply
from switchboard.wire.sse import EVENT_STREAM, encode_comment

__all__ = ["OpenAiChat"]


class OpenAiChat:
    """`numbered`: errors carry the HTTP status as their code, the only thing that OpenRouter's own SDKs accept."""

    name = PROTOCOL
    keep_alive = encode_comment("SWITCHBOARD PROCESSING")

    def __init__(self, *, numbered: bool = False) -> None:
        self._numbered = numbered

    def parse(self, arrival: Arrival) -> ChatRequest:
        return parse(arrival.body, arrival.headers)

    def stream_type(self, _request: ChatRequest) -> str:
        return EVENT_STREAM

    def reply(self, served: Served, chunk: Chunk, bill: Bill) -> bytes:
        return render_reply(served, chunk, bill)

    def stream(self, served: Served, request: ChatRequest) -> OpenAiChatStream:
        return OpenAiChatStream(served, request.include_usage, numbered=self._numbered)

    def error(self, error: SwitchboardError, generation_id: str | None) -> bytes:
        return error_body(error, generation_id, numbered=self._numbered)

    def error_type(self, _error: SwitchboardError) -> str:
        return JSON

    def status(self, error: SwitchboardError) -> int:
        return status_of(error)

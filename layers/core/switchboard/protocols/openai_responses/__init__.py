"""OpenAI's Responses, without its memory: every request brings the whole conversation (as OpenRouter serves it)."""

from switchboard.accounting.price import Bill
from switchboard.chat import ChatRequest, Chunk, Served
from switchboard.errors import SwitchboardError
from switchboard.protocols.interface import JSON, Arrival
from switchboard.protocols.openai_chat.errors import status_of
from switchboard.protocols.openai_responses.errors import error_body
from switchboard.protocols.openai_responses.parse import PROTOCOL, parse, parse_body
from switchboard.protocols.openai_responses.stream import ResponseStream, render_reply
from switchboard.wire.sse import EVENT_STREAM, encode_comment

__all__ = ["OpenAiResponses", "parse_body"]


class OpenAiResponses:
    name = PROTOCOL
    keep_alive = encode_comment("SWITCHBOARD PROCESSING")

    def parse(self, arrival: Arrival) -> ChatRequest:
        return parse(arrival.body)

    def stream_type(self, _request: ChatRequest) -> str:
        return EVENT_STREAM

    def reply(self, served: Served, chunk: Chunk, bill: Bill) -> bytes:
        return render_reply(served, chunk, bill)

    def stream(self, served: Served, request: ChatRequest) -> ResponseStream:
        return ResponseStream(served, request)

    def error(self, error: SwitchboardError, generation_id: str | None) -> bytes:
        return error_body(error, generation_id)

    def error_type(self, _error: SwitchboardError) -> str:
        return JSON

    def status(self, error: SwitchboardError) -> int:
        return status_of(error)

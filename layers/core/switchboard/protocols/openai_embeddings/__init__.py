"""OpenAI's embeddings: texts in, vectors out, never streamed."""

from switchboard.accounting.price import Bill
from switchboard.chat import EMBEDDINGS, ChatRequest, Chunk, Served
from switchboard.errors import SwitchboardError
from switchboard.protocols.interface import JSON, Arrival, StreamRenderer
from switchboard.protocols.openai_chat import OpenAiChat
from switchboard.protocols.openai_embeddings.parse import parse
from switchboard.protocols.openai_embeddings.render import render_reply

__all__ = ["OpenAiEmbeddings"]


class OpenAiEmbeddings:
    """Errors are told as at the chat route."""

    name = EMBEDDINGS
    keep_alive = b"\n"

    def __init__(self) -> None:
        self._errors = OpenAiChat()

    def parse(self, arrival: Arrival) -> ChatRequest:
        return parse(arrival.body)

    def stream_type(self, _request: ChatRequest) -> str:
        return JSON

    def reply(self, served: Served, chunk: Chunk, bill: Bill) -> bytes:
        return render_reply(served, chunk, bill)

    def stream(self, _served: Served, _request: ChatRequest) -> StreamRenderer:
        raise RuntimeError("embeddings are never streamed")

    def error(self, error: SwitchboardError, generation_id: str | None) -> bytes:
        return self._errors.error(error, generation_id)

    def error_type(self, _error: SwitchboardError) -> str:
        return JSON

    def status(self, error: SwitchboardError) -> int:
        return self._errors.status(error)

"""OpenAI's Chat Completions, with the fields that OpenRouter adds to it."""

from switchboard.accounting.price import Bill
from switchboard.chat import ChatRequest, Chunk, Served
from switchboard.errors import SwitchboardError
from switchboard.protocols.openai_chat.errors import error_body
from switchboard.protocols.openai_chat.parse import PROTOCOL, parse
from switchboard.protocols.openai_chat.render import OpenAiChatStream, render_reply

__all__ = ["OpenAiChat"]


class OpenAiChat:
    name = PROTOCOL

    def parse(self, body: bytes) -> ChatRequest:
        return parse(body)

    def reply(self, served: Served, chunk: Chunk, bill: Bill) -> bytes:
        return render_reply(served, chunk, bill)

    def stream(self, served: Served, *, include_usage: bool) -> OpenAiChatStream:
        return OpenAiChatStream(served, include_usage)

    def error(self, error: SwitchboardError, generation_id: str | None) -> bytes:
        return error_body(error, generation_id)

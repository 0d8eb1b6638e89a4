"""Providers that speak OpenAI's Chat Completions, each with its quirks as flags in its catalog row."""

from collections.abc import Mapping

from switchboard.catalog.model import Endpoint
from switchboard.chat import ChatRequest, Chunk
from switchboard.clock import Clock, SystemClock
from switchboard.errors import UpstreamFailure
from switchboard.providers.misfits import linked_files, untranslatable
from switchboard.providers.openai_chat.decode import OpenAiChatDecoder, classify, decode_reply, reply_object
from switchboard.providers.openai_chat.embeddings import read_embeddings
from switchboard.providers.openai_chat.hub_messages import part
from switchboard.providers.openai_chat.json_answer import unshapely
from switchboard.providers.openai_chat.request import PROTOCOL, build
from switchboard.providers.openai_chat.words import WORDS
from switchboard.secret import Secret
from switchboard.wire.http import HttpRequest

__all__ = ["OpenAiChatUpstream"]


class OpenAiChatUpstream:
    name = "openai-chat"
    words = WORDS

    def __init__(self, clock: Clock | None = None) -> None:
        self._clock = clock or SystemClock()

    def misfit(self, request: ChatRequest, endpoint: Endpoint) -> str | None:
        is_ours = request.protocol == PROTOCOL
        misfit = linked_files(request) if is_ours else untranslatable(request, part, choices=True)
        return misfit or unshapely(request, endpoint, WORDS)

    def build(self, request: ChatRequest, endpoint: Endpoint, secret: Secret | None) -> HttpRequest:
        return build(request, endpoint, secret)

    def decoder(self, endpoint: Endpoint) -> OpenAiChatDecoder:
        return OpenAiChatDecoder(endpoint.provider.quirks)

    def decode_reply(self, body: bytes, endpoint: Endpoint) -> Chunk:
        if endpoint.makes_embeddings:
            return read_embeddings(reply_object(body))
        return decode_reply(body, endpoint.provider.quirks)

    def classify(self, status: int, headers: Mapping[str, str], body: bytes) -> UpstreamFailure:
        return classify(status, headers, body, self._clock.now())

"""Providers that speak OpenAI's Responses. Nothing is stored with them: each request brings the whole conversation."""

from collections.abc import Mapping

from switchboard.catalog.model import Endpoint
from switchboard.chat import ChatRequest, Chunk
from switchboard.clock import Clock, SystemClock
from switchboard.errors import UpstreamFailure
from switchboard.providers.misfits import untranslatable
from switchboard.providers.openai_responses.decode import OpenAiResponsesDecoder, decode_reply
from switchboard.providers.openai_responses.failures import classify
from switchboard.providers.openai_responses.items import part
from switchboard.providers.openai_responses.request import PROTOCOL, build
from switchboard.providers.openai_responses.words import WORDS
from switchboard.secret import Secret
from switchboard.wire.http import HttpRequest

__all__ = ["OpenAiResponsesUpstream"]


class OpenAiResponsesUpstream:
    name = PROTOCOL
    words = WORDS

    def __init__(self, clock: Clock | None = None) -> None:
        self._clock = clock or SystemClock()

    def misfit(self, request: ChatRequest, _endpoint: Endpoint) -> str | None:
        return None if request.protocol == PROTOCOL else untranslatable(request, part)

    def build(self, request: ChatRequest, endpoint: Endpoint, secret: Secret | None) -> HttpRequest:
        return build(request, endpoint, secret)

    def decoder(self, _endpoint: Endpoint) -> OpenAiResponsesDecoder:
        return OpenAiResponsesDecoder()

    def decode_reply(self, body: bytes, _endpoint: Endpoint) -> Chunk:
        return decode_reply(body)

    def classify(self, status: int, headers: Mapping[str, str], body: bytes) -> UpstreamFailure:
        return classify(status, headers, body, self._clock.now())

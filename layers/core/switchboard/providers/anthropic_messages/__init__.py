"""Providers that speak Anthropic's Messages: Anthropic itself, and those that offer its dialect beside their own."""

from collections.abc import Mapping

from switchboard.catalog.model import Endpoint
from switchboard.chat import ChatRequest, Chunk
from switchboard.clock import Clock, SystemClock
from switchboard.errors import UpstreamFailure
from switchboard.providers.anthropic_messages.content import part
from switchboard.providers.anthropic_messages.decode import AnthropicMessagesDecoder, decode_reply
from switchboard.providers.anthropic_messages.exclusions import unshapely
from switchboard.providers.anthropic_messages.failures import classify
from switchboard.providers.anthropic_messages.request import PROTOCOL, build
from switchboard.providers.anthropic_messages.tools import is_own_tool
from switchboard.providers.anthropic_messages.words import WORDS
from switchboard.providers.misfits import untranslatable
from switchboard.secret import Secret
from switchboard.wire.http import HttpRequest

__all__ = ["AnthropicMessagesUpstream"]


class AnthropicMessagesUpstream:
    name = PROTOCOL
    words = WORDS

    def __init__(self, clock: Clock | None = None) -> None:
        self._clock = clock or SystemClock()

    def misfit(self, request: ChatRequest, endpoint: Endpoint) -> str | None:
        if request.protocol == PROTOCOL:
            return None
        return untranslatable(request, part, knows_tool=is_own_tool) or unshapely(request, endpoint, WORDS)

    def build(self, request: ChatRequest, endpoint: Endpoint, secret: Secret | None) -> HttpRequest:
        return build(request, endpoint, secret)

    def decoder(self, _endpoint: Endpoint) -> AnthropicMessagesDecoder:
        return AnthropicMessagesDecoder()

    def decode_reply(self, body: bytes, _endpoint: Endpoint) -> Chunk:
        return decode_reply(body)

    def classify(self, status: int, headers: Mapping[str, str], body: bytes) -> UpstreamFailure:
        return classify(status, headers, body, self._clock.now())

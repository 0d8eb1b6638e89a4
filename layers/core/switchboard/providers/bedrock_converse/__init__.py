"""Amazon Bedrock's Converse: with a Bedrock API key, or signed as whoever the function runs as."""

from collections.abc import Mapping

from switchboard.catalog.model import Endpoint
from switchboard.chat import ChatRequest, Chunk
from switchboard.clock import Clock, SystemClock
from switchboard.errors import UpstreamFailure
from switchboard.providers.authorization import signed
from switchboard.providers.bedrock_converse.decode import BedrockConverseDecoder, decode_reply
from switchboard.providers.bedrock_converse.exclusions import unshapely
from switchboard.providers.bedrock_converse.failures import classify
from switchboard.providers.bedrock_converse.media import Media
from switchboard.providers.bedrock_converse.request import build
from switchboard.providers.bedrock_converse.words import WORDS
from switchboard.providers.interface import Signer
from switchboard.providers.misfits import untranslatable
from switchboard.secret import Secret
from switchboard.wire.http import HttpRequest

__all__ = ["BedrockConverseUpstream"]


class BedrockConverseUpstream:
    """`sign` is for providers whose auth is aws-sigv4 and for which there is no API key."""

    name = "bedrock-converse"
    words = WORDS

    def __init__(self, clock: Clock | None = None, sign: Signer | None = None) -> None:
        self._clock = clock or SystemClock()
        self._sign = sign

    def misfit(self, request: ChatRequest, endpoint: Endpoint) -> str | None:
        return untranslatable(request, Media().written) or unshapely(request, endpoint, WORDS)

    def build(self, request: ChatRequest, endpoint: Endpoint, secret: Secret | None) -> HttpRequest:
        return signed(build(request, endpoint, secret), endpoint.provider, secret, self._sign)

    def decoder(self, _endpoint: Endpoint) -> BedrockConverseDecoder:
        return BedrockConverseDecoder()

    def decode_reply(self, body: bytes, _endpoint: Endpoint) -> Chunk:
        return decode_reply(body)

    def classify(self, status: int, headers: Mapping[str, str], body: bytes) -> UpstreamFailure:
        return classify(status, headers, body, self._clock.now())

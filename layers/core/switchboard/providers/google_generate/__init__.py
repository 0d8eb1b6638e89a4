"""Google's generateContent: Gemini at Google AI (with an API key) and at Vertex (with a bearer token)."""

from collections.abc import Mapping

from switchboard.catalog.model import Endpoint
from switchboard.chat import ChatRequest, Chunk
from switchboard.clock import Clock, SystemClock
from switchboard.errors import UpstreamFailure
from switchboard.providers.google_generate.decode import GoogleGenerateDecoder, decode_reply
from switchboard.providers.google_generate.failures import classify
from switchboard.providers.google_generate.media import written
from switchboard.providers.google_generate.replay import PROTOCOL
from switchboard.providers.google_generate.request import build
from switchboard.providers.google_generate.words import WORDS
from switchboard.providers.misfits import untranslatable
from switchboard.secret import Secret
from switchboard.wire.http import HttpRequest

__all__ = ["GoogleGenerateUpstream"]


class GoogleGenerateUpstream:
    name = "google-generate"
    words = WORDS

    def __init__(self, clock: Clock | None = None) -> None:
        self._clock = clock or SystemClock()

    def misfit(self, request: ChatRequest, _endpoint: Endpoint) -> str | None:
        return None if request.protocol == PROTOCOL else untranslatable(request, written, choices=True)

    def build(self, request: ChatRequest, endpoint: Endpoint, secret: Secret | None) -> HttpRequest:
        return build(request, endpoint, secret)

    def decoder(self, _endpoint: Endpoint) -> GoogleGenerateDecoder:
        return GoogleGenerateDecoder()

    def decode_reply(self, body: bytes, _endpoint: Endpoint) -> Chunk:
        return decode_reply(body)

    def classify(self, status: int, headers: Mapping[str, str], body: bytes) -> UpstreamFailure:
        return classify(status, headers, body, self._clock.now())

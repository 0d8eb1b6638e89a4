"""Claude at Amazon Bedrock by InvokeModel, which passes Anthropic's own words on unread.

It loses nothing that Converse has no name for. The model is in the path, versions and betas are in the body, and the
events of a stream come in base64 inside frames. https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-anthropic-claude-messages.html
"""

import base64
import binascii
from collections.abc import Mapping
from dataclasses import replace
from typing import cast

from switchboard.catalog.model import BEDROCK_INVOKE, Endpoint
from switchboard.chat import ChatRequest, Chunk
from switchboard.clock import Clock, SystemClock
from switchboard.errors import Failure, UpstreamFailure
from switchboard.json_types import Json, JsonObject
from switchboard.providers.anthropic_messages.content import part
from switchboard.providers.anthropic_messages.decode import MessageReader, decode_reply
from switchboard.providers.anthropic_messages.exclusions import unshapely
from switchboard.providers.anthropic_messages.request import PROTOCOL, message_body, sent_betas
from switchboard.providers.anthropic_messages.words import WORDS
from switchboard.providers.authorization import signed
from switchboard.providers.bedrock_converse.failures import classify
from switchboard.providers.bedrock_converse.frames import BedrockEvent, EventStreamReader
from switchboard.providers.bedrock_converse.request import to_bedrock
from switchboard.providers.interface import Signer
from switchboard.providers.misfits import linked_media, untranslatable
from switchboard.secret import Secret
from switchboard.wire.http import HttpRequest

VERSION = "bedrock-2023-05-31"
# The path says the first two; the others are Anthropic's own service and answered with status 400 here.
_NOT_IN_BODY = ("model", "stream", "service_tier", "inference_geo")
INVOKED_WORDS = replace(WORDS, parameters=WORDS.parameters - {"service_tier"})
METRICS = "amazon-bedrock-invocationMetrics"


class BedrockInvokeUpstream:
    """`sign` is for providers whose auth is aws-sigv4 and for which there is no API key."""

    name = BEDROCK_INVOKE
    words = INVOKED_WORDS

    def __init__(self, clock: Clock | None = None, sign: Signer | None = None) -> None:
        self._clock = clock or SystemClock()
        self._sign = sign

    def misfit(self, request: ChatRequest, endpoint: Endpoint) -> str | None:
        """Anthropic's own service fetches what is linked, Bedrock does not."""
        if request.protocol == PROTOCOL:
            return linked_media(request)
        return linked_media(request) or untranslatable(request, part) or unshapely(request, endpoint, INVOKED_WORDS)

    def build(self, request: ChatRequest, endpoint: Endpoint, secret: Secret | None) -> HttpRequest:
        """Raises UpstreamFailure (bad_request) for what Anthropic's dialect cannot say."""
        method = "invoke-with-response-stream" if request.stream else "invoke"
        return signed(
            to_bedrock(method, _body(request, endpoint), endpoint, secret), endpoint.provider, secret, self._sign
        )

    def decoder(self, _endpoint: Endpoint) -> "BedrockInvokeDecoder":
        return BedrockInvokeDecoder()

    def decode_reply(self, body: bytes, _endpoint: Endpoint) -> Chunk:
        return decode_reply(body)

    def classify(self, status: int, headers: Mapping[str, str], body: bytes) -> UpstreamFailure:
        return classify(status, headers, body, self._clock.now())


class BedrockInvokeDecoder:
    """Each frame holds one of Anthropic's events, without the name that a server-sent one has beside it."""

    def __init__(self) -> None:
        self._message = MessageReader()
        self._events = EventStreamReader(self._chunk)

    def feed(self, piece: bytes) -> list[Chunk]:
        return self._events.feed(piece)

    def close(self) -> list[Chunk]:
        self._events.close(finished=self._message.finished)
        return []

    def _chunk(self, event: BedrockEvent) -> Chunk | None:
        """Events of another kind say nothing that we know. Bedrock's own counts are not for the client."""
        packed = event.payload.get("bytes")
        if event.kind != "chunk" or not isinstance(packed, str):
            return None
        try:
            chunk = self._message.read(base64.b64decode(packed, validate=True))
        except binascii.Error:
            raise UpstreamFailure(Failure.SERVER, "A chunk of the stream is not base64.", upstream_status=200) from None
        if chunk:
            chunk.native.pop(METRICS, None)
        return chunk


def _body(request: ChatRequest, endpoint: Endpoint) -> JsonObject:
    betas = sent_betas(request, endpoint)
    body: JsonObject = {"anthropic_version": VERSION}
    if betas:
        body["anthropic_beta"] = cast("list[Json]", betas)
    body.update(
        {name: value for name, value in message_body(request, endpoint, betas).items() if name not in _NOT_IN_BODY}
    )
    return body

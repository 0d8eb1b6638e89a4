"""What every upstream dialect offers. No I/O: an adapter is tested from recorded bytes."""

from collections.abc import Mapping
from typing import Protocol

from switchboard.catalog.model import Endpoint
from switchboard.chat import ChatRequest, Chunk
from switchboard.errors import UpstreamFailure
from switchboard.parameters import Vocabulary
from switchboard.secret import Secret
from switchboard.wire.http import HttpRequest


class StreamDecoder(Protocol):
    """Reads one streamed answer. Raises UpstreamFailure when the stream says that it failed."""

    def feed(self, piece: bytes) -> list[Chunk]:
        """What precedes a failure in one piece is given out first, if anything was before it: the next call raises."""

    def close(self) -> list[Chunk]:
        """The sender hung up. Raises UpstreamFailure (cut) if the answer has no end."""


class Signer(Protocol):
    """Puts an AWS signature on a request; `region` None leaves it to the environment."""

    def __call__(self, request: HttpRequest, region: str | None) -> HttpRequest: ...


class UpstreamDialect(Protocol):
    name: str
    words: Vocabulary

    def misfit(self, request: ChatRequest, endpoint: Endpoint) -> str | None:
        """Why `request` cannot be said to `endpoint` at all, in words for its caller; None if it can."""

    def build(self, request: ChatRequest, endpoint: Endpoint, secret: Secret | None) -> HttpRequest: ...

    def decoder(self, endpoint: Endpoint) -> StreamDecoder: ...

    def decode_reply(self, body: bytes, endpoint: Endpoint) -> Chunk:
        """A whole answer. Raises UpstreamFailure if it is none, whatever its HTTP status said."""

    def classify(self, status: int, headers: Mapping[str, str], body: bytes) -> UpstreamFailure: ...

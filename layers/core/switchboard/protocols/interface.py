"""What every client dialect offers. No I/O."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from switchboard.accounting.price import Bill
from switchboard.chat import ChatRequest, Chunk, Served
from switchboard.errors import SwitchboardError

JSON = "application/json"


@dataclass(frozen=True, slots=True)
class Arrival:
    """A request as it came in: some dialects say in the path or in a header what others say in the body.

    `path` holds the route's named parts, `query` the query's parameters, `headers` have lower-case names.
    """

    body: bytes
    path: Mapping[str, str] = field(default_factory=dict)
    query: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)


class StreamRenderer(Protocol):
    """Writes one streamed answer, piece by piece."""

    def render(self, chunks: Sequence[Chunk]) -> bytes:
        """What these chunks look like; empty if the client is to see nothing of them."""

    def finish(self, bill: Bill) -> bytes:
        """The closing pieces of an answer that is complete."""

    def fail(self, error: SwitchboardError, bill: Bill) -> bytes:
        """The closing pieces of an answer that broke off: never to be mistaken for a complete one."""


class ClientProtocol(Protocol):
    name: str
    keep_alive: bytes
    """What fills a silence: readers of the dialect skip it."""

    def parse(self, arrival: Arrival) -> ChatRequest:
        """Raises InvalidRequest, naming the field."""

    def stream_type(self, request: ChatRequest) -> str:
        """The content type of a streamed answer."""

    def reply(self, served: Served, chunk: Chunk, bill: Bill) -> bytes:
        """A whole answer."""

    def stream(self, served: Served, request: ChatRequest) -> StreamRenderer: ...

    def error(self, error: SwitchboardError, generation_id: str | None) -> bytes:
        """An error instead of an answer."""

    def error_type(self, error: SwitchboardError) -> str:
        """The content type of an error instead of an answer."""

    def status(self, error: SwitchboardError) -> int:
        """The HTTP status that the dialect's SDKs raise the right exception from."""

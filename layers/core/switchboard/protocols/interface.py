"""What every client dialect offers. No I/O."""

from collections.abc import Sequence
from typing import Protocol

from switchboard.accounting.price import Bill
from switchboard.chat import ChatRequest, Chunk, Served
from switchboard.errors import SwitchboardError


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

    def parse(self, body: bytes) -> ChatRequest:
        """Raises InvalidRequest, naming the field."""

    def reply(self, served: Served, chunk: Chunk, bill: Bill) -> bytes:
        """A whole answer."""

    def stream(self, served: Served, *, include_usage: bool) -> StreamRenderer: ...

    def error(self, error: SwitchboardError, generation_id: str | None) -> bytes:
        """An error instead of an answer."""

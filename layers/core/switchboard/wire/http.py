"""HTTP as dialects and dispatch see it: a request as a value, and a reply that is still arriving."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class HttpRequest:
    """What goes out; names of headers in any case."""

    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes


class HttpReply(Protocol):
    """A reply whose body has not all arrived; header names are in lower case."""

    @property
    def status(self) -> int: ...

    @property
    def headers(self) -> Mapping[str, str]: ...

    def pieces(self) -> AsyncIterator[bytes]:
        """The body as it arrives. Raises OSError when it breaks off."""

    async def body(self, limit: int) -> bytes:
        """All of it. Raises OSError if it breaks off, or is longer than `limit` bytes."""

"""HTTP as dialects and dispatch see it: a request as a value, a reply that is still arriving; and short exchanges."""

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


class HttpPort(Protocol):
    """What sends one short request and reads the whole answer."""

    async def request(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        body: bytes,
        timeout: float,  # noqa: ASYNC109  # the client's own timer knows what it waits for, asyncio.timeout does not
    ) -> tuple[int, Mapping[str, str], bytes]:
        """Status, headers by lower-case name, and the whole body. `timeout` is in seconds.

        Raises OSError if there is no answer; TimeoutError, if it took too long, is one.
        """

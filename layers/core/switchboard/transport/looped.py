"""An HTTP/1.1 client in the event loop itself: for servers, where thousands of requests a second share one core.

Measured beside pyreqwest, whose network is another thread: 33 us of CPU in place of 110 for each of 32 exchanges at
once, 120 in place of 320 for one alone, 90 in place of 145 for a piece of a stream (docs/performance.md).
"""

import asyncio
import ssl
from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from functools import cache
from types import TracebackType

from switchboard.transport.connection import Connection
from switchboard.transport.failures import CONNECT_SECONDS, IDLE_SECONDS, ConnectionCut, ConnectionFailed
from switchboard.wire.http import HttpRequest
from switchboard.wire.http1 import Origin, encode_request


@dataclass(slots=True)
class _Kept:
    connection: Connection
    since: float


class LoopedClient:
    """Belongs to the event loop that first uses it."""

    def __init__(self, connect_seconds: float = CONNECT_SECONDS) -> None:
        self._connect_seconds = connect_seconds
        self._kept: dict[Origin, list[_Kept]] = {}
        self._out: set[Connection] = set()

    def open(self, request: HttpRequest) -> AbstractAsyncContextManager["LoopedReply"]:
        """A reply with its headers read; leaving the block closes the connection if the body is not finished.

        Raises ConnectionFailed, or TimeoutError when the connection is not made in time.
        """
        return _Exchange(self, request)

    async def request(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        body: bytes,
        timeout: float,  # noqa: ASYNC109  # one timer of the loop: asyncio.timeout costs 10 us
    ) -> tuple[int, Mapping[str, str], bytes]:
        """One short exchange, whole: status, headers, body. Raises OSError, of which TimeoutError is one."""
        exchange = _Exchange(self, HttpRequest(method, url, headers, body), timeout)
        async with exchange as reply:
            pieces = [piece async for piece in reply.pieces()]
        return reply.status, reply.headers, b"".join(pieces)

    async def close(self) -> None:
        for connection in [*self._out, *(kept.connection for origin in self._kept.values() for kept in origin)]:
            connection.hang_up()
        self._kept.clear()
        self._out.clear()

    def kept(self, origin: Origin) -> Connection | None:
        """A connection that waits for its next exchange; the last one used, so that the others may grow old."""
        now = asyncio.get_running_loop().time()
        waiting = self._kept.get(origin, [])
        while waiting:
            last = waiting.pop()
            if last.connection.is_open and now - last.since < IDLE_SECONDS:
                self._out.add(last.connection)
                return last.connection
            last.connection.hang_up()
        return None

    async def connect(self, origin: Origin, seconds: float | None = None) -> Connection:
        """Within `seconds`, if that is less than usual. Raises ConnectionFailed or TimeoutError."""
        loop, secure = asyncio.get_running_loop(), _tls() if origin.is_secure else None
        try:
            async with asyncio.timeout(min(seconds or self._connect_seconds, self._connect_seconds)):
                _, connection = await loop.create_connection(Connection, origin.host, origin.port, ssl=secure)
        except TimeoutError:
            raise TimeoutError("no connection in time") from None
        except OSError as error:
            raise ConnectionFailed(str(error)) from error
        self._out.add(connection)
        return connection

    def take_back(self, origin: Origin, connection: Connection) -> None:
        """After an exchange: kept if it can serve another."""
        self._out.discard(connection)
        if not connection.is_reusable:
            connection.hang_up()
            return
        now = asyncio.get_running_loop().time()
        waiting = self._kept.setdefault(origin, [])
        if waiting and now - waiting[0].since >= IDLE_SECONDS:
            waiting.pop(0).connection.hang_up()
        waiting.append(_Kept(connection, now))


class LoopedReply:
    """A reply whose body is still arriving."""

    def __init__(self, connection: Connection) -> None:
        self.status = connection.status
        self.headers: Mapping[str, str] = connection.headers
        self._connection = connection

    def pieces(self) -> AsyncIterator[bytes]:
        """The body as it arrives. Raises ConnectionCut when it breaks off, after the pieces that did arrive."""
        return _Pieces(self._connection)

    async def body(self, limit: int) -> bytes:
        """The whole body, or ConnectionCut if it is longer than `limit` bytes."""
        collected: list[bytes] = []
        size = 0
        async for piece in self.pieces():
            collected.append(piece)
            size += len(piece)
            if size > limit:
                raise ConnectionCut(f"the reply is longer than {limit} bytes")
        return b"".join(collected)


class _Exchange(AbstractAsyncContextManager[LoopedReply]):
    """One request and its reply. Without `seconds` it lasts as long as it lasts, and a request that found its idle
    connection closed is sent again: nothing was done with it. With `seconds` that is left to the caller, who knows
    whether a second time would do harm.
    """

    def __init__(self, client: LoopedClient, request: HttpRequest, seconds: float | None = None) -> None:
        self._client = client
        self._request = request
        self._seconds = seconds
        self._timer: asyncio.TimerHandle | None = None
        self._held: tuple[Origin, Connection] | None = None

    async def __aenter__(self) -> LoopedReply:
        try:
            origin, request = encode_request(self._request)
        except ValueError as error:
            raise ConnectionFailed(str(error)) from error
        try:
            return LoopedReply(await self._answered(origin, request))
        except BaseException:
            self._leave()
            raise

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._leave()

    async def _answered(self, origin: Origin, request: bytes) -> Connection:
        kept = self._client.kept(origin)
        if kept is not None:
            try:
                return await self._send(origin, kept, request)
            except ConnectionFailed:
                if kept.was_heard or self._seconds is not None:
                    raise
                self._leave()
        return await self._send(origin, await self._client.connect(origin, self._seconds), request)

    async def _send(self, origin: Origin, connection: Connection, request: bytes) -> Connection:
        self._held = (origin, connection)
        connection.send(request)
        if self._seconds is not None:
            self._timer = asyncio.get_running_loop().call_later(self._seconds, connection.expire)
        await connection.read_head()
        return connection

    def _leave(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        if self._held is not None:
            self._client.take_back(*self._held)
        self._timer = self._held = None


class _Pieces(AsyncIterator[bytes]):
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def __anext__(self) -> bytes:
        piece = await self._connection.read_piece()
        if piece is None:
            raise StopAsyncIteration
        return piece


@cache
def _tls() -> ssl.SSLContext:
    """The system's certificate authorities; made once, because reading them takes 30 ms."""
    context = ssl.create_default_context()
    context.set_alpn_protocols(["http/1.1"])
    return context

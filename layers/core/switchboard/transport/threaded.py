"""pyreqwest behind two calls: for Lambda, where it is ready in 4 ms and one request at a time is all there is.

Its network runs in a thread of its own, which costs some 0.2 ms a request: servers have `looped` instead.

By default pyreqwest reads 64 KiB ahead before it hands a reply over, which holds back a whole stream and loses its head
when it is cut: hence `streamed_read_buffer_limit(0)` on every request (tests/integration/test_transport.py).
Where a cancellation and a result come at once it hands the result over and forgets the cancellation: hence `_heeding`.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Mapping
from contextlib import AbstractAsyncContextManager, suppress
from dataclasses import dataclass
from datetime import timedelta
from types import TracebackType
from typing import TypeVar

from pyreqwest.client import Client, ClientBuilder
from pyreqwest.exceptions import PyreqwestError, RequestTimeoutError
from pyreqwest.request import StreamRequest
from pyreqwest.response import Response, ResponseBodyReader

from switchboard.transport.failures import CONNECT_SECONDS, IDLE_SECONDS, ConnectionCut, ConnectionFailed
from switchboard.wire.http import HttpRequest

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Reply:
    """A reply whose body is still arriving."""

    status: int
    headers: Mapping[str, str]
    _response: Response

    def pieces(self) -> AsyncIterator[bytes]:
        """The body as it arrives. Raises ConnectionCut when it breaks off, after the pieces that did arrive."""
        return _Pieces(self._response.body_reader)

    async def body(self, limit: int) -> bytes:
        """The whole body, or ConnectionCut if it is longer than `limit` bytes."""
        collected = bytearray()
        async for piece in self.pieces():
            collected += piece
            if len(collected) > limit:
                raise ConnectionCut(f"the reply is longer than {limit} bytes")
        return bytes(collected)


class ThreadedClient:
    """Sends requests and hands replies over as they arrive. Close it when the process ends."""

    def __init__(self, connect_seconds: float = CONNECT_SECONDS) -> None:
        # Nothing is asked for in compressed form: what packs a stream holds its pieces back.
        unpacked = ClientBuilder().gzip(False).deflate(False).brotli(False).zstd(False)
        self._client: Client = (
            unpacked.connect_timeout(timedelta(seconds=connect_seconds))
            .pool_idle_timeout(timedelta(seconds=IDLE_SECONDS))
            .follow_redirects(False)
            .no_proxy()
            .user_agent("switchboard")
            .build()
        )

    def open(self, request: HttpRequest) -> AbstractAsyncContextManager[Reply]:
        """A reply with its headers read; leaving the block closes the connection if the body is not finished.

        Raises ConnectionFailed, or TimeoutError when the connection is not made in time.
        """
        builder = self._client.request(request.method, request.url).headers(request.headers).body_bytes(request.body)
        return _Exchange(builder.streamed_read_buffer_limit(0).build_streamed())

    async def request(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        body: bytes,
        timeout: float,  # noqa: ASYNC109  # pyreqwest's own timer costs nothing, asyncio.timeout 10 us
    ) -> tuple[int, Mapping[str, str], bytes]:
        """One short exchange, whole: status, headers, body. Raises OSError, of which TimeoutError is one."""
        builder = self._client.request(method, url).headers(headers).body_bytes(body)
        try:
            response = await _heeding(builder.timeout(timedelta(seconds=timeout)).build().send())
            return response.status, dict(response.headers), bytes(await _heeding(response.bytes()))
        except RequestTimeoutError as error:
            raise TimeoutError(f"no answer within {timeout:g} s") from error
        except PyreqwestError as error:
            raise ConnectionFailed(_reason(error)) from error

    async def close(self) -> None:
        await self._client.close()


# Two classes where generator functions would do: each of those costs 5 to 10 us more (docs/performance.md).
class _Exchange(AbstractAsyncContextManager[Reply]):
    def __init__(self, request: StreamRequest) -> None:
        self._request = request

    async def __aenter__(self) -> Reply:
        try:
            response = await _heeding(self._request.__aenter__())
        except asyncio.CancelledError:
            with suppress(RuntimeError):  # of one that was cancelled before it was entered: there is nothing to leave
                await self._request.__aexit__(None, None, None)
            raise
        except RequestTimeoutError as error:
            raise TimeoutError("no connection in time") from error
        except PyreqwestError as error:
            raise ConnectionFailed(_reason(error)) from error
        return Reply(response.status, dict(response.headers), response)

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._request.__aexit__(None, None, None)


class _Pieces(AsyncIterator[bytes]):
    def __init__(self, reader: ResponseBodyReader) -> None:
        self._reader = reader

    async def __anext__(self) -> bytes:
        try:
            piece = await _heeding(self._reader.read_chunk())
        except PyreqwestError as error:
            raise ConnectionCut(_reason(error)) from error
        if piece is None:
            raise StopAsyncIteration
        return bytes(piece)


async def _heeding(work: Awaitable[Result]) -> Result:
    """Its result, unless this task was cancelled meanwhile: a caller hung up, or a clock (asyncio.timeout) ran out."""
    task = asyncio.current_task()
    before = task.cancelling() if task else 0
    result = await work
    if task and task.cancelling() > before:
        raise asyncio.CancelledError
    return result


def _reason(error: PyreqwestError) -> str:
    """The innermost cause, in one line: the outer ones only say that a request failed."""
    details = getattr(error, "details", None) or {}
    causes = details.get("causes") or [{"message": str(error)}]
    return str(causes[-1]["message"])

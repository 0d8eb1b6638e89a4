"""One try of one endpoint, under three clocks: to connect, to the first content, and between contents."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Protocol

from switchboard.accounting.generation import Attempt
from switchboard.catalog.model import Endpoint
from switchboard.chat import ChatRequest, Chunk
from switchboard.clock import Clock
from switchboard.errors import Failure, UpstreamFailure
from switchboard.providers.interface import UpstreamDialect
from switchboard.secret import Secret
from switchboard.tally import Tally
from switchboard.wire.http import HttpRequest

OK = "ok"
CANCELLED = "cancelled"
MAX_REPLY_BYTES = 32 * 1024 * 1024
MAX_ERROR_BYTES = 64 * 1024
# An answer that comes whole may take as long as a slow model needs to write it.
SLOW_TOKENS_PER_SECOND = 20.0
USUAL_OUTPUT_TOKENS = 2000
JSON_TYPE = "application/json"


class Reply(Protocol):
    @property
    def status(self) -> int: ...

    @property
    def headers(self) -> Mapping[str, str]: ...

    def pieces(self) -> AsyncIterator[bytes]: ...

    async def body(self, limit: int) -> bytes: ...


class Transport(Protocol):
    def open(self, request: HttpRequest) -> AbstractAsyncContextManager[Reply]: ...


@dataclass(frozen=True, slots=True)
class Limits:
    """Seconds. Connecting is bounded by the transport itself; a keep-alive is no content and resets nothing."""

    first_content: float = 20.0
    between_contents: float = 30.0

    def whole_answer(self, max_output: int | None) -> float:
        return self.first_content + (max_output or USUAL_OUTPUT_TOKENS) / SLOW_TOKENS_PER_SECOND


@dataclass(frozen=True, slots=True)
class Upstreams:
    """How endpoints are reached: their dialects by name, their providers' keys, and the HTTP client."""

    dialects: Mapping[str, UpstreamDialect]
    secret_of: Callable[[str], Secret | None]
    transport: Transport
    limits: Limits = Limits()


class Running:
    """An attempt while it lasts."""

    def __init__(
        self, request: ChatRequest, endpoint: Endpoint, upstreams: Upstreams, clock: Clock, deadline: float
    ) -> None:
        self.endpoint = endpoint
        self.tally = Tally()
        self._request = request
        self._upstreams = upstreams
        self._dialect = upstreams.dialects[endpoint.provider.protocol]
        self._clock = clock
        self._deadline = deadline
        self._began = clock.monotonic()
        self._first: float | None = None
        self._last: float | None = None
        self._status: int | None = None
        self._stream = self._batches()

    async def first(self) -> list[Chunk]:
        """Everything up to and with the first content. Raises UpstreamFailure."""
        held: list[Chunk] = []
        async for chunks in self._stream:
            held += chunks
            if self._first is not None:
                return held
        if not self.tally.may_be_empty:
            raise UpstreamFailure(Failure.SERVER, "The answer was empty.", upstream_status=self._status)
        return held

    async def rest(self) -> AsyncIterator[list[Chunk]]:
        async for chunks in self._stream:
            yield chunks

    async def close(self) -> None:
        """Hang up if the answer is not finished."""
        await self._stream.aclose()

    def record(self, outcome: str, failure: UpstreamFailure | None) -> Attempt:
        now = self._clock.monotonic()
        streamed = self._request.stream and self._first is not None
        return Attempt(
            endpoint=self.endpoint.id,
            provider=self.endpoint.provider.id,
            outcome=outcome,
            status=self._status,
            duration_ms=_milliseconds(now - self._began),
            first_token_ms=_milliseconds((self._first or now) - self._began) if streamed else None,
            generation_ms=_milliseconds((self._last or now) - (self._first or now)) if streamed else None,
            message=failure.message if failure else None,
        )

    async def _batches(self) -> AsyncIterator[list[Chunk]]:
        """Chunks as they arrive, those that arrive together in one list."""
        try:
            async for chunks in self._stream_chunks() if self._request.stream else self._whole():
                self._note(chunks)
                yield chunks
        except TimeoutError as error:
            raise UpstreamFailure(Failure.TIMEOUT, str(error) or "No connection in time.") from error
        except OSError as error:
            failure = Failure.SERVER if self._first is None else Failure.CUT
            raise UpstreamFailure(failure, f"The connection failed: {error}.") from error

    async def _stream_chunks(self) -> AsyncIterator[list[Chunk]]:
        limit = self._upstreams.limits.first_content
        async with _patience(self._began + limit, self._deadline, "no content yet"):
            opening = self._open()
            reply = await opening.__aenter__()
        try:
            await self._accept(reply)
            decoder = self._dialect.decoder(self.endpoint)
            pieces = reply.pieces()
            while True:
                async with self._waiting():
                    piece = await anext(pieces, None)
                if piece is None:
                    break
                if chunks := decoder.feed(piece):
                    yield chunks
            if chunks := decoder.close():
                yield chunks
        finally:
            await opening.__aexit__(None, None, None)

    async def _whole(self) -> AsyncIterator[list[Chunk]]:
        limit = self._upstreams.limits.whole_answer(self._request.max_output)
        async with _patience(self._began + limit, self._deadline, "no answer yet"), self._open() as reply:
            await self._accept(reply)
            body = await reply.body(MAX_REPLY_BYTES)
        yield [self._dialect.decode_reply(body, self.endpoint)]

    def _open(self) -> AbstractAsyncContextManager[Reply]:
        secret = self._upstreams.secret_of(self.endpoint.provider.id)
        return self._upstreams.transport.open(self._dialect.build(self._request, self.endpoint, secret))

    async def _accept(self, reply: Reply) -> None:
        """Raises UpstreamFailure unless an answer follows."""
        self._status = reply.status
        if reply.status != 200:
            async with self._waiting():
                body = await reply.body(MAX_ERROR_BYTES)
            raise self._dialect.classify(reply.status, reply.headers, body)
        if self._request.stream and reply.headers.get("content-type", "").startswith(JSON_TYPE):
            async with self._waiting():
                self._dialect.decode_reply(await reply.body(MAX_REPLY_BYTES), self.endpoint)
            raise UpstreamFailure(Failure.SERVER, "It answered whole when asked to stream.", upstream_status=200)

    def _waiting(self) -> "_Patience":
        limits = self._upstreams.limits
        if self._first is None:
            return _patience(self._began + limits.first_content, self._deadline, "no content yet")
        since = self._last or self._first
        return _patience(since + limits.between_contents, self._deadline, "the answer stalled")

    def _note(self, chunks: list[Chunk]) -> None:
        for chunk in chunks:
            self.tally.add(chunk)
        if any(chunk.has_content for chunk in chunks):
            self._last = self._clock.monotonic()
            self._first = self._first or self._last


_Patience = AbstractAsyncContextManager[None]

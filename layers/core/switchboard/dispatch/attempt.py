"""One try of one endpoint, under three clocks: to connect, to the first content, and between contents."""

import asyncio
from collections.abc import AsyncGenerator, Mapping
from contextlib import AbstractAsyncContextManager, AsyncExitStack, aclosing
from dataclasses import dataclass
from typing import Protocol

from switchboard.accounting.generation import Attempt
from switchboard.chat import ChatRequest, Chunk
from switchboard.clock import Clock
from switchboard.dispatch.discretion import fit_for_records, without_key
from switchboard.dispatch.offers import CredentialsOf, Offer
from switchboard.dispatch.outcome import Breakers
from switchboard.dispatch.patience import USUAL_LIMITS, Limits, Patience
from switchboard.dispatch.tally import Tally
from switchboard.errors import Failure, UpstreamFailure
from switchboard.fitting import fitted
from switchboard.providers.interface import UpstreamDialect
from switchboard.wire.http import HttpReply, HttpRequest

OK = "ok"
CANCELLED = "cancelled"
MAX_REPLY_BYTES = 32 * 1024 * 1024
MAX_ERROR_BYTES = 64 * 1024
JSON_TYPE = "application/json"
# Converse names an answer nowhere else.
REQUEST_ID = "x-amzn-requestid"


class Transport(Protocol):
    def open(self, request: HttpRequest) -> AbstractAsyncContextManager[HttpReply]: ...


@dataclass(frozen=True, slots=True)
class Upstreams:
    """How endpoints are reached: their dialects by name, their providers' keys, the HTTP client, and what is remembered
    of earlier attempts.
    """

    dialects: Mapping[str, UpstreamDialect]
    credentials_of: CredentialsOf
    transport: Transport
    breakers: Breakers
    limits: Limits = USUAL_LIMITS


class Running:
    """An attempt while it lasts. `fitted` is the request as this endpoint is given it."""

    def __init__(self, request: ChatRequest, offer: Offer, upstreams: Upstreams, clock: Clock, deadline: float) -> None:
        self.offer = offer
        self.endpoint = endpoint = offer.endpoint
        self.tally = Tally()
        self._upstreams = upstreams
        self._dialect = upstreams.dialects[endpoint.protocol]
        self.fitted = fitted(request, endpoint, self._dialect.words)
        self._request = self.fitted.request
        self._clock = clock
        self._deadline = deadline
        self._patience = Patience(self._request, upstreams.limits, clock.monotonic())
        self._status: int | None = None
        self._stream = self._batches()

    async def first(self) -> list[Chunk]:
        """Everything up to and with the first content. Raises UpstreamFailure."""
        held: list[Chunk] = []
        async for chunks in self._stream:
            held += chunks
            if self._patience.first is not None:
                return held
        if not self.tally.may_be_empty:
            raise UpstreamFailure(Failure.SERVER, "The answer was empty.", upstream_status=self._status)
        return held

    async def rest(self) -> AsyncGenerator[list[Chunk], None]:
        async for chunks in self._stream:
            yield chunks

    async def close(self) -> None:
        """Hang up if the answer is not finished."""
        await self._stream.aclose()

    def record(self, outcome: str, failure: UpstreamFailure | None) -> Attempt:
        now, times = self._clock.monotonic(), self._patience
        streamed = self._request.stream and times.first is not None
        return Attempt(
            endpoint=self.endpoint.id,
            provider=self.endpoint.provider.id,
            outcome=outcome,
            status=self._status,
            duration_ms=_milliseconds(now - times.began),
            first_token_ms=_milliseconds((times.first or now) - times.began) if streamed else None,
            generation_ms=_milliseconds((self._patience.last or now) - (self._patience.first or now))
            if streamed
            else None,
            credential=self.offer.credential.name or None,
            message=fit_for_records(failure.message, self._request) if failure else None,
        )

    def waited(self) -> float:
        """Seconds from the request's departure to the first content, or until now."""
        return (self._patience.first or self._clock.monotonic()) - self._patience.began

    async def _batches(self) -> AsyncGenerator[list[Chunk], None]:
        """Chunks as they arrive, those that arrive together in one list."""
        try:
            async with aclosing(self._streamed() if self._request.stream else self._whole()) as batches:
                async for chunks in batches:
                    self._note(chunks)
                    handed_over = self._clock.monotonic()
                    yield chunks
                    self._patience.excuse(self._clock.monotonic() - handed_over)
        except TimeoutError as error:
            raise UpstreamFailure(Failure.TIMEOUT, self._overdue(), upstream_status=self._status) from error
        except OSError as error:
            failure = Failure.SERVER if self._patience.first is None else Failure.CUT
            raise UpstreamFailure(failure, f"The connection failed: {error}.", upstream_status=self._status) from error
        except UpstreamFailure as failure:
            failure.message = without_key(failure.message, self.offer.credential.secret)
            raise

    async def _streamed(self) -> AsyncGenerator[list[Chunk], None]:
        async with AsyncExitStack() as closing:
            async with self._in_time():
                reply = await closing.enter_async_context(self._open())
                await self._accept(reply)
            decoder = self._dialect.decoder(self.endpoint)
            pieces = reply.pieces()
            while True:
                async with self._in_time():
                    piece = await anext(pieces, None)
                chunks = decoder.close() if piece is None else decoder.feed(piece)
                if chunks:
                    yield chunks
                    decoder.feed(b"")  # raises the failure that came in the same piece
                if piece is None:
                    return

    async def _whole(self) -> AsyncGenerator[list[Chunk], None]:
        async with self._in_time(), self._open() as reply:
            await self._accept(reply)
            body = await reply.body(MAX_REPLY_BYTES)
        yield [self._dialect.decode_reply(body, self.endpoint)]

    def _open(self) -> AbstractAsyncContextManager[HttpReply]:
        secret = self.offer.credential.secret
        return self._upstreams.transport.open(self._dialect.build(self._request, self.endpoint, secret))

    async def _accept(self, reply: HttpReply) -> None:
        """Raises UpstreamFailure unless an answer of the kind that was asked for follows."""
        self._status = reply.status
        self.tally.upstream_id = reply.headers.get(REQUEST_ID)
        if reply.status != 200:
            raise self._dialect.classify(reply.status, reply.headers, await reply.body(MAX_ERROR_BYTES))
        if self._request.stream and reply.headers.get("content-type", "").startswith(JSON_TYPE):
            self._dialect.decode_reply(await reply.body(MAX_REPLY_BYTES), self.endpoint)  # raises if it is an error
            raise UpstreamFailure(Failure.SERVER, "It answered whole when asked to stream.", upstream_status=200)

    def _in_time(self) -> asyncio.Timeout:
        """The clock that runs now; nothing outlives the deadline."""
        return asyncio.timeout(min(self._patience.until(), self._deadline) - self._clock.monotonic())

    def _overdue(self) -> str:
        if self._clock.monotonic() >= self._deadline:
            return "The time that this request may take is over."
        if self._patience.last is not None:
            return f"The answer stalled for {self._upstreams.limits.between_contents:g} s."
        waited = self._clock.monotonic() - self._patience.began
        return f"No {'content' if self._request.stream else 'answer'} within {waited:.1f} s."

    def _note(self, chunks: list[Chunk]) -> None:
        for chunk in chunks:
            self.tally.add(chunk)
        self._patience.note(chunks, self._clock.monotonic())


def _milliseconds(seconds: float) -> int:
    return round(seconds * 1000)

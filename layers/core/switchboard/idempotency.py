"""Idempotency-Key: the first whole answer to a request is kept for a day, and given again to whoever asks again.

Requests without the header never come here. What failed is not kept: the same key may try again.
"""

import asyncio
import hashlib
import zlib
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from switchboard.clock import Clock
from switchboard.errors import IdempotencyConflict, InvalidRequest
from switchboard.ids import new_ulid
from switchboard.pipeline import Call, Client
from switchboard.storage.database import StorageError, StorageUnavailable
from switchboard.storage.idempotency import MOST_BYTES, Claim, Found, Kept, Name
from switchboard.telemetry import Telemetry

HEADER = "idempotency-key"
LONGEST_KEY = 255
# A crash of whoever answers first blocks its twins for as long as this at most.
LEASE_SECONDS = 60.0
RENEWAL_SECONDS = 20.0
RETRY_SECONDS = 2.0
REPLAYED = "x-switchboard-replayed"
STORED = "x-switchboard-idempotency"
NOT_KEPT = frozenset({"content-length", "x-switchboard-overhead-ms", STORED})

OK = 200

Work = Callable[[Call, Client], Awaitable[bool]]


class Store(Protocol):
    async def claim(self, claim: Claim, fingerprint: str, now: float, lease: float) -> Found | None: ...

    async def extend(self, claim: Claim, lease: float) -> bool: ...

    async def release(self, claim: Claim) -> None: ...

    async def refuse(self, claim: Claim, generation_id: str | None) -> None: ...

    async def keep(self, claim: Claim, kept: Kept, now: float) -> bool: ...


@dataclass(slots=True)
class Recorder:
    """A Client that keeps a compressed copy of what goes through it, as long as that is not too much."""

    client: Client
    most_bytes: int
    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    too_large: bool = False
    _pieces: bytearray = field(default_factory=bytearray)
    _compressor: "zlib._Compress" = field(default_factory=lambda: zlib.compressobj(1))

    @property
    def started(self) -> bool:
        return self.client.started

    @property
    def gone(self) -> bool:
        return self.client.gone

    async def start(self, status: int, headers: Mapping[str, str]) -> None:
        """A stream can only say how much is kept; a whole answer waits, to say what became of it."""
        self.status, self.headers = status, dict(headers)
        if "content-length" not in headers:
            await self.client.start(status, {**headers, STORED: f"kept up to {self.most_bytes} bytes"})

    async def write(self, data: bytes) -> None:
        self._take(self._compressor.compress(data))
        await self.client.write(data)

    async def end(self, data: bytes) -> None:
        self._take(self._compressor.compress(data) + self._compressor.flush())
        if "content-length" in self.headers:
            kept = "too large" if self.too_large else "kept" if self.status == OK else "not kept"
            await self.client.start(self.status, {**self.headers, STORED: kept})
        await self.client.end(data)

    def keep_going(self) -> None:
        self.client.keep_going()

    def hold_line(self, keep_alive: bytes, content_type: str) -> None:
        """Whoever hangs up may ask again: the answer is finished for that time."""
        self.client.keep_going()
        self.client.hold_line(keep_alive, content_type)

    def copy(self) -> Kept:
        headers = {name: value for name, value in self.headers.items() if name not in NOT_KEPT}
        return Kept(self.status, headers, bytes(self._pieces))

    def _take(self, compressed: bytes) -> None:
        self.too_large = self.too_large or len(self._pieces) + len(compressed) > self.most_bytes
        if self.too_large:
            self._pieces.clear()
        else:
            self._pieces += compressed


@dataclass(frozen=True, slots=True)
class Idempotency:
    """Once for each key of a caller, however often and wherever it is asked."""

    store: Store
    telemetry: Telemetry
    clock: Clock
    most_bytes: int = MOST_BYTES

    async def answer(self, call: Call, client: Client, key_id: str, path: str, work: Work) -> None:
        """Do `work`, or give its answer again. Raises InvalidRequest, IdempotencyConflict, StorageUnavailable."""
        now = self.clock.now()
        name = Name(key_id, _checked(call.arrival.headers[HEADER]))
        claim = Claim(name, new_ulid(now))
        found = await self._claim(claim, fingerprint_of(call, path), now)
        if found:
            await _replay(found, client)
            return
        recorder = Recorder(client, self.most_bytes)
        renewal = asyncio.create_task(self._renew(claim))
        whole = False
        try:
            whole = await work(call, recorder)
        finally:
            renewal.cancel()
            await self._close(claim, recorder, whole=whole)

    async def _claim(self, claim: Claim, fingerprint: str, now: float) -> Found | None:
        """None if the work is ours to do; else the answer that it has. Raises IdempotencyConflict."""
        try:
            found = await self.store.claim(claim, fingerprint, now, now + LEASE_SECONDS)
        except StorageUnavailable as error:
            error.message = "Whether this Idempotency-Key was used before cannot be checked right now. Try again."
            error.retry_after = RETRY_SECONDS
            raise
        if found and found.fingerprint != fingerprint:
            raise IdempotencyConflict(
                "This Idempotency-Key was used for another request. Send the same path and body, or a new key.", 422
            )
        if found and found.state == "running":
            conflict = IdempotencyConflict(
                "A request with this Idempotency-Key is being answered. Try again soon.", 409
            )
            conflict.retry_after = RETRY_SECONDS
            raise conflict
        if found and found.answer is None:
            raise IdempotencyConflict(
                "This request was answered, but its answer was too large to be kept. Send a new Idempotency-Key.",
                409,
                found.generation_id,
            )
        return found

    async def _renew(self, claim: Claim) -> None:
        while True:
            await asyncio.sleep(RENEWAL_SECONDS)
            try:
                if not await self.store.extend(claim, self.clock.now() + LEASE_SECONDS):
                    return
            except StorageError:  # the lease outlasts two renewals that fail
                continue

    async def _close(self, claim: Claim, recorder: Recorder, *, whole: bool) -> None:
        """The caller has its answer: what cannot be kept is said in the log."""
        try:
            if not whole or recorder.status != OK:
                await self.store.release(claim)
            elif recorder.too_large:
                await self.store.refuse(claim, recorder.headers.get("x-generation-id"))
            else:
                await self.store.keep(claim, recorder.copy(), self.clock.now())
        except StorageError as error:
            self.telemetry.warning("idempotent_answer_not_kept", {"reason": error.message})


def fingerprint_of(call: Call, path: str) -> str:
    """What makes two requests the same: path, query and body, to the byte."""
    arrival = call.arrival
    query = sorted((name, value) for name, value in arrival.query.items() if name != "key")
    return hashlib.sha256(repr((path, query)).encode() + arrival.body).hexdigest()


def _checked(key: str) -> str:
    """A hash of the caller's key: what it says is its own affair, and is stored nowhere."""
    if not 0 < len(key) <= LONGEST_KEY or not key.isprintable():
        raise InvalidRequest(f"The header Idempotency-Key must have 1 to {LONGEST_KEY} characters.", param=HEADER)
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()[:32]


async def _replay(found: Found, client: Client) -> None:
    assert found.answer is not None
    body = zlib.decompress(found.answer.body)
    headers = {**found.answer.headers, "content-length": str(len(body)), REPLAYED: "true"}
    await client.start(found.answer.status, headers)
    await client.end(body)

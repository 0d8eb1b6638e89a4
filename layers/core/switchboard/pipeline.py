"""The straight line of one request: authenticate, parse, plan, dispatch, render, settle."""

import asyncio
from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol

from switchboard import ids
from switchboard.accounting.generation import Generation
from switchboard.answer import Answer, Caller, error_headers, summary
from switchboard.auth import Authenticator
from switchboard.catalog.model import Catalog, Provider
from switchboard.clock import Clock
from switchboard.dispatch import Dispatch, Upstreams
from switchboard.errors import SwitchboardError, UpstreamFailure
from switchboard.health.figures import Rankings
from switchboard.protocols.interface import Arrival, ClientProtocol
from switchboard.rankings_cache import RankingsCache
from switchboard.routing.plan import Reach, make_plan, providers_for
from switchboard.storage.database import StorageError
from switchboard.storage.keys import ApiKey
from switchboard.telemetry import Telemetry

JSON = "application/json"


@dataclass(frozen=True, slots=True)
class Call:
    """What came in. `received` and `deadline` are on the monotonic clock; headers have lower-case names."""

    protocol: ClientProtocol
    arrival: Arrival
    received: float
    deadline: float


class Client(Protocol):
    """The other end of the line. Writing to a client that is gone does nothing."""

    @property
    def started(self) -> bool: ...

    @property
    def gone(self) -> bool:
        """True once it has hung up and its answer need not be finished."""

    async def start(self, status: int, headers: Mapping[str, str]) -> None: ...

    async def write(self, data: bytes) -> None: ...

    async def end(self, data: bytes) -> None: ...

    def hold_line(self, keep_alive: bytes, content_type: str) -> None:
        """From now on fill silences with `keep_alive` (it begins the reply if need be), and notice a hang-up."""


class UsageRecords(Protocol):
    async def record(self, generation: Generation) -> None: ...

    def spill_line(self, generation: Generation) -> str: ...


class Providers(Protocol):
    """Those that can be called, because they have a key or need none."""

    async def callable(self, providers: Iterable[Provider]) -> Container[str]: ...


@dataclass(frozen=True, slots=True)
class Pipeline:
    """The line with everything that it needs along the way."""

    catalog: Catalog
    authenticator: Authenticator
    rankings: RankingsCache
    providers: Providers
    upstreams: Upstreams
    usage: UsageRecords
    telemetry: Telemetry
    clock: Clock

    async def answer(self, call: Call, client: Client) -> None:
        """Answer `call`, whatever happens; then put it on record. Raises only what nobody foresaw."""
        answer: Answer | None = None
        try:
            answer = await self._prepare(call)
            await (self._stream(call, client, answer) if answer.request.stream else self._whole(call, client, answer))
        except SwitchboardError as error:
            await self._refuse(call, client, error, answer)
        except asyncio.CancelledError:
            if answer is None or not client.gone:
                raise
            _stay_awake()
            await answer.run.finish(cancelled=True)
        if answer is not None:
            await self._settle(answer, cancelled=client.gone)

    async def _prepare(self, call: Call) -> Answer:
        key, rankings = await self._known(call.arrival.headers)
        request = call.protocol.parse(call.arrival)
        available = await self.providers.callable(providers_for(request, self.catalog))
        plan = make_plan(request, self.catalog, rankings, Reach(available, self.upstreams.dialects))
        now = self.clock.now()
        run = Dispatch(request, plan, self.upstreams, self.clock, call.deadline)
        return Answer(ids.new_generation_id(now), now, Caller.of(key, request, call.arrival.headers), request, run)

    async def _known(self, headers: Mapping[str, str]) -> tuple[ApiKey, Rankings]:
        """Both at once when they must be read; in turn when they are at hand, which spares two tasks a request."""
        if self.rankings.is_read:
            return await self.authenticator.authenticate_inference(headers), await self.rankings.current()
        return await asyncio.gather(self.authenticator.authenticate_inference(headers), self.rankings.current())

    async def _whole(self, call: Call, client: Client, answer: Answer) -> None:
        chunks = await answer.run.start()
        served_by = answer.commit()
        body = call.protocol.reply(answer.served(), chunks[-1], answer.bill())
        headers = self._headers(call, answer, JSON)
        await answer.run.finish()
        await client.start(200, {**headers, "content-length": str(len(body)), **served_by})
        await client.end(body)

    async def _stream(self, call: Call, client: Client, answer: Answer) -> None:
        stream_type = call.protocol.stream_type(answer.request)
        client.hold_line(call.protocol.keep_alive, stream_type)
        opening = await answer.run.start()
        headers = answer.commit()
        renderer = call.protocol.stream(answer.served(), answer.request)
        await client.start(200, {**self._headers(call, answer, stream_type), **headers})
        await client.write(renderer.render(opening))
        try:
            async for chunks in answer.run.rest():
                await client.write(renderer.render(chunks))
        except UpstreamFailure as failure:
            await answer.run.finish(failure)
            answer.failed(failure)
            await client.end(renderer.fail(failure, answer.bill()))
            return
        await answer.run.finish()
        await client.end(renderer.finish(answer.bill()))

    async def _refuse(self, call: Call, client: Client, error: SwitchboardError, answer: Answer | None) -> None:
        """An error instead of an answer, or at the end of one that had to begin with keep-alives."""
        if answer is not None:
            answer.failed(error)
        elif error.status >= 500:  # a fault of ours, before any provider: the caller is told less than the log
            self.telemetry.warning("request_refused", {"code": error.code, "cause": repr(error.__cause__)})
        if client.started and answer is not None:
            renderer = call.protocol.stream(answer.served(), answer.request)
            await client.end(renderer.fail(error, answer.bill()))
            return
        generation_id = answer.generation_id if answer else None
        body = call.protocol.error(error, generation_id)
        headers = {"content-type": JSON, "content-length": str(len(body)), **error_headers(error)}
        if answer is not None:
            headers.update(self._headers(call, answer, JSON))
        await client.start(call.protocol.status(error), headers)
        await client.end(body)

    def _headers(self, call: Call, answer: Answer, content_type: str) -> dict[str, str]:
        ours = self.clock.monotonic() - call.received - answer.run.waited()
        return {
            "content-type": content_type,
            "cache-control": "no-cache",
            "x-generation-id": answer.generation_id,
            "x-switchboard-attempts": str(answer.attempts_begun()),
            "x-switchboard-overhead-ms": f"{ours * 1000:.2f}",
        }

    async def _settle(self, answer: Answer, *, cancelled: bool) -> None:
        """After the last byte: the caller waits for none of this."""
        generation = answer.generation(self.clock.now(), cancelled=cancelled)
        try:
            await self.usage.record(generation)
        except StorageError as error:
            self.telemetry.warning("usage_record_spilled", {"generation": generation.id, "reason": error.message})
            self.telemetry.spill(self.usage.spill_line(generation))
        self.telemetry.info("generation", summary(generation))


def _stay_awake() -> None:
    """The hang-up cancelled this task to wake it; what follows (settling) must not be cancelled by the same call."""
    task = asyncio.current_task()
    if task is not None:
        task.uncancel()

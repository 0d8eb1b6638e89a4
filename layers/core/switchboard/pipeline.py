"""The straight line of one request: authenticate, parse, plan, hold, dispatch, render, settle."""

import asyncio
import random
from collections.abc import Container, Iterable, Mapping
from contextlib import aclosing
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from switchboard.accounting.generation import Generation
from switchboard.answer import Answer, Caller, error_headers, summary
from switchboard.auth import Authenticator
from switchboard.breakers import Breakers
from switchboard.catalog.model import Catalog, Provider
from switchboard.chat import ChatRequest
from switchboard.clock import Clock
from switchboard.cutoff import Cutoff
from switchboard.dispatch import Dispatch, Errand, Upstreams, signals_by_endpoint
from switchboard.errors import Failure, GatewayStopping, GenerationStopped, SwitchboardError, UpstreamFailure
from switchboard.health.figures import Rankings
from switchboard.health.measures import measures_of
from switchboard.homes import NOWHERE, Homes, is_worth_it
from switchboard.protocols.glance import seems_to_ask_for
from switchboard.protocols.interface import JSON, Arrival, ClientProtocol, StreamRenderer
from switchboard.provider_keys import Asked
from switchboard.rankings_cache import RankingsCache
from switchboard.reservations import Reservations, Wish
from switchboard.routing.conversation import conversation_of, goes_on, kept_seconds
from switchboard.routing.models import models_for, providers_of
from switchboard.routing.outlook import Outlook
from switchboard.routing.plan import Plan, Reach, make_plan
from switchboard.stops import Stops
from switchboard.storage.database import StorageError
from switchboard.storage.keys import ApiKey
from switchboard.telemetry import Telemetry

# Of more models, as `switchboard/auto` has, nobody asks how each did in the last seconds: that is one read each.
MOST_WATCHED = 10


@dataclass(frozen=True, slots=True)
class Call:
    """What came in. `received` and `deadline` are on the monotonic clock; headers have lower-case names."""

    protocol: ClientProtocol
    arrival: Arrival
    received: float
    deadline: float


class Planned(NamedTuple):
    """Whose request, and how things stood when its plan was made."""

    key: ApiKey
    request: ChatRequest
    outlook: Outlook
    plan: Plan
    conversation: str | None


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

    def keep_going(self) -> None:
        """From now on a hang-up is noted, but the answer is finished: its provider bills all of it anyway."""

    def hold_line(self, keep_alive: bytes, content_type: str) -> None:
        """From now on fill silences with `keep_alive` (it begins the reply if need be), and notice a hang-up."""


class UsageRecords(Protocol):
    def new_id(self, now: float) -> str: ...

    async def record(self, generation: Generation) -> None: ...

    def spill_line(self, generation: Generation) -> str: ...


class Providers(Protocol):
    """Those that can be called, because they have a key or need none."""

    async def callable(self, providers: Iterable[Provider], asked: Asked) -> Container[str]: ...


@dataclass(frozen=True, slots=True)
class Pipeline:
    """The line with everything that it needs along the way."""

    catalog: Catalog
    authenticator: Authenticator
    rankings: RankingsCache
    providers: Providers
    reservations: Reservations
    breakers: Breakers
    homes: Homes
    upstreams: Upstreams
    usage: UsageRecords
    stops: Stops
    telemetry: Telemetry
    clock: Clock
    chance: random.Random

    async def answer(self, call: Call, client: Client) -> bool:
        """Answer `call`, whatever happens; then put it on record. True if the answer is whole.

        Raises only what nobody foresaw, and CancelledError before an endpoint is asked or once it is being settled.
        """
        try:
            answer = await self._prepare(call)
        except SwitchboardError as error:
            await self._refuse(call, client, error, None)
            return False
        over = False
        try:
            await self._serve(call, client, answer)
            over = True
        finally:
            if over or answer.is_served:  # what a provider has begun to say is billed, whatever ends it here
                await self._settle(answer, cancelled=client.gone or not over)
        return answer.is_whole

    async def _serve(self, call: Call, client: Client, answer: Answer) -> None:
        try:
            with self.stops.stoppable(answer.caller.key_id, answer.generation_id):
                await (self._stream if answer.request.stream else self._whole)(call, client, answer)
        except SwitchboardError as error:
            if isinstance(error, GenerationStopped):
                answer.stopped()
            await self._refuse(call, client, error, answer)
        except asyncio.CancelledError:
            _stay_awake()
            if not client.gone:  # the process ends
                answer.stopped()
                await self._refuse(call, client, GatewayStopping(), answer)

    async def plan(self, call: Call) -> Planned:
        """Who would be asked, in what order, and why; nobody is. Raises SwitchboardError."""
        seems = self.catalog.find(seems_to_ask_for(call.arrival) or "")
        if seems:
            self.breakers.expect(seems.id)  # read while the key is
        key, rankings = await self._known(call.arrival.headers)
        request = call.protocol.parse(call.arrival)
        models = models_for(request, self.catalog)
        ids = [model.id for model in models]
        endpoints = [endpoint for model in models for endpoint in model.endpoints]
        available = await self.providers.callable(providers_of(models), Asked(tuple(ids), key.id))
        known = await self.breakers.known(ids if len(ids) <= MOST_WATCHED else ())
        session = call.arrival.headers.get("x-session-id")
        conversation = conversation_of(request, key.id, session) if is_worth_it(endpoints) else None
        warm = await self.homes.warm(conversation) if conversation and goes_on(request, session) else NOWHERE
        now = self.clock.now()
        signals = signals_by_endpoint(known, endpoints, self.upstreams.credentials_of, key.id, now)
        outlook = Outlook(rankings, signals, now, self.chance, warm)
        reach = Reach(available, self.upstreams.dialects, key.policy)
        return Planned(key, request, outlook, make_plan(request, self.catalog, outlook, reach), conversation)

    async def _prepare(self, call: Call) -> Answer:
        key, request, outlook, plan, conversation = await self.plan(call)
        now = outlook.now
        wish = Wish(self.usage.new_id(now), request, plan, now + call.deadline - self.clock.monotonic())
        admission = await self.reservations.admit(key, wish)
        errand = Errand(admission.request, admission.plan, outlook, call.deadline, key.id)
        run = Dispatch(errand, self.upstreams, self.clock)
        answer = Answer(wish.generation_id, now, Caller.of(key, request, call.arrival.headers), admission, run)
        answer.conversation = conversation
        return answer

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
        if answer.is_billed_after_cancel:
            client.keep_going()
        renderer = answer.renderer = call.protocol.stream(answer.served(), answer.request)
        await client.start(200, {**self._headers(call, answer, stream_type), **headers})
        await client.write(renderer.render(opening))
        try:
            await self._pass_on(client, answer, renderer)
        except UpstreamFailure as failure:
            await answer.run.finish(failure)
            answer.failed(failure)
            await client.end(renderer.fail(failure, answer.bill()))
            return
        await answer.run.finish()
        await client.end(renderer.finish(answer.bill()))

    async def _pass_on(self, client: Client, answer: Answer, renderer: StreamRenderer) -> None:
        """All that follows, but no more than the hold covers. Raises UpstreamFailure."""
        cutoff = Cutoff(answer.admission.output, answer.served().dialect)
        async with aclosing(answer.run.rest()) as following:
            async for chunks in following:
                await client.write(renderer.render(chunks))
                if cutoff.reached(chunks, answer.run.tally):
                    ending = cutoff.ending()
                    answer.run.cut(ending)
                    await client.write(renderer.render(ending))
                    return

    async def _refuse(self, call: Call, client: Client, error: SwitchboardError, answer: Answer | None) -> None:
        """An error instead of an answer, or at the end of one that had to begin with keep-alives."""
        if answer is not None:
            answer.failed(error)
        elif error.status >= 500:  # a fault of ours, before any provider: the caller is told less than the log
            self.telemetry.warning("request_refused", {"code": error.code, "cause": repr(error.__cause__)})
        if client.started and answer is not None:
            renderer = answer.renderer or call.protocol.stream(answer.served(), answer.request)
            await client.end(renderer.fail(error, answer.bill()))
            return
        generation_id = answer.generation_id if answer else None
        body = call.protocol.error(error, generation_id)
        content_type = call.protocol.error_type(error)
        headers = {"content-type": content_type, "content-length": str(len(body)), **error_headers(error)}
        if answer is not None:
            headers.update(self._headers(call, answer, content_type))
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
            **answer.admission.headers,
        }

    async def _settle(self, answer: Answer, *, cancelled: bool) -> None:
        """After the last byte: the caller waits for none of this."""
        await answer.run.finish(cancelled=True)  # closes what a hang-up or a stop has left open
        generation = answer.generation(self.clock.now(), cancelled=cancelled or answer.is_stopped)
        work = [self._record(generation)]
        if not answer.admission.is_free:
            work.append(self._charge(answer, generation))
        if answer.conversation and answer.is_whole and (home := answer.endpoint):
            seconds = kept_seconds(answer.request)
            work.append(self.homes.served(answer.conversation, home, generation.usage, seconds))
        await (asyncio.gather(*work) if work[1:] else work[0])
        await self.breakers.settled()
        self._alarm(generation)
        self.telemetry.info("generation", summary(generation), measures_of(generation))

    def _alarm(self, generation: Generation) -> None:
        """A key that a provider refuses is the operator's to replace, and no caller will tell him."""
        for attempt in generation.attempts:
            if attempt.outcome == Failure.UPSTREAM_AUTH:
                told = {"provider": attempt.provider, "credential": attempt.credential, "status": attempt.status}
                self.telemetry.warning("provider_key_refused", told)

    async def _record(self, generation: Generation) -> None:
        try:
            await self.usage.record(generation)
        except StorageError as error:
            self.telemetry.warning("usage_record_spilled", {"generation": generation.id, "reason": error.message})
            self.telemetry.spill(self.usage.spill_line(generation))
            self.telemetry.measure({"SpilledRecords": 1})

    async def _charge(self, answer: Answer, generation: Generation) -> None:
        if not await self.reservations.settle(answer.admission, generation):
            self.telemetry.warning("hold_not_settled", {"generation": generation.id, "key_id": generation.key_id})


def _stay_awake() -> None:
    """The hang-up, or the server that stops, cancelled this task once; what follows (settling) must go on."""
    task = asyncio.current_task()
    if task is not None:
        task.uncancel()

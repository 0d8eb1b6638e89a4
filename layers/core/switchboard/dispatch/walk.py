"""Walk a plan: try its endpoints in order until one of them says something worth showing.

The first content, reasoning or tool delta commits the request to its endpoint. Before it, any failure leads to the
next endpoint; after it, a failure is the caller's to see.
"""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass, replace

from switchboard.accounting.generation import Attempt
from switchboard.catalog.model import Endpoint
from switchboard.chat import ChatRequest, Chunk
from switchboard.clock import Clock
from switchboard.dispatch.attempt import CANCELLED, OK, Running, Upstreams
from switchboard.dispatch.offers import Offer, offers_of
from switchboard.dispatch.outcome import said_by
from switchboard.dispatch.queue import Queue
from switchboard.dispatch.tally import Tally
from switchboard.errors import AllAttemptsFailed, Failure, UpstreamFailure
from switchboard.health.breaker import Answered
from switchboard.json_types import JsonObject
from switchboard.requested import wants_reasoning
from switchboard.routing.outlook import Outlook
from switchboard.routing.plan import Plan

# An attempt that could not even connect before the function's deadline is not begun.
LEAST_SECONDS_TO_TRY = 1.0
# Fewer come in a few pieces, and how these fall says more than how fast they are written.
FEWEST_TOKENS_OF_A_PACE = 20


@dataclass(frozen=True, slots=True)
class Errand:
    """What to do: answer `request` by `plan`, for the gateway key `key_id`. No attempt outlives `deadline`, which is on
    the monotonic clock.
    """

    request: ChatRequest
    plan: Plan
    outlook: Outlook
    deadline: float
    key_id: str = ""


class Dispatch:
    """One request's walk.

    `attempts` are those that are over, `current` the one that is running or committed, `tally` what it has said.
    """

    def __init__(self, errand: Errand, upstreams: Upstreams, clock: Clock) -> None:
        self.attempts: list[Attempt] = []
        self.current: Running | None = None
        self.tally = Tally()
        self._errand = errand
        self._upstreams = upstreams
        self._clock = clock
        self._queue = Queue(self._offers(), upstreams.breakers, clock)
        self._failures: list[tuple[Endpoint, UpstreamFailure]] = []

    async def start(self) -> list[Chunk]:
        """The first chunks with something in them. Raises AllAttemptsFailed."""
        while offer := await self._queue.next():
            if not self._worth_trying(offer.endpoint):
                continue
            running = self._running_at(offer)
            self.current, self.tally = running, running.tally
            try:
                return await running.first()
            except UpstreamFailure as failure:
                await self._failed(running, failure)
                if failure.failure.blames_the_request:
                    break
                if not failure.failure.concerns_the_key:
                    self._queue.leave(offer.endpoint)
        raise self._all_failed()

    def cut(self, ending: list[Chunk]) -> None:
        """End the committed answer here, in these words of ours."""
        for chunk in ending:
            self.tally.add(chunk)
        self.tally.cut = True

    async def rest(self) -> AsyncGenerator[list[Chunk], None]:
        """What follows. Raises UpstreamFailure when the answer breaks off."""
        running = self._running()
        async with aclosing(running.rest()) as following:
            async for chunks in following:
                yield chunks

    async def finish(self, failure: UpstreamFailure | None = None, *, cancelled: bool = False) -> None:
        """Close the committed attempt and put it on record; call it once, however the answer ended."""
        if self.current is None:
            return
        running, self.current = self.current, None
        await running.close()
        outcome = failure.failure.value if failure else CANCELLED if cancelled else OK
        attempt = running.record(outcome, failure)
        self.attempts.append(attempt)
        self._remember(running.offer, attempt, failure)

    @property
    def first_choice(self) -> Endpoint:
        return self._errand.plan.endpoints[0]

    def waited(self) -> float:
        """Seconds spent waiting for providers so far: what remains of the time until now is ours."""
        over = sum(attempt.duration_ms for attempt in self.attempts) / 1000
        return over + (self.current.waited() if self.current else 0.0)

    def _running(self) -> Running:
        if self.current is None:
            raise RuntimeError("start() has not committed to an endpoint")
        return self.current

    def _offers(self) -> list[Offer]:
        errand, credentials_of = self._errand, self._upstreams.credentials_of
        return [offer for each in errand.plan.endpoints for offer in offers_of(each, credentials_of, errand.key_id)]

    def _running_at(self, offer: Offer) -> Running:
        """Its first content is overdue when that of nearly all its earlier answers would have come long since."""
        errand, upstreams = self._errand, self._upstreams
        signals = upstreams.breakers.signals(offer.endpoint.model, offer.breaker)
        limits = upstreams.limits.within(signals.patience(errand.outlook.published(offer.endpoint)))
        return Running(errand.request, offer, replace(upstreams, limits=limits), self._clock, errand.deadline)

    def _remember(self, offer: Offer, attempt: Attempt, failure: UpstreamFailure | None) -> None:
        """What this attempt says to those that follow. One ended by the caller or by our own deadline says nothing."""
        now, outlook = self._clock.now(), self._errand.outlook
        if failure is not None:
            late = self._clock.monotonic() >= self._errand.deadline
            event = None if late else said_by(failure, now, outlook.chance.random())
        else:
            event = self._answered(now, offer.endpoint, attempt) if attempt.outcome == OK else None
        if event is not None:
            self._upstreams.breakers.note(offer.endpoint.model, offer.breaker, event)

    def _answered(self, now: float, endpoint: Endpoint, attempt: Attempt) -> Answered:
        """How slow it was against what was expected; who is asked to think first takes his time for another reason."""
        usual = self._errand.outlook.published(endpoint)
        first, tokens = attempt.first_token_ms, self.tally.usage.completion_tokens if self.tally.usage else 0
        thinks = wants_reasoning(self._errand.request)
        slowness = None if first is None or thinks else first / 1000 / usual.first_token_s
        pace = attempt.throughput(tokens) if tokens >= FEWEST_TOKENS_OF_A_PACE else None
        drag = 1 / pace / usual.token_s if pace else None
        return Answered(now, slowness, now - attempt.duration_ms / 1000, drag)

    def _worth_trying(self, endpoint: Endpoint) -> bool:
        if self._errand.deadline - self._clock.monotonic() < LEAST_SECONDS_TO_TRY:
            return False
        too_long = [failed for failed, why in self._failures if why.failure is Failure.CONTEXT_LENGTH]
        return all((endpoint.context or 0) > (failed.context or 0) for failed in too_long)

    async def _failed(self, running: Running, failure: UpstreamFailure) -> None:
        self._failures.append((running.endpoint, failure))
        await self.finish(failure)

    def _all_failed(self) -> AllAttemptsFailed:
        reasons = self._queue.spared + self._failures
        if not reasons:
            out_of_time = "There was no time left to try an endpoint."
            return AllAttemptsFailed(out_of_time, last=Failure.TIMEOUT, previous_errors=[])
        endpoint, last = reasons[-1]
        tried = ", ".join(dict.fromkeys(failed.provider.name for failed, _ in self._failures)) or "none"
        error = AllAttemptsFailed(
            f"No endpoint answered (tried {tried}). {endpoint.provider.name} said last: {last.message}",
            last=last.failure,
            previous_errors=[_described(failed, why) for failed, why in reasons],
        )
        waits = [why.retry_after for _, why in reasons if why.retry_after is not None]
        error.retry_after = min(waits) if waits else None
        return error


def _described(endpoint: Endpoint, failure: UpstreamFailure) -> JsonObject:
    return {
        "code": failure.upstream_status or failure.failure.value,
        "error_type": failure.failure.value,
        "message": failure.message,
        "provider_name": endpoint.provider.name,
        "provider_code": failure.provider_code,
        "endpoint": endpoint.id,
    }

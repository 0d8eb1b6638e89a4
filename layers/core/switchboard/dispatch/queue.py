"""Which endpoint of a plan is tried next, as the breakers stand at that moment."""

from collections import deque
from collections.abc import Sequence

from switchboard.catalog.model import Endpoint
from switchboard.clock import Clock
from switchboard.dispatch.outcome import Breakers
from switchboard.errors import Failure, UpstreamFailure
from switchboard.health.breaker import Door


class Queue:
    """`spared` are those that asked for a pause which is not over, with the reason and the seconds left."""

    def __init__(self, endpoints: Sequence[Endpoint], breakers: Breakers, clock: Clock) -> None:
        self.spared: list[tuple[Endpoint, UpstreamFailure]] = []
        self._planned = deque(endpoints)
        self._shut: deque[Endpoint] = deque()
        self._breakers = breakers
        self._clock = clock
        self._met_open = False
        self._met_trial = False

    async def next(self) -> Endpoint | None:
        """In the planned order, but whoever is shut comes last, and one whose pause is over has one request find out.

        Behind a trial that failed, with nobody else open, the shut ones are left alone: an outage of all must not
        multiply the load. Which of them are tried when all are shut is the plan's to say.
        """
        while self._planned:
            endpoint = self._planned.popleft()
            if await self._stands_open(endpoint):
                return endpoint
        if self._shut and (self._met_open or not self._met_trial):
            return self._shut.popleft()
        return None

    async def _stands_open(self, endpoint: Endpoint) -> bool:
        match self._breakers.signals(endpoint.model, endpoint.id).door(self._clock.now()):
            case Door.OPEN_TO_ALL:
                self._met_open = True
                return True
            case Door.RATE_LIMITED:
                self._spare(endpoint)
                return False
            case Door.ONE_TRIAL if await self._breakers.begin_trial(endpoint.model, endpoint.id):
                self._met_trial = True
                return True
        self._shut.append(endpoint)
        return False

    def _spare(self, endpoint: Endpoint) -> None:
        left = self._breakers.signals(endpoint.model, endpoint.id).limited_until - self._clock.now()
        words = f"It asked for a pause, of which {left:.0f} s are left, so it was not asked again."
        self.spared.append((endpoint, UpstreamFailure(Failure.RATE_LIMIT, words, retry_after=left)))

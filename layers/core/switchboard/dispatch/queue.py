"""Which endpoint of a plan is tried next, as the breakers stand at that moment."""

from collections import deque
from collections.abc import Sequence

from switchboard.catalog.model import Endpoint
from switchboard.clock import Clock
from switchboard.dispatch.offers import Offer
from switchboard.dispatch.outcome import Breakers
from switchboard.errors import Failure, UpstreamFailure
from switchboard.health.breaker import Door


class Queue:
    """`spared` are those that asked for a pause which is not over, with the reason and the seconds left."""

    def __init__(self, offers: Sequence[Offer], breakers: Breakers, clock: Clock) -> None:
        self.spared: list[tuple[Endpoint, UpstreamFailure]] = []
        self._planned = deque(offers)
        self._shut: deque[Offer] = deque()
        self._breakers = breakers
        self._clock = clock
        self._met_open = False
        self._met_trial = False

    async def next(self) -> Offer | None:
        """In the planned order, but whoever is shut comes last, and one whose pause is over has one request find out.

        Behind a trial that failed, with nobody else open, the shut ones are left alone: an outage of all must not
        multiply the load. Which of them are tried when all are shut is the plan's to say.
        """
        while self._planned:
            offer = self._planned.popleft()
            if await self._stands_open(offer):
                return offer
        if self._shut and (self._met_open or not self._met_trial):
            return self._shut.popleft()
        return None

    def leave(self, endpoint: Endpoint) -> None:
        """It failed, whichever key it is asked with."""
        self._planned = deque(offer for offer in self._planned if offer.endpoint.id != endpoint.id)
        self._shut = deque(offer for offer in self._shut if offer.endpoint.id != endpoint.id)

    async def _stands_open(self, offer: Offer) -> bool:
        model, name = offer.endpoint.model, offer.breaker
        match self._breakers.signals(model, name).door(self._clock.now()):
            case Door.OPEN_TO_ALL:
                self._met_open = True
                return True
            case Door.RATE_LIMITED:
                self._spare(offer)
                return False
            case Door.ONE_TRIAL if await self._breakers.begin_trial(model, name):
                self._met_trial = True
                return True
        self._shut.append(offer)
        return False

    def _spare(self, offer: Offer) -> None:
        left = self._breakers.signals(offer.endpoint.model, offer.breaker).limited_until - self._clock.now()
        words = f"It asked for a pause, of which {left:.0f} s are left, so it was not asked again."
        self.spared.append((offer.endpoint, UpstreamFailure(Failure.RATE_LIMIT, words, retry_after=left)))

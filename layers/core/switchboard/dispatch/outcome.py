"""What an attempt's outcome says about its endpoint to all requests that follow."""

from typing import Protocol

from switchboard.errors import Failure, UpstreamFailure
from switchboard.health.breaker import Event, Failed, KeyRefused, Limited, Signals


class Breakers(Protocol):
    """What is remembered of endpoints, by their model's id and the breaker's name."""

    def signals(self, model: str, name: str) -> Signals: ...

    def note(self, model: str, name: str, event: Event) -> None: ...

    async def begin_trial(self, model: str, name: str) -> bool:
        """True for one among all processes."""


def said_by(failure: UpstreamFailure, now: float, chance: float) -> Event | None:
    """None for what was the caller's own doing, or the length of his prompt."""
    match failure.failure:
        case Failure.BAD_REQUEST | Failure.CONTENT_POLICY | Failure.CONTEXT_LENGTH:
            return None
        case Failure.RATE_LIMIT:
            return Limited(now, failure.retry_after)
        case Failure.UPSTREAM_AUTH:
            return KeyRefused(now)
        case kind:
            return Failed(now, chance, kind is Failure.TIMEOUT, failure.retry_after)

"""The fast path: what the last attempts say about an endpoint until the next rankings do. Pure; times in Unix seconds.

Three failures in a row, or two time-outs, open a breaker for 5 s, and twice as long each time it happens again. A rate
limit closes the door for exactly as long as the provider says. Between, every attempt leaves evidence that fades with
a half-life of a minute. The figures were fitted by simulation (benchmarks/routing).
"""

from dataclasses import dataclass, replace
from enum import Enum

from switchboard.health.figures import Estimate

FAILURES_TO_OPEN = 3
TIMEOUTS_TO_OPEN = 2
FIRST_PAUSE = 5.0
LONGEST_STEP = 5
JITTER = 0.2
# Where a provider says "too many requests" and not for how long.
USUAL_RATE_LIMIT = 10.0
EVIDENCE_HALF_LIFE = 60.0
# How much the newest attempt weighs among the remembered ones.
NEWS = 0.2
SLOWEST = 10.0
FASTEST = 0.7
# How long to wait for the first content: several times what nearly all take, within bounds, and after a time-out a
# little longer, or an endpoint that has become slow for good would never be heard out.
PATIENCE = 3.5
LEAST_PATIENCE = 5.0
MOST_PATIENCE = 20.0
MORE_AFTER_TIMEOUT = 1.3


class Door(Enum):
    """Whether an endpoint may be tried. ONE_TRIAL: its pause is over, and one attempt may find out
    whether it has healed."""

    OPEN_TO_ALL = "open_to_all"
    ONE_TRIAL = "one_trial"
    SHUT = "shut"
    RATE_LIMITED = "rate_limited"


@dataclass(frozen=True, slots=True)
class Signals:
    """What is remembered of an endpoint's last attempts.

    `success` is the moving share of successes, `slowness` that of first-token times over the expected one; `step` is
    how often in a row the breaker has opened; `noted` is when the last attempt ended.
    """

    failures: int = 0
    timeouts: int = 0
    success: float = 1.0
    slowness: float = 1.0
    step: int = 0
    shut_until: float = 0.0
    limited_until: float = 0.0
    noted: float = 0.0

    def door(self, now: float) -> Door:
        if now < self.limited_until:
            return Door.RATE_LIMITED
        if now < self.shut_until:
            return Door.SHUT
        return Door.ONE_TRIAL if self._is_tripped else Door.OPEN_TO_ALL

    @property
    def _is_tripped(self) -> bool:
        return self.failures >= FAILURES_TO_OPEN or self.timeouts >= TIMEOUTS_TO_OPEN

    def succeeded(self, now: float, slowness: float = 1.0) -> "Signals":
        """`slowness` is this attempt's time to the first token over the expected one."""
        return Signals(
            success=_moved(self._now_success(now), 1.0),
            slowness=_moved(self._now_slowness(now), min(slowness, SLOWEST)),
            step=max(0, self.step - 1),
            limited_until=self.limited_until,
            noted=now,
        )

    def failed(self, now: float, chance: float, *, timed_out: bool = False) -> "Signals":
        """`chance` (0 to 1) spreads the pauses, so that processes do not come back all at once."""
        seen = replace(
            self,
            failures=self.failures + 1,
            timeouts=self.timeouts + 1 if timed_out else 0,
            success=_moved(self._now_success(now), 0.0),
            slowness=self._now_slowness(now),
            noted=now,
        )
        if not seen._is_tripped:
            return seen
        pause = FIRST_PAUSE * 2**self.step * (1 - JITTER + 2 * JITTER * chance)
        return replace(seen, shut_until=max(self.shut_until, now + pause), step=min(self.step + 1, LONGEST_STEP))

    def limited(self, now: float, retry_after: float | None) -> "Signals":
        """The longest wait named holds: another key's or process's shorter one does not shorten it."""
        wait = USUAL_RATE_LIMIT if retry_after is None else retry_after
        return replace(self, limited_until=max(self.limited_until, now + wait))

    def applied(self, estimate: Estimate, now: float) -> Estimate:
        """The estimate in the light of what happened since it was made; it returns as the evidence fades."""
        slowness = max(FASTEST, self._now_slowness(now))
        return replace(
            estimate,
            success=min(estimate.success, self._now_success(now)),
            first_token_s=estimate.first_token_s * slowness,
        )

    def patience(self, estimate: Estimate) -> float:
        """Seconds until the first content is overdue. A model that thinks first is given more by the caller."""
        usual = PATIENCE * estimate.latest_s * MORE_AFTER_TIMEOUT**self.timeouts
        return min(max(usual, LEAST_PATIENCE), MOST_PATIENCE)

    def _now_success(self, now: float) -> float:
        return 1 - (1 - self.success) * self._strength(now)

    def _now_slowness(self, now: float) -> float:
        return 1 + (self.slowness - 1) * self._strength(now)

    def _strength(self, now: float) -> float:
        return float(2 ** (-max(0.0, now - self.noted) / EVIDENCE_HALF_LIFE))


ALL_WELL = Signals()


def _moved(average: float, newest: float) -> float:
    return average + NEWS * (newest - average)

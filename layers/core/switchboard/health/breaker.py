"""The fast path: what the last attempts say about an endpoint until the next rankings do. Pure; times in Unix seconds.

Three failures in a row, or two time-outs, open a breaker for 5 s, and twice as long each time it happens again. A rate
limit closes the door for exactly as long as the provider says, a refused key for five minutes. Between, every attempt
leaves evidence that fades: with a half-life of a minute where many requests would find out anew, more slowly where few
would. The figures were fitted by simulation (benchmarks/routing).
"""

import math
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
# A key that was refused is tried again when it may have been replaced.
KEY_PAUSE = 300.0
# How long whoever makes the one trial has it to himself: longer than the first content may take.
TRIAL_SECONDS = 30.0
EVIDENCE_HALF_LIFE = 60.0
# Trouble lasts longer than that. To try again too early costs one request, to come back too late some of all that are
# made meanwhile: so trouble is expected for as long as a few attempts take, within bounds.
TROUBLE_ATTEMPTS = 5
TROUBLE_HALF_LIFE = 240.0
# How likely an endpoint of which nothing is heard is to be in trouble, and the shares of attempts that fail in trouble
# and without: what a failure says depends on how lately the endpoint was heard of.
USUAL_TROUBLE = 0.02
FAILURES_IN_TROUBLE = 0.8
FAILURES_ELSE = 0.02
# How much the newest time to the first token weighs among the remembered ones.
NEWS = 0.2
SLOWEST = 10.0
# How fast an endpoint writes varies from answer to answer; and who writes slowly does so for longer than others fail.
DRAGS_FROM = 1.5
DRAG_HALF_LIFE = 300.0
# Ten half-lives leave a thousandth of it.
FORGOTTEN_AFTER = 10 * max(EVIDENCE_HALF_LIFE, TROUBLE_HALF_LIFE, DRAG_HALF_LIFE)
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
class Answered:
    """`slowness` is the time to the first token over the expected one, `drag` that for each further token, None where
    they cannot be said; `began` is when the attempt did.
    """

    at: float
    slowness: float | None = None
    began: float = math.inf
    drag: float | None = None


@dataclass(frozen=True, slots=True)
class Failed:
    """`chance` (0 to 1) spreads the pauses, so that processes do not come back all at once.

    `retry_after` is what an overloaded provider asked for, in seconds.
    """

    at: float
    chance: float
    timed_out: bool = False
    retry_after: float | None = None


@dataclass(frozen=True, slots=True)
class Limited:
    """Too many requests, for `retry_after` seconds if it was said."""

    at: float
    retry_after: float | None = None


@dataclass(frozen=True, slots=True)
class KeyRefused:
    """The provider does not take the key, or nobody has paid for it."""

    at: float


@dataclass(frozen=True, slots=True)
class TrialBegun:
    """Somebody finds out whether the endpoint has healed; everybody else passes by meanwhile."""

    at: float


Event = Answered | Failed | Limited | KeyRefused | TrialBegun


@dataclass(frozen=True, slots=True)
class Signals:
    """What is remembered of an endpoint's last attempts.

    `well` is the probability that it was in no trouble, `slowness` the moving mean of first-token times over the
    expected one, `drag` that of the times for each further token; `step` is how often in a row the breaker has opened;
    `noted` is when the last attempt ended; `trial_until` when another trial may begin.
    """

    failures: int = 0
    timeouts: int = 0
    well: float = 1.0
    slowness: float = 1.0
    step: int = 0
    shut_until: float = 0.0
    limited_until: float = 0.0
    noted: float = 0.0
    trial_until: float = 0.0
    drag: float = 1.0

    def door(self, now: float) -> Door:
        if now < self.limited_until:
            return Door.RATE_LIMITED
        if not self._is_tripped:
            return Door.OPEN_TO_ALL
        return Door.SHUT if now < max(self.shut_until, self.trial_until) else Door.ONE_TRIAL

    @property
    def _is_tripped(self) -> bool:
        return self.failures >= FAILURES_TO_OPEN or self.timeouts >= TIMEOUTS_TO_OPEN

    @property
    def is_troubled(self) -> bool:
        """True from a failure on until answers have made up for it: then the next answer is news."""
        return self.failures > 0 or self.step > 0

    def is_past(self, now: float) -> bool:
        """True if nothing of it matters any more, so that it need not be kept."""
        return now - self.noted > FORGOTTEN_AFTER and not self._is_tripped and now >= self.limited_until

    def after(self, event: Event) -> "Signals":
        """As they are once this has happened too."""
        match event:
            case Answered():
                return self.succeeded(event)
            case Failed(at, chance):
                seen = self.failed(at, chance, timed_out=event.timed_out)
                return seen if event.retry_after is None else seen.limited(at, event.retry_after)
            case Limited(at, retry_after):
                return self.limited(at, retry_after)
            case KeyRefused(at):
                return self.key_refused(at)
            case TrialBegun(at):
                return replace(self, trial_until=at + TRIAL_SECONDS)

    def succeeded(self, answer: Answered) -> "Signals":
        """One that was under way when the door was shut does not open it."""
        now = answer.at
        if self._is_tripped and answer.began < self.noted:
            return self
        slowness, drag = self._faded(self.slowness, now), self._now_drag(now)
        return Signals(
            well=self._well_after(now, 1 - FAILURES_IN_TROUBLE, 1 - FAILURES_ELSE),
            slowness=slowness if answer.slowness is None else _moved(slowness, min(answer.slowness, SLOWEST)),
            step=max(0, self.step - 1),
            limited_until=self.limited_until,
            noted=now,
            drag=drag if answer.drag is None else _moved(drag, _beyond_chance(answer.drag)),
        )

    def failed(self, now: float, chance: float, *, timed_out: bool = False) -> "Signals":
        """`chance` (0 to 1) spreads the pauses, so that processes do not come back all at once."""
        seen = replace(
            self,
            failures=self.failures + 1,
            timeouts=self.timeouts + 1 if timed_out else 0,
            well=self._well_after(now, FAILURES_IN_TROUBLE, FAILURES_ELSE),
            slowness=self._faded(self.slowness, now),
            drag=self._now_drag(now),
            noted=now,
            trial_until=0.0,
        )
        if not seen._is_tripped:
            return seen
        pause = FIRST_PAUSE * 2**self.step * (1 - JITTER + 2 * JITTER * chance)
        return replace(seen, shut_until=max(self.shut_until, now + pause), step=min(self.step + 1, LONGEST_STEP))

    def limited(self, now: float, retry_after: float | None) -> "Signals":
        """The longest wait named holds: another key's or process's shorter one does not shorten it."""
        wait = USUAL_RATE_LIMIT if retry_after is None else retry_after
        return replace(self, limited_until=max(self.limited_until, now + wait))

    def key_refused(self, now: float) -> "Signals":
        """One refusal is enough: the next request would be refused as well. It says nothing of how healthy it is."""
        failures = max(self.failures + 1, FAILURES_TO_OPEN)
        return replace(self, failures=failures, shut_until=max(self.shut_until, now + KEY_PAUSE), trial_until=0.0)

    def applied(self, estimate: Estimate, now: float) -> Estimate:
        """The estimate in the light of what happened since it was made; it returns as the evidence fades."""
        trouble = (1 - self.well) * self._left(now, _trouble_half_life(estimate))
        return Estimate(
            estimate.success * (1 - FAILURES_IN_TROUBLE * trouble),
            estimate.first_token_s * max(FASTEST, self._faded(self.slowness, now)),
            estimate.token_s * self._now_drag(now),
            estimate.lost_s,
            estimate.cut_share,
            estimate.latest_s,
            estimate.attempts,
            estimate.tool_faults,
            estimate.answer_tokens,
        )

    def patience(self, estimate: Estimate) -> float:
        """Seconds until the first content is overdue. A model that thinks first is given more by the caller."""
        usual = PATIENCE * estimate.latest_s * MORE_AFTER_TIMEOUT**self.timeouts
        return min(max(usual, LEAST_PATIENCE), MOST_PATIENCE)

    def _well_after(self, now: float, in_trouble: float, else_: float) -> float:
        """By Bayes: what happened now is as likely as `in_trouble` there, and as `else_` without."""
        strength = self._left(now)
        trouble = (1 - self.well) * strength + USUAL_TROUBLE * (1 - strength)
        return (1 - trouble) * else_ / ((1 - trouble) * else_ + trouble * in_trouble)

    def _faded(self, mean: float, now: float) -> float:
        """A moving mean of ratios as it counts now: without news it returns to 1."""
        return 1 + (mean - 1) * self._left(now)

    def _now_drag(self, now: float) -> float:
        """As `_faded`, but for longer."""
        if self.drag == 1.0:
            return 1.0
        return 1 + (self.drag - 1) * self._left(now, DRAG_HALF_LIFE)

    def _left(self, now: float, half_life: float = EVIDENCE_HALF_LIFE) -> float:
        """As much of what was noted as has not faded."""
        return float(2 ** (-max(0.0, now - self.noted) / half_life))


ALL_WELL = Signals()


def _trouble_half_life(estimate: Estimate) -> float:
    return min(max(EVIDENCE_HALF_LIFE, TROUBLE_ATTEMPTS * estimate.interval_s), TROUBLE_HALF_LIFE)


def _beyond_chance(drag: float) -> float:
    """Only what is no chance any more is news."""
    return min(drag, SLOWEST) if drag > DRAGS_FROM else 1.0


def _moved(average: float, newest: float) -> float:
    return average + NEWS * (newest - average)

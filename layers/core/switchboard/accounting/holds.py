"""What a key may spend, what it has spent and what is on hold, and why a claim on it is refused. Pure.

For every window: remaining + spent + held = limit. Reserving moves money from remaining to held, settling moves it
from held to spent and back to remaining, so an answer that costs no more than was held can never overspend.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

from switchboard.accounting.windows import ROLLING, WINDOW_OF, WINDOWS, Reset, Window

# Stands for "no limit", so that one expression serves every key: a billion dollars, in nano-dollars.
UNLIMITED = 10**18
# A hold is one attribute; about 40 of them and the rest fit into 1 KB, the unit that a write is charged by.
PARALLEL_PER_SHARD = 32
# A hold outlives the longest request; what is still there after that belongs to nobody.
GRACE_SECONDS = 60

HOLD_PREFIX = "h_"
EXPIRY_DIGITS = 8
NAME_LENGTH = 12

Reason = Literal["inactive", "requests", "tokens", "parallel", "money"]


@dataclass(frozen=True, slots=True)
class Limits:
    """A key's own: nano-dollars for each `reset`, requests and tokens for each minute, requests at once."""

    money: int | None = None
    reset: Reset | None = None
    requests: int | None = None
    tokens: int | None = None
    parallel: int | None = None

    @property
    def any(self) -> bool:
        return any(limit is not None for limit in (self.money, self.requests, self.tokens, self.parallel))

    @property
    def by_minute(self) -> bool:
        return self.requests is not None or self.tokens is not None

    @property
    def window(self) -> Window:
        return WINDOW_OF[self.reset]

    @property
    def shards(self) -> int:
        """In how many items its state lies. Money is in one: divided, a part of it could be out of reach."""
        return 1 if self.money is not None else -(-(self.parallel or 1) // PARALLEL_PER_SHARD) or 1

    def allotment(self, window: Window, shard: int = 0) -> int:
        """All of a limit is in shard 0; another one, left from when there was none, has nothing to give."""
        if self.money is None or window != self.window:
            return UNLIMITED
        return 0 if shard else self.money

    def shared(self, shard: int) -> "Limits":
        """What one shard may let through."""
        count = self.shards
        return replace(
            self,
            requests=_share(self.requests, shard, count),
            tokens=_share(self.tokens, shard, count),
            parallel=_share(self.parallel, shard, count),
        )


@dataclass(frozen=True, slots=True)
class Purse:
    """One window of a state, in nano-dollars. The label of `total` is empty."""

    label: str
    limit: int
    remaining: int
    spent: int

    @property
    def is_limited(self) -> bool:
        return self.limit < UNLIMITED // 2


@dataclass(frozen=True, slots=True)
class State:
    """A key's item, or one shard of it. `minute` is Unix time // 60; `requests` and `tokens` are counted in it."""

    purses: Mapping[Window, Purse]
    active: bool = True
    held: int = 0
    parallel: int = 0
    holds: Mapping[str, int] = field(default_factory=dict)
    minute: int = 0
    requests: int = 0
    tokens: int = 0

    def behind(self, labels: Mapping[Window, str]) -> tuple[Window, ...]:
        """Windows that are over by these labels."""
        return tuple(window for window in ROLLING if self.purses[window].label < labels[window])

    def rolled(self, labels: Mapping[Window, str]) -> "State":
        """As the next reserve will find it: holds in flight are carried into the new window."""
        fresh = {
            window: replace(purse, label=labels[window], remaining=purse.limit - self.held, spent=0)
            for window in self.behind(labels)
            for purse in (self.purses[window],)
        }
        return replace(self, purses={**self.purses, **fresh})

    def remaining(self) -> int:
        """What can still be reserved: the least of all windows."""
        return min(purse.remaining for purse in self.purses.values())

    def expired(self, now: float) -> dict[str, int]:
        return {name: amount for name, amount in self.holds.items() if expiry_of(name) < now}


@dataclass(frozen=True, slots=True)
class Claim:
    """What one request asks of its key: `amount` nano-dollars on `hold`, and `tokens` of the minute's.

    `fresh_minute` says that the state counts an older minute. `limits` are those of the shard.
    """

    hold: str
    amount: int
    tokens: int
    limits: Limits
    labels: Mapping[Window, str]
    minute: int
    fresh_minute: bool = False

    @property
    def counted_tokens(self) -> int:
        """A request that is larger than the limit has a minute to itself, instead of never being let through."""
        return self.tokens if self.limits.tokens is None else min(self.tokens, self.limits.tokens)

    def adopting(self, state: State) -> "Claim":
        """Corrected by what the state shows: a label newer than mine means that my clock is slow."""
        labels = {window: max(self.labels[window], state.purses[window].label) for window in ROLLING}
        minute = max(self.minute, state.minute)
        return replace(self, labels=labels, minute=minute, fresh_minute=state.minute < minute)


def hold_name(expires: float, request_id: str) -> str:
    """An attribute's name. The same request has the same one, so that a reserve that is sent twice is seen."""
    return f"{HOLD_PREFIX}{int(expires):0{EXPIRY_DIGITS}x}{request_id[-NAME_LENGTH:]}"


def expiry_of(hold: str) -> int:
    """Unix seconds."""
    start = len(HOLD_PREFIX)
    return int(hold[start : start + EXPIRY_DIGITS], 16)


def refusal(state: State, claim: Claim) -> Reason | None:
    """Why this state does not let the claim through; None if it does, or would once its windows are rolled."""
    limits = claim.limits
    requests, tokens = (0, 0) if state.minute < claim.minute else (state.requests, state.tokens)
    if not state.active:
        return "inactive"
    if limits.requests is not None and requests >= limits.requests:
        return "requests"
    if limits.tokens is not None and tokens > limits.tokens - claim.counted_tokens:
        return "tokens"
    if limits.parallel is not None and state.parallel >= limits.parallel:
        return "parallel"
    return "money" if state.rolled(claim.labels).remaining() < claim.amount else None


def new_state(limits: Limits, labels: Mapping[Window, str], shard: int = 0) -> State:
    allotted = {window: limits.allotment(window, shard) for window in WINDOWS}
    return State({window: Purse(labels.get(window, ""), amount, amount, 0) for window, amount in allotted.items()})


def _share(total: int | None, shard: int, count: int) -> int | None:
    return None if total is None else total // count + (shard < total % count)

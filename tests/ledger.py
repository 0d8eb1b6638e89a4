"""What tests of the ledger share: claims, and the rule that money is never made or lost."""

from collections.abc import Coroutine, Iterable
from typing import Any, TypeVar

from switchboard.accounting.holds import Claim, Limits, State, hold_name
from switchboard.accounting.windows import Window, labels_at, minute_at
from switchboard.storage.budget import Hold

Result = TypeVar("Result")
KEY_ID = "key-1"
NOW = 1_800_000_000.0  # a Friday, 08:00 UTC
DAY = 86_400.0
HOLD_SECONDS = 600


def claim(request_id: str, amount: int, limits: Limits, *, now: float = NOW, tokens: int = 0, shard: int = 0) -> Claim:
    name = hold_name(now + HOLD_SECONDS, request_id)
    return Claim(name, amount, tokens, limits.shared(shard), labels_at(now), minute_at(now))


def hold(of: Claim, shard: int = 0) -> Hold:
    return Hold(KEY_ID, shard, of.hold, of.amount, of.counted_tokens, of.minute)


def is_conserved(states: Iterable[State], limits: Limits, window: Window) -> bool:
    """Remaining, spent and held make up the limit exactly; and the sums kept are the sums of what is there."""
    each = list(states)
    total = sum(state.purses[window].remaining + state.purses[window].spent + state.held for state in each)
    allotted = sum(limits.allotment(window, shard) for shard in range(len(each)))
    return total == allotted and all(
        (state.held, state.parallel) == (sum(state.holds.values()), len(state.holds)) for state in each
    )


def finished(work: Coroutine[Any, Any, Result]) -> Result:
    """What comes of work that never has to wait, as over a FakeDatabase: an event loop would cost more than it."""
    try:
        work.send(None)
    except StopIteration as done:
        result: Result = done.value
        return result
    raise AssertionError("it waits for something")

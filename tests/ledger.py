"""What tests of the ledger share: claims, and the rule that money is never made or lost."""

from collections.abc import Iterable

from switchboard.accounting.holds import Claim, Limits, State, hold_name
from switchboard.accounting.windows import Window, labels_at, minute_at
from switchboard.storage.budget import Hold
from switchboard.storage.database import Condition, Item, Key, StorageUnavailable, Update

from tests.fakes import FakeDatabase

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


class LossyDatabase(FakeDatabase):
    """Loses the next call on its way there (`before`), its reply on the way back (`after`), or every try's reply."""

    loss = "none"

    def lose(self, loss: str) -> None:
        self.loss = loss

    async def update(
        self, table: str, key: Key, update: Update, *, condition: Condition | None = None, repeatable: bool = False
    ) -> Item:
        loss, self.loss = self.loss, "none"
        if loss == "before":
            raise StorageUnavailable("lost on its way")
        item = await super().update(table, key, update, condition=condition, repeatable=repeatable)
        if loss == "unknown":
            raise StorageUnavailable("the reply was lost")
        if loss == "after" and repeatable:  # as service.py does it: sent again, it finds that it had landed
            return await super().update(table, key, update, condition=condition, repeatable=repeatable)
        return item

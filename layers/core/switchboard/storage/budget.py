"""The ledger of keys with limits: reserve, settle, sweep, and what the administration of keys asks of it.

Every change is one conditional update of one item, so it happens once however often it is sent, and whoever comes
between two of them finds the money accounted for (docs/decisions.md: the bound, and how it is proved).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from switchboard.accounting.holds import Claim, Limits, Reason, State, refusal
from switchboard.accounting.windows import WINDOWS, Window, labels_at, minute_at
from switchboard.errors import SwitchboardError
from switchboard.storage import budget_items as items
from switchboard.storage.budget_items import Change, limits_of, state_key, state_of
from switchboard.storage.database import (
    PARTITION,
    SORT,
    ConditionFailed,
    Database,
    Item,
    Key,
    Missing,
    Prefix,
    Query,
    StorageUnavailable,
)
from switchboard.storage.keys import ApiKey

TRIES = 8
KNOWN_MINUTES = 10_000
STATES = "STATES"


class Refused(SwitchboardError):
    """The key's limits do not let the claim through. `state` is what stood in the way, `shard` where it did."""

    def __init__(self, reason: Reason, state: State, shard: int) -> None:
        super().__init__(f"refused: {reason}")
        self.reason: Reason = reason
        self.state = state
        self.shard = shard


@dataclass(frozen=True, slots=True)
class Hold:
    """Money and a place that one request has on a key until it settles. `minute` is the one it was counted in."""

    key_id: str
    shard: int
    name: str
    amount: int
    tokens: int
    minute: int


@dataclass(frozen=True, slots=True)
class Spending:
    """What a key has spent in each current window, and what is left of its limit, in nano-dollars."""

    spent: dict[Window, int]
    held: int
    remaining: int | None


@dataclass(frozen=True, slots=True)
class BudgetStore:
    """A key's state is made by the first request that needs it."""

    database: Database
    table: str
    _minutes: dict[Key, int] = field(default_factory=dict)

    async def reserve(self, key_id: str, shard: int, limits: Limits, claim: Claim) -> State:
        """The state with the claim in it. `limits` are the key's. Raises Refused, StorageUnavailable.

        One write, but for the first of a key, of a minute or of a window.
        """
        where = state_key(key_id, shard)
        claim = replace(claim, fresh_minute=self._minutes.get(where, claim.minute) < claim.minute)
        for _ in range(TRIES):
            try:
                return self._seen(where, await self._make(where, items.reserve(claim)))
            except ConditionFailed as failed:
                found = await self._found(where, failed)
            if found is None:
                await self._create(key_id, shard, limits, claim.labels)
                claim = replace(claim, fresh_minute=True)
                continue
            state = self._seen(where, found)
            if claim.hold in state.holds:
                return state  # it had landed, and only its reply was lost
            claim = claim.adopting(state)
            reason = refusal(state, claim)
            if reason:
                raise Refused(reason, state.rolled(claim.labels), shard)
            if state.behind(claim.labels):
                await self._try(where, items.roll(state, claim.labels))
        raise StorageUnavailable("too many requests of one key at the same moment")

    async def settle(self, hold: Hold, actual: int, tokens: int, now: float) -> State | None:
        """`actual` nano-dollars and `tokens` were used. None if it was settled, or swept, before.

        Raises StorageUnavailable: then the hold stays, to be charged when it is swept.
        """
        correction = tokens - hold.tokens
        if correction < 0 and minute_at(now) != hold.minute:
            correction = 0  # it would be taken off another minute
        return await self._try(
            state_key(hold.key_id, hold.shard), items.settle(hold.name, hold.amount, actual, correction)
        )

    async def sweep(self, key_id: str, shard: int, expired: Mapping[str, int]) -> int:
        """Charge these holds, which nobody will settle any more; how many were still there."""
        where = state_key(key_id, shard)
        swept = [await self._try(where, items.sweep(name, amount)) for name, amount in expired.items()]
        return sum(state is not None for state in swept)

    async def read(self, key: ApiKey, now: float) -> Spending:
        """What a key without limits has spent is not kept here, and reads as nothing."""
        limits, labels = limits_of(key), labels_at(now)
        states = [state.rolled(labels) for state in (await self.states(key.id)).values()]
        spent = {window: sum(state.purses[window].spent for state in states) for window in WINDOWS}
        held = sum(state.held for state in states)
        left = None if limits.money is None else limits.money - spent[limits.window] - held
        return Spending(spent, held, left)

    async def follow(self, key: ApiKey, now: float) -> None:
        """Make the state do as the key's record says: call it after each change of its limits, or of `disabled`.

        Whatever was known before, and as often as it takes: what was spent stays spent, what remains moves by as much
        as the limit did. A key that has limits and no state yet is given one.
        """
        limits = limits_of(key)
        found = await self._items(key.id)
        if not found and limits.any:
            await self._create(key.id, 0, limits, labels_at(now))
            found = await self._items(key.id)
        for shard, item in found.items():
            where, seen = state_key(key.id, shard), item
            while change := items.follow(seen, limits, shard, active=not key.disabled):
                seen = await self._agreed(where, change)

    async def states(self, key_id: str) -> dict[int, State]:
        """Those there are, by shard."""
        return {shard: state_of(item) for shard, item in (await self._items(key_id)).items()}

    async def listed(self) -> list[str]:
        """The ids of all keys that have a state."""
        rows = await self.database.query(self.table, Query(STATES))
        return list(dict.fromkeys(str(row["k"]) for row in rows))

    async def _items(self, key_id: str) -> dict[int, Item]:
        partition, sort = state_key(key_id)
        rows = await self.database.query(self.table, Query(partition, Prefix(sort), consistent=True))
        return {items.shard_of(row): row for row in rows}

    async def _create(self, key_id: str, shard: int, limits: Limits, labels: Mapping[Window, str]) -> None:
        """Listed first, so that no state escapes the sweep."""
        item = items.new_item(key_id, shard, limits, labels)
        listing: Item = {PARTITION: STATES, SORT: f"{key_id}#{shard}", "k": key_id, "n": shard}
        await self.database.put(self.table, listing)
        try:
            await self.database.put(self.table, item, condition=Missing(PARTITION))
        except ConditionFailed:
            return  # someone else made it

    async def _make(self, where: Key, change: Change) -> Item:
        return await self.database.update(self.table, where, change.update, condition=change.condition, repeatable=True)

    async def _try(self, where: Key, change: Change) -> State | None:
        try:
            return state_of(await self._make(where, change))
        except ConditionFailed:
            return None

    async def _agreed(self, where: Key, change: Change) -> Item:
        """The item with the change, or as it is when someone else changed it in between."""
        try:
            return await self._make(where, change)
        except ConditionFailed as failed:
            found = await self._found(where, failed)
            if found is None:
                raise StorageUnavailable("a key's state is gone") from None
            return found

    async def _found(self, where: Key, failed: ConditionFailed) -> Item | None:
        """What stood in the way. An engine that does not say is asked, and DynamoDB where there was nothing."""
        return failed.item or await self.database.get(self.table, where, consistent=True)

    def _seen(self, where: Key, item: Item) -> State:
        """Which minute a state counts is remembered, so that a new one costs no refused write."""
        state = state_of(item)
        if state.minute:
            if len(self._minutes) >= KNOWN_MINUTES:
                self._minutes.clear()
            self._minutes[where] = state.minute
        return state

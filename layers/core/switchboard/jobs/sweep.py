"""Charge the holds that nobody will settle any more, of keys that nobody uses just now: busy keys do it themselves.

On the way, see which keys come to the end of what they may spend.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass

from switchboard.accounting.holds import State
from switchboard.accounting.windows import labels_at
from switchboard.clock import Clock
from switchboard.storage.budget import BudgetStore
from switchboard.storage.database import StorageUnavailable

PARALLEL = 8
NEAR = 0.8


@dataclass(frozen=True, slots=True)
class Swept:
    """How many holds were charged; ids of the keys that spent 80 % of a limit, and of those that spent all of one."""

    holds: int = 0
    near: tuple[str, ...] = ()
    used_up: tuple[str, ...] = ()

    @property
    def measures(self) -> dict[str, float]:
        """By the names in telemetry.UNITS; what is zero is left out and costs nothing."""
        counts = {"HoldsSwept": self.holds, "KeysNearLimit": len(self.near), "KeysAtLimit": len(self.used_up)}
        return {name: count for name, count in counts.items() if count}


async def sweep(store: BudgetStore, clock: Clock) -> Swept:
    """What cannot be reached now is left to the next run."""
    gate = asyncio.Semaphore(PARALLEL)
    spent: dict[str, float] = {}

    async def one(key_id: str) -> int:
        async with gate:
            states = await store.states(key_id)
            spent[key_id] = spent_share(states, clock.now())
            swept = [await store.sweep(key_id, shard, state.expired(clock.now())) for shard, state in states.items()]
        return sum(swept)

    try:
        holds = sum(await asyncio.gather(*(one(key_id) for key_id in await store.listed())))
    except StorageUnavailable:
        return Swept()
    used_up = tuple(key_id for key_id, share in sorted(spent.items()) if share >= 1)
    return Swept(holds, tuple(key_id for key_id, share in sorted(spent.items()) if NEAR <= share < 1), used_up)


def spent_share(states: Mapping[int, State], now: float) -> float:
    """The part of its tightest limit that a key has spent, over all shards; 0 without one. `now` is Unix seconds."""
    rolled = [state.rolled(labels_at(now)) for state in states.values()]
    windows = [window for state in rolled[:1] for window, purse in state.purses.items() if purse.is_limited]
    shares = [0.0]
    for window in windows:
        purses = [state.purses[window] for state in rolled]
        limit = sum(purse.limit for purse in purses)
        shares.append(sum(purse.spent for purse in purses) / limit if limit > 0 else 1.0)
    return max(shares)

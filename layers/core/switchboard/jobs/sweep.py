"""Charge the holds that nobody will settle any more, of keys that nobody uses just now: busy keys do it themselves."""

import asyncio

from switchboard.clock import Clock
from switchboard.storage.budget import BudgetStore
from switchboard.storage.database import StorageUnavailable

PARALLEL = 8


async def sweep(store: BudgetStore, clock: Clock) -> int:
    """How many holds were charged. What cannot be reached now is left to the next run."""
    gate = asyncio.Semaphore(PARALLEL)

    async def one(key_id: str) -> int:
        async with gate:
            states = await store.states(key_id)
            swept = [await store.sweep(key_id, shard, state.expired(clock.now())) for shard, state in states.items()]
        return sum(swept)

    try:
        return sum(await asyncio.gather(*(one(key_id) for key_id in await store.listed())))
    except StorageUnavailable:
        return 0

"""Which endpoints are passed over now: read from where the chat function's processes tell each other."""

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from switchboard.clock import Clock
from switchboard.health.breaker import Signals
from switchboard.health.pauses import Pause, pauses_of
from switchboard.storage.database import StorageError
from switchboard.storage.signals import Board

# The shortest pause is four seconds.
FRESH_SECONDS = 2.0
PARALLEL = 16


class Boards(Protocol):
    """The part of the signals' store that this needs."""

    async def read(self, model: str) -> Board: ...


@dataclass(slots=True)
class _Kept:
    read_at: float
    signals: Mapping[str, Signals]


@dataclass(frozen=True, slots=True)
class Pauses:
    """One per process; a model's signals are read at most every other second. Out of reach, what was known stands."""

    boards: Boards
    clock: Clock
    _kept: dict[str, _Kept] = field(default_factory=dict, repr=False)

    async def of_models(self, models: Iterable[str]) -> dict[str, Pause]:
        """By endpoint: those of these models (by id) that are paused now."""
        gate = asyncio.Semaphore(PARALLEL)

        async def read(model: str) -> Mapping[str, Signals]:
            async with gate:
                return await self._signals(model)

        boards = await asyncio.gather(*map(read, models))
        now = self.clock.now()
        return {endpoint: pause for signals in boards for endpoint, pause in pauses_of(signals, now).items()}

    async def _signals(self, model: str) -> Mapping[str, Signals]:
        kept = self._kept.setdefault(model, _Kept(-FRESH_SECONDS, {}))
        moment = self.clock.monotonic()
        if moment - kept.read_at >= FRESH_SECONDS:
            kept.read_at = moment
            try:
                kept.signals = (await self.boards.read(model)).signals
            except StorageError:
                return kept.signals
        return kept.signals

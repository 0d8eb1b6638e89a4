"""The published rankings, kept in the process: read once before the first plan, then refreshed behind the requests."""

import asyncio
from dataclasses import dataclass, field
from typing import Protocol

from switchboard.clock import Clock
from switchboard.health.figures import NO_RANKINGS, Rankings
from switchboard.storage.database import StorageError

FRESH_SECONDS = 20.0


class RankingsSource(Protocol):
    async def read(self) -> Rankings: ...


@dataclass(slots=True)
class RankingsCache:
    """A table out of reach never stops a request: the last rankings go on, or none, and then prices decide."""

    source: RankingsSource
    clock: Clock
    fresh_seconds: float = FRESH_SECONDS
    _rankings: Rankings = NO_RANKINGS
    _read_at: float | None = None
    _refreshing: asyncio.Task[None] | None = field(default=None, repr=False)

    @property
    def is_read(self) -> bool:
        """True once `current` no longer waits."""
        return self._read_at is not None

    async def current(self) -> Rankings:
        """Without waiting, but for the first time: old rankings are good enough to plan by while new ones are read."""
        if self._read_at is None:
            await self._refresh()
        elif self._is_old() and (self._refreshing is None or self._refreshing.done()):
            self._refreshing = asyncio.create_task(self._refresh())
        return self._rankings

    async def fresh(self) -> Rankings:
        """Never older than `fresh_seconds` while the table can be read: for showing, not for planning."""
        if self._is_old():
            await self._refresh()
        return self._rankings

    def _is_old(self) -> bool:
        return self._read_at is None or self.clock.monotonic() - self._read_at > self.fresh_seconds

    async def _refresh(self) -> None:
        self._read_at = self.clock.monotonic()
        try:
            self._rankings = await self.source.read()
        except StorageError:  # out of reach, or an item that cannot be read: both heal by themselves
            return

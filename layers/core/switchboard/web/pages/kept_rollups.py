"""The series that pages draw, each read at most once in some seconds: a model page reads one for every endpoint."""

from dataclasses import dataclass
from typing import Protocol

from switchboard.storage.rollups import Bucket, Level, RollupStore, Rows

LIVELY_SECONDS = 10.0
# Most endpoints of a catalog are asked by nobody: it is soon enough to notice that one is.
QUIET_SECONDS = 30.0
MOST_KEPT = 2000


class Series(Protocol):
    """The part of the store that pages need."""

    async def last(self, level: Level, series: str, count: int, now: float) -> list[Bucket]: ...

    async def read(self, level: Level, series: str, first: int, last: int) -> Rows: ...


@dataclass(frozen=True, slots=True)
class _Kept:
    read_at: float
    start: int
    buckets: list[Bucket]

    def holds(self, start: int, now: float) -> bool:
        """A new hour or day begins a new bucket, however young this is."""
        lively = any(bucket.rollup for bucket in self.buckets)
        return start == self.start and 0 <= now - self.read_at < (LIVELY_SECONDS if lively else QUIET_SECONDS)


class KeptRollups:
    """A RollupStore that remembers; what it hands out is read and not changed."""

    def __init__(self, store: RollupStore) -> None:
        self._store = store
        self._kept: dict[tuple[str, str, int], _Kept] = {}

    async def last(self, level: Level, series: str, count: int, now: float) -> list[Bucket]:
        """Raises StorageError."""
        key, start = (series, level.sort, count), level.start_of(now)
        kept = self._kept.get(key)
        if kept and kept.holds(start, now):
            return kept.buckets
        buckets = await self._store.last(level, series, count, now)
        self._kept.pop(key, None)
        self._kept[key] = _Kept(now, start, buckets)
        if len(self._kept) > MOST_KEPT:
            del self._kept[next(iter(self._kept))]
        return buckets

    async def read(self, level: Level, series: str, first: int, last: int) -> Rows:
        """Raises StorageError."""
        return await self._store.read(level, series, first, last)

"""Bring one series up to date: its minutes from the records, its hours from the minutes, its days from the hours.

A row is never added to, only computed anew from the level below, so running twice, or after a crash, changes nothing.
"""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass, field

from switchboard.health.rollup import Rollup
from switchboard.storage.rollups import DAYS, HOURS, MINUTES, Level, RollupStore, Rows


@dataclass(frozen=True, slots=True)
class Window:
    """From when to when (Unix seconds) rows are wanted even if nothing in them changed."""

    first: int
    last: int


@dataclass(slots=True)
class SeriesUpdate:
    """What one series has now, as far as it was looked at, and how many rows had to be written for it."""

    rows: RollupStore
    series: str
    minutes: Rows = field(default_factory=dict)
    hours: Rows = field(default_factory=dict)
    written: int = 0

    async def apply(self, fresh: Rows, minutes: Window | None = None, hours: Window | None = None) -> None:
        """`fresh` are minutes as the records have them now. The windows are read besides."""
        self.minutes = await self._bring(MINUTES, fresh, minutes)
        fresh_hours = _summed(self.minutes, MINUTES, fresh)
        self.hours = await self._bring(HOURS, fresh_hours, hours)
        await self._bring(DAYS, _summed(self.hours, HOURS, fresh_hours), None)

    async def _bring(self, level: Level, fresh: Rows, window: Window | None) -> Rows:
        """The rows of every span that is touched or in the window, once those that changed are written.

        What was just computed is laid over what is read: the reads need not be consistent ones.
        """
        spans = [self.rows.read(level, self.series, *span) for span in _spans(level, fresh, window)]
        stored = {start: rollup for rows in await asyncio.gather(*spans) for start, rollup in rows.items()}
        changed = {start: rollup for start, rollup in fresh.items() if stored.get(start) != rollup}
        await asyncio.gather(*(self.rows.write(level, self.series, *row) for row in changed.items()))
        self.written += len(changed)
        return stored | fresh


def _summed(rows: Rows, level: Level, fresh: Iterable[int]) -> Rows:
    """A row of the next level for every span with a fresh row in it, changed or not: a crash may have come between."""
    spans = {start // level.span * level.span: list[Rollup]() for start in fresh}
    for start, rollup in rows.items():
        span = start // level.span * level.span
        if span in spans:
            spans[span].append(rollup)
    return {span: Rollup.merged(parts) for span, parts in spans.items()}


def _spans(level: Level, fresh: Iterable[int], window: Window | None) -> list[tuple[int, int]]:
    """First and last row of each stretch to read: whole spans, neighbours joined."""
    starts = {start // level.span for start in fresh}
    if window is not None:
        starts.update(range(window.first // level.span, window.last // level.span + 1))
    stretches: list[tuple[int, int]] = []
    for start in sorted(starts):
        first, last = start * level.span, (start + 1) * level.span - level.seconds
        if stretches and stretches[-1][1] + level.seconds == first:
            first = stretches.pop()[0]
        stretches.append((first, last))
    return stretches

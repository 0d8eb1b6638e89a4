"""Sums by minute, hour and day of every series: rows are written whole, and so can be computed anew at any time."""

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

from switchboard.health.histogram import EMPTY, Histogram
from switchboard.health.rollup import Rollup
from switchboard.storage.database import PARTITION, SORT, Between, Database, Item, Query
from switchboard.storage.fields import present, table, whole

DAY = 86_400
# Sorts after every digit.
LAST = "~"
ENDPOINT = "endpoint:"
PROBES = "probes:"
MODEL = "model:"


@dataclass(frozen=True, slots=True)
class Level:
    """Rows of one length. All times are seconds; `span` is the length of the next level, whose row sums these up."""

    seconds: int
    span: int
    partition: str
    sort: str
    keep: int

    def start_of(self, moment: float) -> int:
        """The start (Unix seconds, UTC) of the row that a moment belongs to."""
        return int(moment) // self.seconds * self.seconds


MINUTES = Level(60, 3600, "#%Y%m%d", "m#%H%M", 48 * 3600)
HOURS = Level(3600, DAY, "#%Y%m", "h#%d%H", 35 * DAY)
DAYS = Level(DAY, DAY, "", "d#%Y%m%d", 400 * DAY)

# Rollups by the start of their row.
Rows: TypeAlias = dict[int, Rollup]


class Bucket(NamedTuple):
    """`rollup` is None where nothing happened: a gap, not a zero."""

    start: int
    rollup: Rollup | None


def endpoint_series(endpoint_id: str) -> str:
    return ENDPOINT + endpoint_id


def endpoint_of(series: str) -> str | None:
    """The endpoint's id; None if the series is a model's, or one of probes."""
    return series.removeprefix(ENDPOINT) if series.startswith(ENDPOINT) else None


def probe_series(endpoint_id: str) -> str:
    return PROBES + endpoint_id


def probed_by(series: str) -> str | None:
    """The id of the endpoint that these are the probes of; None if the series counts what callers met."""
    return series.removeprefix(PROBES) if series.startswith(PROBES) else None


def model_series(model_id: str) -> str:
    return MODEL + model_id


@dataclass(frozen=True, slots=True)
class RollupStore:
    database: Database
    table: str

    async def write(self, level: Level, series: str, start: int, rollup: Rollup) -> None:
        await self.database.put(self.table, to_item(level, series, start, rollup))

    async def read(self, level: Level, series: str, first: int, last: int) -> Rows:
        """The rows that start from `first` to `last`, both included (Unix seconds)."""
        days = range(first // DAY * DAY, last + 1, DAY)
        partitions = dict.fromkeys(_partition(level, series, day) for day in days)
        queries = [Query(partition, _between(level, series, partition, (first, last))) for partition in partitions]
        pages = await asyncio.gather(*(self.database.query(self.table, query) for query in queries))
        return {whole(item, "s") or 0: rollup_of(item) for page in pages for item in page}

    async def last(self, level: Level, series: str, count: int, now: float) -> list[Bucket]:
        """So many rows up to the one that `now` (Unix seconds) belongs to, oldest first, with a Bucket for each gap."""
        last = level.start_of(now)
        first = last - (count - 1) * level.seconds
        rows = await self.read(level, series, first, last)
        return [Bucket(start, rows.get(start)) for start in range(first, last + 1, level.seconds)]


def to_item(level: Level, series: str, start: int, rollup: Rollup) -> Item:
    """Equal rollups make equal items, down to the order of what is in them."""
    return present(
        {
            PARTITION: _partition(level, series, start),
            SORT: _format(level.sort, start),
            "exp": start + level.keep,
            "s": start,
            "o": dict(sorted(rollup.outcomes.items())),
            "i": rollup.tokens_in or None,
            "t": rollup.tokens_out or None,
            "c": rollup.cost or None,
            "f": _from_histogram(rollup.first_token),
            "v": _from_histogram(rollup.speed),
            "l": rollup.lost_ms or None,
            "ta": rollup.tool_answers or None,
            "tf": rollup.tool_faults or None,
            "op": rollup.openings or None,
        }
    )


def rollup_of(item: Item) -> Rollup:
    outcomes = table(item, "o")
    return Rollup(
        {outcome: whole(outcomes, outcome) or 0 for outcome in outcomes},
        whole(item, "i") or 0,
        whole(item, "t") or 0,
        whole(item, "c") or 0,
        _histogram_of(table(item, "f")),
        _histogram_of(table(item, "v")),
        whole(item, "l") or 0,
        whole(item, "ta") or 0,
        whole(item, "tf") or 0,
        whole(item, "op") or 0,
    )


def _from_histogram(histogram: Histogram) -> Item | None:
    """Buckets as one text, "12:3 13:5": a third of the bytes of a map, and of the time to read it."""
    if not histogram.count:
        return None
    buckets = " ".join(f"{bucket}:{count}" for bucket, count in sorted(histogram.buckets.items()))
    return {"n": histogram.count, "s": histogram.sum, "l": histogram.min, "h": histogram.max, "b": buckets}


def _histogram_of(row: Mapping[str, object]) -> Histogram:
    if not row:
        return EMPTY
    numbers = {name: value for name, value in row.items() if isinstance(value, int)}
    pairs = (pair.split(":") for pair in str(row["b"]).split())
    buckets = {int(bucket): int(count) for bucket, count in pairs}
    return Histogram(numbers["n"], numbers["s"], numbers["l"], numbers["h"], buckets)


def _between(level: Level, series: str, partition: str, ends: tuple[int, int]) -> Between:
    first, last = ends
    low = _format(level.sort, first) if partition == _partition(level, series, first) else level.sort[:2]
    high = _format(level.sort, last) if partition == _partition(level, series, last) else level.sort[:2] + LAST
    return Between(low, high)


def _partition(level: Level, series: str, moment: int) -> str:
    return f"M#{series}{_format(level.partition, moment)}"


def _format(pattern: str, moment: int) -> str:
    return time.strftime(pattern, time.gmtime(moment)) if pattern else ""

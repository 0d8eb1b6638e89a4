"""What the rankings function publishes: one item, so that readers see all of it or the one before.

1,500 endpoints take about 60 kB; the limit of an item, 400 kB, is far.
"""

import zlib
from dataclasses import astuple, dataclass
from typing import TypeAlias

import orjson

from switchboard.health.figures import NO_RANKINGS, EndpointFigures, Rankings, Spread, Uptime
from switchboard.storage.database import (
    PARTITION,
    SORT,
    AnyOf,
    Compare,
    ConditionFailed,
    Database,
    Item,
    Key,
    Missing,
    StorageError,
)
from switchboard.storage.fields import number, whole

KEY = Key("RANK", "CURRENT")

# Successes and count over 5 minutes, 30 minutes and a day; then latency and throughput, each as Spread has it.
Uptimes: TypeAlias = tuple[int, int, int, int, int, int]
Row: TypeAlias = "tuple[Uptimes, tuple[float, ...] | None, tuple[float, ...] | None]"


@dataclass(frozen=True, slots=True)
class RankingStore:
    """The one item that holds the rankings."""

    database: Database
    table: str

    async def publish(self, rankings: Rankings) -> bool:
        """False if something newer is there: a run that was held up never replaces what came after it."""
        endpoints = {endpoint: _row(figures) for endpoint, figures in rankings.endpoints.items()}
        item: Item = {
            PARTITION: KEY.partition,
            SORT: KEY.sort,
            "v": rankings.version,
            "at": rankings.computed_at,
            "z": zlib.compress(orjson.dumps(endpoints, option=orjson.OPT_SORT_KEYS)),
        }
        newer = AnyOf((Missing("at"), Compare("at", "<", rankings.computed_at)))
        try:
            await self.database.put(self.table, item, condition=newer)
        except ConditionFailed:
            return False
        return True

    async def read(self) -> Rankings:
        """NO_RANKINGS until something is published. Raises StorageUnavailable; StorageError for an unreadable item."""
        item = await self.database.get(self.table, KEY)
        if item is None or not isinstance(item["z"], bytes):
            return NO_RANKINGS
        try:
            rows: dict[str, Row] = orjson.loads(zlib.decompress(item["z"]))
            endpoints = {endpoint: _figures(row) for endpoint, row in rows.items()}
        except (zlib.error, ValueError, TypeError, AttributeError) as error:
            raise StorageError(f"the rankings item cannot be read: {error!r}") from error
        return Rankings(whole(item, "v") or 0, endpoints, number(item, "at") or 0.0)


def _row(figures: EndpointFigures) -> Row:
    windows = (figures.uptime_5m, figures.uptime_30m, figures.uptime_1d)
    five, thirty, day = ((uptime.successes, uptime.counted) for uptime in windows)
    return (*five, *thirty, *day), _numbers(figures.latency_30m), _numbers(figures.throughput_30m)


def _numbers(spread: Spread | None) -> tuple[float, ...] | None:
    return None if spread is None else astuple(spread)


def _figures(row: Row) -> EndpointFigures:
    uptimes, latency, throughput = row
    return EndpointFigures(
        Uptime(*uptimes[0:2]), Uptime(*uptimes[2:4]), Uptime(*uptimes[4:6]), _spread(latency), _spread(throughput)
    )


def _spread(numbers: tuple[float, ...] | None) -> Spread | None:
    if numbers is None:
        return None
    count, *rest = numbers
    return Spread(int(count), *rest)

"""What the rankings function publishes: one item, so that readers see all of it or the one before.

1,500 endpoints take about 90 kB; the limit of an item, 400 kB, is far.
"""

import zlib
from collections.abc import Mapping
from dataclasses import astuple, dataclass
from typing import Any, TypeAlias

import orjson

from switchboard.health.figures import NO_RANKINGS, EndpointFigures, Estimate, Rankings, Spread, Uptime
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
    Value,
)
from switchboard.storage.fields import number, whole

KEY = Key("RANK", "CURRENT")

# Successes and count over 5 minutes, 30 minutes and a day; then latency and throughput, each as Spread has it; the
# estimate; and of probes the successes and count over 30 minutes and a day. Rows of earlier versions lack what is last.
Uptimes: TypeAlias = tuple[int, int, int, int, int, int]
Numbers: TypeAlias = "tuple[float, ...] | None"
Row: TypeAlias = "tuple[Uptimes, Numbers, Numbers, Numbers, Numbers]"
DIGITS = 6


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
            "z": _packed(endpoints),
            "p": _packed({name: _of_estimate(estimate) for name, estimate in rankings.pools.items()}),
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
        if item is None:
            return NO_RANKINGS
        try:
            endpoints = {endpoint: _figures(row) for endpoint, row in _unpacked(item["z"]).items()}
            pools = {name: Estimate(*map(float, row)) for name, row in _unpacked(item.get("p")).items()}
        except (zlib.error, ValueError, TypeError, AttributeError, LookupError) as error:
            raise StorageError(f"the rankings item cannot be read: {error!r}") from error
        return Rankings(whole(item, "v") or 0, endpoints, number(item, "at") or 0.0, pools)


def _packed(rows: Mapping[str, object]) -> bytes:
    return zlib.compress(orjson.dumps(rows, option=orjson.OPT_SORT_KEYS))


def _unpacked(packed: Value) -> dict[str, Any]:  # Any: what is read is checked where it is put into values
    return orjson.loads(zlib.decompress(packed)) if isinstance(packed, bytes) else {}


def _row(figures: EndpointFigures) -> Row:
    windows = (figures.uptime_5m, figures.uptime_30m, figures.uptime_1d)
    five, thirty, day = ((uptime.successes, uptime.counted) for uptime in windows)
    spreads = _numbers(figures.latency_30m), _numbers(figures.throughput_30m)
    probes = (figures.probes_30m, figures.probes_1d)
    probed = tuple(part for uptime in probes for part in (uptime.successes, uptime.counted))
    return (*five, *thirty, *day), *spreads, _of_estimate(figures.estimate), probed if any(probed) else None


def _of_estimate(estimate: Estimate | None) -> Numbers:
    return None if estimate is None else tuple(round(part, DIGITS) for part in astuple(estimate))


def _numbers(spread: Spread | None) -> Numbers:
    return None if spread is None else astuple(spread)


def _figures(row: Row) -> EndpointFigures:
    uptimes, latency, throughput, *rest = row
    five, of_five, thirty, of_thirty, day, of_day = map(int, uptimes)
    return EndpointFigures(
        Uptime(five, of_five),
        Uptime(thirty, of_thirty),
        Uptime(day, of_day),
        _spread(latency),
        _spread(throughput),
        Estimate(*map(float, rest[0])) if rest and rest[0] else None,
        *_probes(rest[1] if len(rest) > 1 else None),
    )


def _probes(numbers: Numbers) -> tuple[Uptime, Uptime]:
    thirty, of_thirty, day, of_day = map(int, numbers or (0, 0, 0, 0))
    return Uptime(thirty, of_thirty), Uptime(day, of_day)


def _spread(numbers: Numbers) -> Spread | None:
    if numbers is None:
        return None
    count, *rest = numbers
    return Spread(int(count), *map(float, rest))

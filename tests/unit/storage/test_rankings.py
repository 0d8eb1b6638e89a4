import asyncio
import zlib
from dataclasses import replace

import orjson
import pytest
from switchboard.health.figures import NO_RANKINGS, EndpointFigures, Estimate, Rankings, Spread, Uptime
from switchboard.storage.database import Item, StorageError
from switchboard.storage.rankings import KEY, RankingStore

from tests.fakes import FakeDatabase

ESTIMATE = Estimate(0.987, 0.5, 0.0125, 1.5, 0.25, 6.0, 123.5)
FIGURES = EndpointFigures(
    Uptime(9, 10), Uptime(99, 100), Uptime(0, 0), Spread(3, 1.0, 9.5, 4.25, 4.0, 5.0, 6.0, 7.0), None
)


def rankings(computed_at: float) -> Rankings:
    probed = replace(FIGURES, probes_30m=Uptime(1, 2), probes_1d=Uptime(40, 48))
    figures = {"a/b@c": FIGURES, "a/b@d": replace(FIGURES, estimate=ESTIMATE), "a/b@e": probed}
    return Rankings(int(computed_at) // 60, figures, computed_at, {"a/b": ESTIMATE, "c": ESTIMATE})


def test_what_is_published_is_read() -> None:
    store = RankingStore(FakeDatabase(), "UptimeTable")
    assert asyncio.run(store.read()) == NO_RANKINGS
    assert asyncio.run(store.publish(rankings(120.5)))
    assert asyncio.run(store.read()) == rankings(120.5)


def test_only_something_newer_replaces_it() -> None:
    store = RankingStore(FakeDatabase(), "UptimeTable")
    assert asyncio.run(store.publish(rankings(120.5)))
    assert asyncio.run(store.publish(rankings(125.5)))  # the same minute, later
    assert not asyncio.run(store.publish(rankings(125.5)))
    assert not asyncio.run(store.publish(rankings(60.0)))
    assert asyncio.run(store.read()) == rankings(125.5)


def packed(rows: object) -> bytes:
    return zlib.compress(orjson.dumps(rows))


def published(**fields: object) -> Item:
    """An item as some version may have written it."""
    return {"PK": KEY.partition, "SK": KEY.sort, "v": 2, "at": 120.5, **fields}  # type: ignore[dict-item]


def read(item: Item) -> Rankings:
    database = FakeDatabase()
    asyncio.run(database.put("UptimeTable", item))
    return asyncio.run(RankingStore(database, "UptimeTable").read())


def test_an_item_from_before_there_were_estimates_is_read() -> None:
    row = [[9, 10, 99, 100, 0, 0], [3, 1.0, 9.5, 4.25, 4.0, 5.0, 6.0, 7.0], None]
    assert read(published(z=packed({"a/b@c": row}))) == Rankings(2, {"a/b@c": FIGURES}, 120.5)


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"z": b"no zlib"},
        {"z": packed([1])},
        {"z": packed({"a/b@c": None})},
        {"z": packed({"a/b@c": [[1, 2], None, None]})},
        {"z": packed({"a/b@c": [[1, 2, 3, 4, 5, "x"], None, None, None]})},
        {"z": packed({"a/b@c": [[1, 2, 3, 4, 5, 6], None, None, ["bad", 1, 1, 1, 1, 1, 1]]})},
        {"z": packed({"a/b@c": [[1, 2, 3, 4, 5, 6], [1, "bad"], None, None]})},
        {"z": packed({}), "p": packed({"a/b": [{}]})},
        {"z": packed({}), "p": packed({"a/b": 1})},
    ],
)
def test_a_poisoned_item_is_told_before_it_gets_into_a_plan(fields: dict[str, object]) -> None:
    with pytest.raises(StorageError):
        read(published(**fields))

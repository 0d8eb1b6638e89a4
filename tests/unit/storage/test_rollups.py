import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st
from switchboard.health.rollup import Observation, Rollup
from switchboard.storage.rollups import DAYS, HOURS, MINUTES, Bucket, Level, RollupStore, endpoint_series, to_item

from tests.fakes import FakeDatabase
from tests.records import OUTCOMES

NOW = 1_800_000_000.0  # 2027-01-15 08:00:00 UTC
SERIES = endpoint_series("a/b@c")
ONE = Rollup.of([Observation("ok", 3, 50, 7, first_token_ms=600, generation_ms=1000)])

whole = st.integers(0, 10**6)
rollups = st.lists(
    st.builds(Observation, st.sampled_from(OUTCOMES), whole, whole, whole, st.none() | whole, st.none() | whole)
).map(Rollup.of)


@pytest.fixture
def store() -> RollupStore:
    return RollupStore(FakeDatabase(), "UptimeTable")


@given(rollups, st.sampled_from((MINUTES, HOURS, DAYS)))
def test_a_row_is_read_as_it_was_written(rollup: Rollup, level: Level) -> None:
    store = RollupStore(FakeDatabase(), "UptimeTable")
    start = level.start_of(NOW)
    asyncio.run(store.write(level, SERIES, start, rollup))
    assert asyncio.run(store.read(level, SERIES, start, start)) == {start: rollup}


@pytest.mark.parametrize(
    ("level", "partition", "sort", "keep_hours"),
    [
        (MINUTES, "M#endpoint:a/b@c#20270115", "m#0800", 48),
        (HOURS, "M#endpoint:a/b@c#202701", "h#1508", 35 * 24),
        (DAYS, "M#endpoint:a/b@c", "d#20270115", 400 * 24),
    ],
)
def test_a_row_has_its_place_and_its_time(level: Level, partition: str, sort: str, keep_hours: int) -> None:
    start = level.start_of(NOW)
    item = to_item(level, SERIES, start, ONE)
    assert (item["PK"], item["SK"], item["exp"]) == (partition, sort, start + keep_hours * 3600)
    assert item["f"] == {"n": 1, "s": 600, "l": 600, "h": 600, "b": "68:1"}


@pytest.mark.parametrize(("level", "count"), [(MINUTES, 2880), (HOURS, 24 * 35), (DAYS, 400)])
def test_a_series_is_read_across_partitions_with_its_gaps(store: RollupStore, level: Level, count: int) -> None:
    last = level.start_of(NOW)
    starts = range(last - (count - 1) * level.seconds, last + 1, level.seconds)
    for start in starts[::7]:
        asyncio.run(store.write(level, SERIES, start, ONE))
    asyncio.run(store.write(level, SERIES, starts[0] - level.seconds, ONE))  # just before the range
    buckets = asyncio.run(store.last(level, SERIES, count, NOW))
    assert [bucket.start for bucket in buckets] == list(starts)
    assert [bucket.rollup for bucket in buckets] == [None if i % 7 else ONE for i in range(count)]


def test_series_do_not_mix(store: RollupStore) -> None:
    asyncio.run(store.write(DAYS, "model:a/b", DAYS.start_of(NOW), ONE))
    assert asyncio.run(store.last(DAYS, SERIES, 1, NOW)) == [Bucket(DAYS.start_of(NOW), None)]

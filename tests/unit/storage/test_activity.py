import asyncio
from collections.abc import Mapping
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from switchboard.accounting.activity import Activity, Subject
from switchboard.storage.activity import ActivityStore, DayRow
from switchboard.storage.database import StorageUnavailable

from tests.fakes import FakeDatabase

DAY = date(2026, 11, 30)
FIRST = int(datetime(2026, 11, 30, tzinfo=UTC).timestamp()) // 60  # the minute in which it begins
SUBJECT = Subject("key", "lab/one", "lab/one@acme", "acme")
ONE = Activity(1, 0, 10, 5, 1, 2, 700, 0)

counts = st.integers(0, 10**15)
activities = st.builds(Activity, counts, counts, counts, counts, counts, counts, counts, counts)
minutes = st.integers(FIRST - 2000, FIRST + 3000)


class Table:
    def __init__(self) -> None:
        self.database = FakeDatabase()
        self.store = ActivityStore(self.database, "UptimeTable")

    def bring(self, fresh: Mapping[int, Activity], subject: Subject = SUBJECT) -> int:
        return asyncio.run(self.store.bring_up_to_date(subject, fresh))

    def read(self, first: date = DAY, last: date = DAY, key_id: str | None = None) -> list[DayRow]:
        return asyncio.run(self.store.read(first, last, key_id))


@given(st.lists(st.dictionaries(minutes, activities, max_size=4), max_size=5))
def test_a_day_is_the_sum_of_what_its_minutes_were_last_seen_as(runs: list[dict[int, Activity]]) -> None:
    table, known = Table(), dict[int, Activity]()
    for fresh in runs:
        table.bring(fresh)
        known |= fresh
    found = table.read(date(2026, 11, 1), date(2026, 12, 31))
    assert Activity.merged(row.activity for row in found) == Activity.merged(known.values())
    for row in found:
        start = FIRST + (row.day - DAY).days * 1440
        assert row.activity == Activity.merged(known[one] for one in known if start <= one < start + 1440)


def test_the_same_again_writes_nothing() -> None:
    table = Table()
    fresh = {FIRST: ONE, FIRST + 61: ONE}
    assert table.bring(fresh) == 3
    assert table.bring(fresh) == 0
    assert table.bring({FIRST + 1: ONE}) == 2


@pytest.mark.parametrize("calls", range(5))
def test_what_was_cut_short_is_put_right_by_the_next_run(calls: int) -> None:
    table = Table()
    table.database.calls_left = calls
    fresh = {FIRST: ONE, FIRST + 61: ONE}
    with pytest.raises(StorageUnavailable):
        table.bring(fresh)
    table.database.calls_left = None
    table.bring(fresh)
    assert [row.activity for row in table.read()] == [Activity.merged([ONE, ONE])]


def test_days_are_read_across_months_and_by_key() -> None:
    table = Table()
    other = Subject("key-2", "lab/one", "lab/one@acme", "acme")
    table.bring({FIRST: ONE, FIRST + 1440: ONE})
    table.bring({FIRST: ONE}, other)
    december = date(2026, 12, 1)
    assert [(row.day, row.subject.key_id) for row in table.read(DAY, december)] == [
        (DAY, "key"),
        (DAY, "key-2"),
        (december, "key"),
    ]
    assert table.read(DAY, december, "key") == [DayRow(DAY, SUBJECT, ONE), DayRow(december, SUBJECT, ONE)]
    assert table.read(december, december, "key-2") == []


def test_variants_of_a_provider_are_kept_apart() -> None:
    table = Table()
    variant = Subject("key", "lab/one", "lab/one@acme/eu", "acme")
    table.bring({FIRST: ONE})
    table.bring({FIRST: ONE}, variant)
    assert sorted(row.subject for row in table.read()) == [SUBJECT, variant]
    assert all(row.activity == ONE for row in table.read())

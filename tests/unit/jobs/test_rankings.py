"""The job over a database in memory: whatever happens in between, its rows equal those of one run over everything."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from switchboard.accounting.generation import Generation
from switchboard.health.figures import Uptime
from switchboard.health.rollup import Rollup
from switchboard.jobs.rankings import Report, Stores, plan_run, recompute
from switchboard.jobs.tally import tally
from switchboard.storage.activity import ActivityStore
from switchboard.storage.database import Item, Key, StorageUnavailable
from switchboard.storage.jobs import JobStore
from switchboard.storage.rankings import RankingStore
from switchboard.storage.rollups import DAYS, HOURS, MINUTES, Level, RollupStore
from switchboard.storage.usage import UsageStore, ended_in

from tests.fakes import FakeClock, FakeDatabase
from tests.records import answered, generations, names

START = 1_800_000_000.0 - 180  # three minutes before 08:00 UTC, so that hours are crossed
MIDNIGHT = 1_799_971_200.0
MINUTE = 60
SPAN_MINUTES = 6


@dataclass
class World:
    """Stores over one database, and a clock to run the job by."""

    database: FakeDatabase = field(default_factory=FakeDatabase)
    clock: FakeClock = field(default_factory=lambda: FakeClock(START))

    @property
    def stores(self) -> Stores:
        return Stores(
            UsageStore(self.database, "UsageTable"),
            RollupStore(self.database, "UptimeTable"),
            RankingStore(self.database, "UptimeTable"),
            JobStore(self.database, "UptimeTable"),
            ActivityStore(self.database, "UptimeTable"),
        )

    def record(self, *records: Generation) -> None:
        for record in records:
            asyncio.run(self.stores.usage.record(record))

    def run(self, at: float | None = None, known: Iterable[str] = ()) -> Report:
        self.clock.time = self.clock.time if at is None else at
        return asyncio.run(recompute(self.stores, self.clock, known=list(known)))

    def rows(self) -> dict[Key, Item]:
        return {key: item for key, item in self.database.tables["UptimeTable"].items() if key.partition[:2] == "M#"}

    def total(self, level: Level, series: str) -> Rollup:
        """Everything that this level has of a series."""
        last = self.clock.now()
        buckets = asyncio.run(self.stores.rollups.last(level, series, 48, last))
        return Rollup.merged(bucket.rollup for bucket in buckets if bucket.rollup is not None)


@st.composite
def histories(draw: st.DrawFn) -> tuple[list[tuple[float, Generation]], list[tuple[float, int | None]]]:
    """Records with the time they were written at (up to three minutes late), and runs, some of which break off."""
    records = draw(st.lists(generations(START, SPAN_MINUTES, names), max_size=10, unique_by=lambda record: record.id))
    written = [
        ((record.finished // MINUTE + 1) * MINUTE + draw(st.sampled_from((-59, 0, 60, 120, 179, 180))), record)
        for record in records
    ]
    seconds = draw(st.lists(st.integers(0, (SPAN_MINUTES + 4) * MINUTE), max_size=10))
    breaks = st.none() | st.integers(0, 60)
    return written, [(START + second, draw(breaks)) for second in sorted(seconds)]


def by_minutes(records: Iterable[Generation]) -> dict[str, Rollup]:
    """Of each series, its minutes merged: whether a breaker opened is looked at within a minute."""
    minutes: dict[int, list[Generation]] = {}
    for record in records:
        minutes.setdefault(ended_in(record), []).append(record)
    tallies = [tally(minute) for minute in minutes.values()]
    return {
        series: Rollup.merged(each[series] for each in tallies if series in each) for each in tallies for series in each
    }


@settings(max_examples=60)
@given(histories())
def test_any_sequence_of_runs_ends_in_the_same_rows(
    history: tuple[list[tuple[float, Generation]], list[tuple[float, int | None]]],
) -> None:
    written, runs = history
    end = START + (SPAN_MINUTES + 5) * MINUTE
    world, at_once = World(), World()
    at_once.record(*(record for _, record in written))
    at_once.run(end)
    unwritten = sorted(written, key=lambda entry: entry[0])
    for moment, calls_left in [*runs, (end, None)]:
        while unwritten and unwritten[0][0] <= moment:
            world.record(unwritten.pop(0)[1])
        world.database.calls_left = calls_left
        try:
            world.run(moment)
        except StorageUnavailable:
            assert calls_left is not None
        world.database.calls_left = None
    assert world.rows() == at_once.rows()
    assert asyncio.run(world.stores.rankings.read()) == asyncio.run(at_once.stores.rankings.read())
    for series, rollup in by_minutes(record for _, record in written).items():
        assert world.total(MINUTES, series) == world.total(HOURS, series) == world.total(DAYS, series) == rollup


@pytest.mark.parametrize("every", [5, 60, 170])
@pytest.mark.parametrize("late", [0, 1, 120, 179, 180])
def test_a_record_that_is_three_minutes_late_is_counted(every: int, late: int) -> None:
    world = World()
    straggler: Generation | None = answered(START + 30)
    for seconds in range(1, 8 * MINUTE, every):
        if START + seconds >= START + MINUTE + late and straggler is not None:
            world.record(straggler)
            straggler = None
        world.run(START + seconds)
    assert [world.total(level, "model:m").requests for level in (MINUTES, HOURS, DAYS)] == [1, 1, 1]


@settings(max_examples=20)
@given(st.lists(generations(START, SPAN_MINUTES, names), max_size=10, unique_by=lambda record: record.id))
def test_a_second_run_writes_nothing(records: list[Generation]) -> None:
    world = World()
    world.record(*records)
    world.run(START + 10 * MINUTE)
    before = world.rows()
    report = world.run(START + 10 * MINUTE + 5)
    assert report.rows_written == 0
    assert world.rows() == before


def test_figures_show_before_the_minute_is_over() -> None:
    world = World()
    world.record(answered(START + 1), answered(START + 2, 1, "server"))
    report = world.run(START + 3)
    assert report == Report(
        ran=True, minutes=31, generations=2, series=2, rows_written=6, endpoints=1, behind=0, published=True
    )
    rankings = asyncio.run(world.stores.rankings.read())
    figures = rankings.endpoints["m@e"]
    assert (rankings.version, rankings.computed_at) == (int(START) // 60, START + 3)
    assert figures.uptime_5m == figures.uptime_30m == figures.uptime_1d == Uptime(1, 2)
    assert figures.latency_30m is not None
    assert figures.latency_30m.p50 == 600
    assert figures.throughput_30m is not None
    assert figures.throughput_30m.avg == 50


def test_what_to_expect_is_published_for_each_endpoint_and_for_those_like_it() -> None:
    world = World()
    world.record(*(answered(START + second, second) for second in range(1, 50)))
    world.run(START + 60)
    rankings = asyncio.run(world.stores.rankings.read())
    expected = rankings.endpoints["m@e"].estimate
    assert expected is not None
    assert expected.first_token_s == pytest.approx(0.6, abs=0.02)
    assert expected.token_s == pytest.approx(0.02, rel=0.1)
    assert expected.success > 0.99
    assert expected.attempts == pytest.approx(49 * 2 ** (-58 / 360)), "the hour began 58 minutes ago"
    assert rankings.pools.keys() == {"m", "e"}
    assert rankings.pools["m"].first_token_s == pytest.approx(0.6, abs=0.03)


def test_what_probes_met_is_published_apart_and_expected_of_nobody() -> None:
    world = World()
    probe = replace(answered(START, number=1, outcome="server"), is_probe=True)
    world.record(answered(START), probe, replace(answered(START, number=2), is_probe=True))
    world.run(START + 60)
    found = asyncio.run(world.stores.rankings.read())
    figures = found.endpoints["m@e"]
    assert (figures.uptime_1d, figures.probes_30m, figures.probes_1d) == (Uptime(1, 1), Uptime(1, 2), Uptime(1, 2))
    alone = World()
    alone.record(answered(START))
    alone.run(START + 60)
    assert found.pools == asyncio.run(alone.stores.rankings.read()).pools
    world.run(START + 3600)
    assert asyncio.run(world.stores.rankings.read()).endpoints["m@e"].probes_1d == Uptime(1, 2), "still watched"


def test_an_endpoint_that_only_probes_ask_has_no_uptime() -> None:
    world = World()
    world.record(replace(answered(START), is_probe=True))
    world.run(START + 60)
    figures = asyncio.run(world.stores.rankings.read()).endpoints["m@e"]
    assert (figures.uptime_1d.ratio, figures.probes_1d, figures.estimate) == (None, Uptime(1, 1), None)


def test_windows_forget_in_turn() -> None:
    world = World()
    world.record(answered(START + 1))
    seen = {}
    for minutes in (0, 5, 6, 30, 31, 24 * 60, 25 * 60):
        world.run(START + minutes * MINUTE + 2)
        figures = asyncio.run(world.stores.rankings.read()).endpoints.get("m@e")
        windows = (figures.uptime_5m, figures.uptime_30m, figures.uptime_1d) if figures else ()
        seen[minutes] = [window.counted for window in windows]
    assert seen == {0: [1, 1, 1], 5: [1, 1, 1], 6: [0, 1, 1], 30: [0, 1, 1], 31: [0, 0, 1], 1440: [0, 0, 1], 1500: []}


def test_two_runs_at_once_do_the_work_once() -> None:
    world = World()
    lease = asyncio.run(world.stores.jobs.acquire("rankings", "other", now=START, seconds=55))
    assert lease is not None
    assert world.run(START + 1) == Report(ran=False)
    assert world.run(START + 56).ran


def test_a_run_that_fails_gives_the_lease_back_and_moves_nothing() -> None:
    world = World()
    world.run(START)
    world.record(answered(START + 30))
    world.clock.time = START + 61
    stores = replace(world.stores, usage=_Broken(world.database, "UsageTable"))
    with pytest.raises(StorageUnavailable):
        asyncio.run(recompute(stores, world.clock))
    assert world.run(START + 62).generations == 1


class _Broken(UsageStore):
    async def of_minute(self, minute: int) -> list[Generation]:
        raise StorageUnavailable("usage is gone")


def test_a_backlog_is_worked_off_oldest_first_while_the_newest_minutes_show() -> None:
    world = World()
    world.run(START)
    later = START + 100 * MINUTE
    world.record(*(answered(START + minute * MINUTE + 1, minute) for minute in range(101)))
    first = world.run(later + 2)
    assert (first.minutes, first.behind) == (34, 99 - 26)
    assert asyncio.run(world.stores.rankings.read()).endpoints["m@e"].uptime_5m.counted == 4
    runs = 1
    while world.run(later + 2 + runs).behind:
        runs += 1
    assert runs == 3
    assert world.total(MINUTES, "endpoint:m@e").requests == 48
    assert world.total(HOURS, "endpoint:m@e").requests == world.total(DAYS, "endpoint:m@e").requests == 101


def test_days_are_summed_across_midnight() -> None:
    world = World()
    world.record(answered(MIDNIGHT - 1), answered(MIDNIGHT + 1))
    world.run(MIDNIGHT + 70)
    days = asyncio.run(world.stores.rollups.last(DAYS, "model:m", 2, MIDNIGHT))
    assert [bucket.rollup.requests if bucket.rollup else 0 for bucket in days] == [1, 1]


def test_an_idle_minute_costs_little() -> None:
    world = World()
    world.run(START)
    world.database.calls.clear()
    world.run(START + MINUTE)
    # The lease and its release, four shards of five minutes, the rankings read and published.
    assert world.database.calls == {"update": 2, "query": 20, "get": 1, "put": 1}


def test_known_endpoints_are_looked_up_only_at_the_start() -> None:
    world = World()
    world.record(answered(START - 4000))
    world.run(START - 3990)
    while world.run(START).behind:
        pass
    del world.database.tables["UptimeTable"][Key("RANK", "CURRENT")]
    assert world.run(START + 1).endpoints == 0
    del world.database.tables["UptimeTable"][Key("RANK", "CURRENT")]
    assert world.run(START + 2, known=["m@e"]).endpoints == 1
    world.database.calls.clear()
    world.run(START + MINUTE, known=[f"m@{number}" for number in range(100)])
    assert world.database.calls["query"] < 40


def test_a_plan_takes_in_stragglers_and_is_bounded() -> None:
    assert plan_run(99, 101).minutes == (97, 98, 99, 100, 101)
    assert plan_run(100, 101) == replace(plan_run(99, 101), minutes=(98, 99, 100, 101))
    assert plan_run(99, 101).watermark == 100
    assert plan_run(None, 101).watermark == 100
    assert plan_run(0, 101).watermark == 27
    assert plan_run(0, 100_000).minutes[0] == 100_000 - 24 * 60


def test_a_clock_that_went_back_moves_no_watermark_back() -> None:
    assert plan_run(200, 101).watermark == 200

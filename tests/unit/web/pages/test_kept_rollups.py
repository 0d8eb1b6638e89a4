import asyncio

from switchboard.health.rollup import Observation, Rollup
from switchboard.storage.rollups import DAYS, HOURS, RollupStore
from switchboard.web.pages import kept_rollups
from switchboard.web.pages.kept_rollups import LIVELY_SECONDS, QUIET_SECONDS, KeptRollups

from tests.fakes import FakeDatabase

NOW = 1_800_000_900.0
SEEN, MORE = Rollup.of([Observation("ok")]), Rollup.of([Observation("ok"), Observation("server")])


class Series:
    """A store with one series, and what is remembered of it."""

    def __init__(self) -> None:
        self.store = RollupStore(FakeDatabase(), "UptimeTable")
        self.kept = KeptRollups(self.store)

    def write(self, rollup: Rollup, series: str = "s", now: float = NOW) -> None:
        asyncio.run(self.store.write(HOURS, series, HOURS.start_of(now), rollup))

    def last(self, now: float, series: str = "s") -> Rollup | None:
        return asyncio.run(self.kept.last(HOURS, series, 2, now))[-1].rollup


def test_what_was_read_is_handed_out_for_a_while_and_then_read_again() -> None:
    series = Series()
    series.write(SEEN)
    assert series.last(NOW) == SEEN
    series.write(MORE)
    assert series.last(NOW + LIVELY_SECONDS - 1) == SEEN
    assert series.last(NOW + LIVELY_SECONDS) == MORE


def test_a_series_that_is_silent_is_read_more_seldom() -> None:
    series = Series()
    assert series.last(NOW) is None
    series.write(SEEN)
    assert series.last(NOW + QUIET_SECONDS - 1) is None
    assert series.last(NOW + QUIET_SECONDS) == SEEN


def test_a_new_hour_is_not_kept_waiting() -> None:
    series, turn = Series(), HOURS.start_of(NOW) + 3600
    series.write(SEEN, now=turn - 1)
    series.last(turn - 1)
    series.write(MORE, now=turn)
    assert series.last(turn) == MORE


def test_series_levels_and_lengths_are_kept_apart() -> None:
    series = Series()
    series.write(SEEN)
    series.last(NOW)
    assert series.last(NOW, "other") is None
    assert len(asyncio.run(series.kept.last(HOURS, "s", 5, NOW))) == 5
    assert asyncio.run(series.kept.last(DAYS, "s", 2, NOW))[-1].rollup is None


def test_memory_is_bounded() -> None:
    series = Series()
    for number in range(kept_rollups.MOST_KEPT + 5):
        series.last(NOW, f"s{number}")
    assert len(series.kept._kept) == kept_rollups.MOST_KEPT

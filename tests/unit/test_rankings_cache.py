import asyncio
from dataclasses import dataclass

from switchboard.health.figures import NO_RANKINGS, Rankings
from switchboard.rankings_cache import FRESH_SECONDS, RankingsCache
from switchboard.storage.database import StorageError, StorageUnavailable

from tests.fakes import FakeClock


@dataclass(slots=True)
class FakeSource:
    """Publishes version 1, 2, ... ; `fails` instead, if it is set."""

    version: int = 0
    fails: Exception | None = None
    reads: int = 0

    async def read(self) -> Rankings:
        self.reads += 1
        await asyncio.sleep(0)
        if self.fails:
            raise self.fails
        self.version += 1
        return Rankings(self.version, {})


async def settle() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


def test_the_first_plan_waits_for_them() -> None:
    cache = RankingsCache(FakeSource(), FakeClock())
    assert asyncio.run(cache.current()).version == 1


def test_they_are_read_once_while_they_are_fresh() -> None:
    async def story() -> None:
        await cache.current()
        clock.advance(FRESH_SECONDS)
        assert (await cache.current()).version == 1
        assert source.reads == 1

    source, clock = FakeSource(), FakeClock()
    cache = RankingsCache(source, clock)
    asyncio.run(story())


def test_old_ones_are_used_while_new_ones_are_read() -> None:
    async def story() -> None:
        await cache.current()
        clock.advance(FRESH_SECONDS + 1)
        assert (await cache.current()).version == 1
        await settle()
        assert (await cache.current()).version == 2

    clock = FakeClock()
    cache = RankingsCache(FakeSource(), clock)
    asyncio.run(story())


def test_many_requests_begin_one_refresh() -> None:
    async def story() -> None:
        await cache.current()
        clock.advance(FRESH_SECONDS + 1)
        await asyncio.gather(*(cache.current() for _ in range(10)))
        await settle()
        assert source.reads == 2

    source, clock = FakeSource(), FakeClock()
    cache = RankingsCache(source, clock)
    asyncio.run(story())


def test_what_is_shown_is_never_older_than_it_may_be() -> None:
    async def story() -> None:
        assert (await cache.fresh()).version == 1
        assert (await cache.fresh()).version == 1
        clock.advance(3)
        assert (await cache.fresh()).version == 2

    clock = FakeClock()
    cache = RankingsCache(FakeSource(), clock, fresh_seconds=2)
    asyncio.run(story())


def test_a_table_out_of_reach_stops_no_request() -> None:
    for failure in (StorageUnavailable("down"), StorageError("unreadable")):
        cache = RankingsCache(FakeSource(fails=failure), FakeClock())
        assert asyncio.run(cache.current()) == NO_RANKINGS


def test_a_table_out_of_reach_is_not_asked_by_every_request() -> None:
    async def story() -> None:
        for _ in range(3):
            await cache.current()
        assert source.reads == 1

    source = FakeSource(fails=StorageUnavailable("down"))
    cache = RankingsCache(source, FakeClock())
    asyncio.run(story())


def test_the_last_rankings_go_on_through_an_outage() -> None:
    async def story() -> None:
        await cache.current()
        source.fails = StorageUnavailable("down")
        clock.advance(FRESH_SECONDS + 1)
        await cache.current()
        await settle()
        assert (await cache.current()).version == 1
        source.fails = None
        clock.advance(FRESH_SECONDS + 1)
        assert (await cache.fresh()).version == 2

    source, clock = FakeSource(), FakeClock()
    cache = RankingsCache(source, clock)
    asyncio.run(story())

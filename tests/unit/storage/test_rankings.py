import asyncio

from switchboard.health.figures import NO_RANKINGS, EndpointFigures, Rankings, Spread, Uptime
from switchboard.storage.rankings import RankingStore

from tests.fakes import FakeDatabase

FIGURES = EndpointFigures(
    Uptime(9, 10), Uptime(99, 100), Uptime(0, 0), Spread(3, 1.0, 9.5, 4.25, 4.0, 5.0, 6.0, 7.0), None
)


def rankings(computed_at: float) -> Rankings:
    return Rankings(int(computed_at) // 60, {"a/b@c": FIGURES, "a/b@d": FIGURES}, computed_at)


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

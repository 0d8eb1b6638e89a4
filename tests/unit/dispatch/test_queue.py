import asyncio
from collections.abc import Mapping

from hypothesis import given
from hypothesis import strategies as st
from switchboard.credentials import WITHOUT_KEY
from switchboard.dispatch.offers import Offer
from switchboard.dispatch.queue import Queue
from switchboard.health.breaker import Door, Event, Signals

from tests.examples import endpoint
from tests.fakes import FakeClock

CLOCK = FakeClock()
NOW = CLOCK.now()
STANDING: Mapping[Door, Signals] = {
    Door.OPEN_TO_ALL: Signals(),
    Door.ONE_TRIAL: Signals(failures=3),
    Door.SHUT: Signals(failures=3, shut_until=NOW + 9),
    Door.RATE_LIMITED: Signals(limited_until=NOW + 30),
}


class Doors:
    """Breakers that stand as a test says. `takes` says who gets a trial."""

    def __init__(self, doors: Mapping[str, Door], takes: bool) -> None:
        self.doors = doors
        self.takes = takes

    def signals(self, model: str, name: str) -> Signals:
        return STANDING[self.doors[name]]

    def note(self, model: str, name: str, event: Event) -> None:
        raise AssertionError("a queue only looks")

    async def begin_trial(self, model: str, name: str) -> bool:
        return self.takes


def tried(*doors: Door, takes: bool = True) -> tuple[list[int], list[int]]:
    """Places of those that are tried, and of those that are spared, if all fail."""
    offers = [endpoint(f"p{place}") for place in range(len(doors))]
    standing = {offer.id: door for offer, door in zip(offers, doors, strict=True)}
    queue = Queue([Offer(offer, WITHOUT_KEY) for offer in offers], Doors(standing, takes), CLOCK)

    async def walk() -> list[int]:
        found: list[int] = []
        while offer := await queue.next():
            found.append(offers.index(offer.endpoint))
        return found

    return asyncio.run(walk()), [offers.index(offer) for offer, _ in queue.spared]


OPEN, TRIAL, SHUT, LIMITED = Door.OPEN_TO_ALL, Door.ONE_TRIAL, Door.SHUT, Door.RATE_LIMITED


def test_the_plan_is_followed_while_all_stand_open() -> None:
    assert tried(OPEN, OPEN, OPEN) == ([0, 1, 2], [])


def test_whoever_shut_since_the_plan_was_made_comes_last() -> None:
    assert tried(SHUT, OPEN, TRIAL) == ([1, 2, 0], [])


def test_whoever_asked_for_a_pause_is_not_asked() -> None:
    assert tried(LIMITED, OPEN, LIMITED) == ([1], [0, 2])


def test_a_trial_that_another_request_makes_is_passed_by() -> None:
    assert tried(TRIAL, OPEN, takes=False) == ([1, 0], [])


def test_an_outage_of_all_costs_no_more_than_the_trials() -> None:
    assert tried(TRIAL, SHUT, SHUT) == ([0], [])


def test_with_all_shut_the_plan_says_who_is_tried() -> None:
    assert tried(SHUT) == ([0], [])
    assert tried(SHUT, SHUT) == ([0, 1], [])


def test_the_reason_says_how_long_the_pause_still_is() -> None:
    offer = endpoint("p0")
    queue = Queue([Offer(offer, WITHOUT_KEY)], Doors({offer.id: LIMITED}, True), CLOCK)
    assert asyncio.run(queue.next()) is None
    ((spared, why),) = queue.spared
    assert (spared, why.retry_after) == (offer, 30)


@given(st.lists(st.sampled_from(Door), max_size=6), st.booleans())
def test_nobody_is_tried_twice_and_every_open_one_is(doors: list[Door], takes: bool) -> None:
    found, spared = tried(*doors, takes=takes)
    assert len(set(found)) == len(found)
    assert {place for place, door in enumerate(doors) if door is OPEN} <= set(found)
    assert spared == [place for place, door in enumerate(doors) if door is LIMITED]

"""A conversation is at home where its prompt is still kept, in this process and in the next one."""

import asyncio
from collections.abc import Mapping

import pytest
from switchboard.chat import Usage
from switchboard.homes import Homes, is_worth_it
from switchboard.storage.homes import Home, HomeStore

from tests.examples import endpoint, price
from tests.fakes import FakeClock, FakeDatabase

ACME, OTHER = endpoint("acme"), endpoint("other")
FIRST, KEPT = Usage(input=5000, output=10), Usage(input=500, cache_read=5000, output=10)
TEN_MINUTES = 600.0


class World:
    """Two processes over one table."""

    def __init__(self) -> None:
        self.database = FakeDatabase()
        self.clock = FakeClock()
        self.here, self.there = (Homes(HomeStore(self.database, "K"), self.clock) for _ in range(2))

    def warm(self, homes: Homes) -> Mapping[str, float]:
        return asyncio.run(homes.warm("talk"))

    def serve(self, usage: Usage = FIRST, homes: Homes | None = None) -> None:
        asyncio.run((homes or self.here).served("talk", ACME, usage, TEN_MINUTES))


def test_a_conversation_is_at_home_where_it_was_in_every_process() -> None:
    world = World()
    assert world.warm(world.here) == {}
    world.serve()
    assert world.warm(world.here) == world.warm(world.there) == {ACME.id: 5000.0}


def test_it_is_forgotten_when_nobody_keeps_the_prompt_any_more() -> None:
    world = World()
    world.serve()
    world.clock.advance(TEN_MINUTES - 1)
    assert world.warm(world.there) == {ACME.id: 5000.0}
    world.clock.advance(1)
    assert world.warm(world.here) == world.warm(world.there) == {}


def test_each_turn_renews_it() -> None:
    world = World()
    world.serve()
    world.clock.advance(500)
    world.serve(KEPT)
    world.clock.advance(500)
    assert world.warm(world.here) == {ACME.id: 5500.0}


def test_an_endpoint_that_was_to_have_kept_a_prompt_and_had_not_is_no_home() -> None:
    world = World()
    world.serve()
    world.serve(FIRST)
    assert world.warm(world.here) == {ACME.id: 0.0}


def test_a_process_knows_its_own_without_reading() -> None:
    world = World()
    world.serve()
    world.database.calls.clear()
    world.warm(world.here)
    assert world.database.calls == {}


def test_a_table_out_of_reach_costs_a_discount_and_nothing_else() -> None:
    world = World()
    world.database.calls_left = 0
    assert world.warm(world.here) == {}
    world.serve()
    assert world.warm(world.here) == {ACME.id: 5000.0}


def test_an_item_of_another_kind_is_no_home() -> None:
    world = World()
    store = HomeStore(world.database, "K")
    asyncio.run(world.database.put("K", {"PK": "C#talk", "SK": "-", "n": 7}))
    assert asyncio.run(store.read("talk")) is None
    asyncio.run(store.write("talk", Home("m@e", 3, 99.5)))
    assert asyncio.run(store.read("talk")) == Home("m@e", 3, 99.5)


@pytest.mark.parametrize(
    ("rates", "worth"),
    [
        ({"input": 2, "output": 8, "cache_read": 0.2}, True),
        ({"input": 2, "output": 8, "cache_read": 2}, False),
        ({"input": 2, "output": 8}, False),
    ],
)
def test_it_matters_only_where_there_is_a_choice_and_something_to_save(rates: dict[str, float], worth: bool) -> None:
    cached = endpoint("acme", price=price(**rates))
    assert is_worth_it([cached, OTHER]) is worth
    assert not is_worth_it([cached])

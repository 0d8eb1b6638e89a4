"""Whole gateways through outages: several processes over one table, a clock turned by hand, many requests."""

import asyncio
import random
from collections import Counter
from collections.abc import Callable, Coroutine
from typing import Any

import pytest
from switchboard.storage.database import Item, Key
from switchboard.storage.keys import KeyStore
from switchboard.transport.failures import ConnectionFailed

from tests.examples import KEY
from tests.fakes import whole_reply
from tests.outage_world import ILL, NAMES, WELL, World


def lived(story: Callable[[World], Coroutine[Any, Any, None]]) -> World:
    async def run(world: World) -> None:
        await KeyStore(world.database, "KeysTable").add(KEY)
        await story(world)

    world = World()
    asyncio.run(run(world))
    return world


def test_after_a_breaker_opens_no_process_pays_for_it_again() -> None:
    async def story(world: World) -> None:
        world.town.doing["first"] = ConnectionFailed("refused")
        here, there = world.process(), world.process()
        for _ in range(3):
            assert (await world.ask(here)).status == 200
        world.town.asked.clear()
        for process in (here, there):
            answer = await world.ask(process)
            assert answer.headers["x-switchboard-attempts"] == "1"
        assert world.town.asked == ["second", "second"]

    lived(story)


def test_a_pause_that_was_asked_for_is_kept_by_every_process() -> None:
    async def story(world: World) -> None:
        world.town.doing["first"] = whole_reply(b"{}", 429, retry_after="30")
        processes = [world.process() for _ in range(3)]
        assert (await world.ask(processes[0])).status == 200
        world.town.asked.clear()
        for number in range(99):
            world.clock.advance(0.3)
            assert (await world.ask(processes[number % 3])).status == 200
        assert world.town.asked.count("first") == 0
        world.town.doing["first"] = WELL
        world.clock.advance(1)
        await world.ask(processes[1])
        assert world.town.asked[-1] == "first"

    lived(story)


@pytest.mark.parametrize("seconds_between", [0.0, 1.0])
def test_an_outage_of_all_does_not_multiply_the_load(seconds_between: float) -> None:
    async def story(world: World) -> None:
        world.town.all_do(ILL)
        chance = random.Random(7)
        processes = [world.process(chance) for _ in range(2)]
        for number in range(120):
            if number == 20:
                assert len(world.town.asked) <= 3 * 20
                world.town.asked.clear()
            assert (await world.ask(processes[number % 2])).status == 502
            world.clock.advance(seconds_between)
        assert 100 <= len(world.town.asked) <= 1.2 * 100

    lived(story)


def test_a_healed_endpoint_is_found_out_by_one_request_and_then_serves_all() -> None:
    async def story(world: World) -> None:
        world.town.doing["first"] = ILL
        processes = [world.process() for _ in range(4)]
        for _ in range(3):
            await world.ask(processes[0])
        world.clock.advance(10)
        world.town.asked.clear()
        await asyncio.gather(*(world.ask(process) for process in processes))
        assert Counter(world.town.asked)["first"] <= 1
        world.town.doing["first"] = WELL
        world.clock.advance(20)
        await world.ask(processes[1])
        world.clock.advance(600)  # the evidence of its failures has faded
        await world.ask(processes[2])
        assert world.town.asked[-1] == "first"

    lived(story)


def test_a_healthy_endpoint_answers_whichever_of_the_others_are_shut() -> None:
    async def story(world: World) -> None:
        process = world.process()
        for name in NAMES:
            world.town.doing = {other: WELL if other == name else ILL for other in NAMES}
            for _ in range(8):
                answer = await world.ask(process)
                assert answer.status == 200
                assert answer.headers["x-switchboard-provider"] == name

    lived(story)


POISONS: list[Item] = [
    {"z": b"not compressed", "v": 1, "at": 1},
    {"z": "a text", "v": "x", "at": "y"},
    {"z": b"x\x9c\x03\x00\x00\x00\x00\x01", "v": 1, "at": 1},
    {"v": 1},
]


@pytest.mark.parametrize("poison", POISONS)
def test_a_poisoned_rankings_item_stops_nobody(poison: Item) -> None:
    async def story(world: World) -> None:
        key = Key("RANK", "CURRENT")
        world.database.tables["UptimeTable"] = {key: {"PK": key.partition, "SK": key.sort, **poison}}
        assert (await world.ask(world.process())).status == 200

    lived(story)


def test_rankings_of_last_week_stop_nobody() -> None:
    async def story(world: World) -> None:
        process = world.process()
        assert (await world.ask(process)).status == 200
        world.clock.advance(7 * 86_400)
        assert (await world.ask(process)).status == 200

    lived(story)


def test_with_the_tables_gone_a_known_key_is_served_and_the_breakers_work() -> None:
    async def story(world: World) -> None:
        process = world.process()
        assert (await world.ask(process)).status == 200
        world.database.down = True
        world.town.doing["first"] = ILL
        world.clock.advance(10)
        for _ in range(3):
            assert (await world.ask(process)).status == 200
        world.town.asked.clear()
        assert (await world.ask(process)).status == 200
        assert world.town.asked == ["second"]

    lived(story)

"""Stopping what runs here, and what runs elsewhere."""

import asyncio
from collections.abc import Coroutine
from typing import Any

import pytest
from switchboard.errors import GenerationStopped
from switchboard.ids import new_generation_id
from switchboard.stops import Stops
from switchboard.storage.database import StorageUnavailable
from switchboard.storage.stops import StopMarks

from tests.fakes import FakeClock, FakeDatabase

CLOCK = FakeClock()
ID = new_generation_id(CLOCK.now())
QUICK = 0.001


def process(database: FakeDatabase) -> Stops:
    """One that looks a thousand times a second, and waits as little."""
    return Stops(StopMarks(database, "KeysTable"), CLOCK, QUICK, (QUICK,) * 200)


async def endless(stops: Stops, key_id: str = "key-1", generation_id: str = ID) -> str:
    try:
        with stops.stoppable(key_id, generation_id):
            await asyncio.Event().wait()
    except GenerationStopped as stopped:
        await asyncio.sleep(0)  # what follows is not cancelled
        return stopped.code
    return "ended"


async def begun(work: Coroutine[Any, Any, str]) -> "asyncio.Task[str]":
    task = asyncio.create_task(work)
    await asyncio.sleep(0)
    return task


def test_one_of_this_process_is_stopped_at_once_and_costs_no_call() -> None:
    async def run() -> None:
        database = FakeDatabase()
        stops = Stops(StopMarks(database, "KeysTable"), CLOCK)
        running = await begun(endless(stops))
        assert await stops.stop("key-1", ID)
        assert await running == "generation_stopped"
        assert database.calls == {}

    asyncio.run(run())


def test_one_of_another_process_is_stopped_by_a_mark() -> None:
    async def run() -> None:
        database = FakeDatabase()
        running = await begun(endless(process(database)))
        assert await process(database).stop("key-1", ID)
        assert await running == "generation_stopped"

    asyncio.run(run())


@pytest.mark.parametrize("here", [True, False])
def test_nobody_stops_what_is_anothers(here: bool) -> None:
    async def run() -> None:
        database = FakeDatabase()
        stops = process(database)
        running = await begun(endless(stops))
        assert not await (stops if here else process(database)).stop("key-2", ID)
        assert not running.done()
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running

    asyncio.run(run())


@pytest.mark.parametrize("unknown", ["gen-1", "", "gen-01ARZ3NDEKTSV4RRFFQ69G5F00", "gen-7ZZZZZZZZZTSV4RRFFQ69G5F00"])
def test_what_cannot_be_running_is_not_asked_for(unknown: str) -> None:
    database = FakeDatabase()
    assert not asyncio.run(process(database).stop("key-1", unknown))
    assert database.calls == {}


def test_a_table_out_of_reach_stops_nothing_and_is_looked_at_again() -> None:
    async def run() -> None:
        database = FakeDatabase()
        await StopMarks(database, "KeysTable").ask("key-1", ID, CLOCK.now())
        database.fail_next = 3
        assert await endless(process(database)) == "generation_stopped"
        assert database.calls["get"] == 4

    asyncio.run(run())


def test_whoever_cannot_leave_a_mark_is_told() -> None:
    with pytest.raises(StorageUnavailable):
        asyncio.run(process(FakeDatabase(down=True)).stop("key-1", ID))


def test_work_that_ends_by_itself_leaves_nothing_behind() -> None:
    async def run() -> None:
        database = FakeDatabase()
        stops = process(database)
        with stops.stoppable("key-1", ID):
            await asyncio.sleep(0)
        assert not await stops.stop("key-1", ID)
        assert [task for task in asyncio.all_tasks() if task is not asyncio.current_task()] == []

    asyncio.run(run())


def test_a_cancel_that_is_no_stop_stays_one() -> None:
    async def run() -> None:
        running = await begun(endless(process(FakeDatabase())))
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running

    asyncio.run(run())


def test_short_work_looks_for_no_mark() -> None:
    async def run() -> dict[str, int]:
        database = FakeDatabase()
        with Stops(StopMarks(database, "KeysTable"), CLOCK).stoppable("key-1", ID):
            await asyncio.sleep(0.01)
        return database.calls

    assert asyncio.run(run()) == {}

"""Each test has a few processes over one table."""

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from switchboard.breakers import ANSWERS_AT_ONCE, FRESH_SECONDS, Breakers
from switchboard.health.breaker import (
    FAILURES_TO_OPEN,
    FIRST_PAUSE,
    TRIAL_SECONDS,
    Answered,
    Door,
    Event,
    Failed,
    Limited,
    Signals,
)
from switchboard.storage.database import StorageUnavailable
from switchboard.storage.signals import Board

from tests.dispatching import breakers_over
from tests.fakes import FakeClock, FakeDatabase

MODEL = "lab/one"
ACME = "lab/one@acme"


class House:
    """One table, one clock, and as many processes as a test asks for."""

    def __init__(self) -> None:
        self.clock = FakeClock()
        self.database = FakeDatabase()

    def process(self) -> Breakers:
        return breakers_over(self.database, self.clock)

    def failed(self) -> Failed:
        return Failed(self.clock.now(), 0.5)

    async def fail(self, process: Breakers, times: int = 1) -> None:
        for _ in range(times):
            process.note(MODEL, ACME, self.failed())
        await process.settled()

    async def door(self, process: Breakers) -> Door:
        known = await process.known([MODEL])
        return known.get(ACME, Signals()).door(self.clock.now())


def played(story: Callable[[House], Coroutine[Any, Any, None]]) -> House:
    house = House()
    asyncio.run(story(house))
    return house


def test_a_process_knows_its_own_failures_before_anything_is_written() -> None:
    async def story(house: House) -> None:
        process = house.process()
        for _ in range(FAILURES_TO_OPEN):
            process.note(MODEL, ACME, house.failed())
        assert process.signals(MODEL, ACME).door(house.clock.now()) is Door.SHUT
        assert house.database.calls == {}
        await process.settled()

    played(story)


def test_a_breaker_that_opens_here_is_open_in_every_process() -> None:
    async def story(house: House) -> None:
        await house.fail(house.process(), FAILURES_TO_OPEN)
        assert await house.door(house.process()) is Door.SHUT

    played(story)


def test_failures_of_several_processes_count_together() -> None:
    async def story(house: House) -> None:
        for _ in range(FAILURES_TO_OPEN):
            await house.fail(house.process())
        assert await house.door(house.process()) is Door.SHUT

    played(story)


def test_failures_that_meet_in_the_table_are_all_counted() -> None:
    async def story(house: House) -> None:
        processes = [house.process() for _ in range(4)]
        await asyncio.gather(*(process.known([MODEL]) for process in processes))
        await asyncio.gather(*(house.fail(process) for process in processes))
        known = await house.process().known([MODEL])
        assert known[ACME].failures == 4

    played(story)


def test_what_was_read_is_good_for_two_seconds_and_then_read_again() -> None:
    async def story(house: House) -> None:
        reader, writer = house.process(), house.process()
        assert await house.door(reader) is Door.OPEN_TO_ALL
        await house.fail(writer, FAILURES_TO_OPEN)
        reads = house.database.calls["get"]
        assert await house.door(reader) is Door.OPEN_TO_ALL
        assert house.database.calls["get"] == reads
        house.clock.advance(FRESH_SECONDS + 0.1)
        assert await house.door(reader) is Door.SHUT

    played(story)


def test_a_busy_process_reads_ahead_and_never_waits() -> None:
    async def story(house: House) -> None:
        reader, writer = house.process(), house.process()
        await house.door(reader)
        await house.fail(writer, FAILURES_TO_OPEN)
        house.clock.advance(FRESH_SECONDS - 0.5)
        assert await house.door(reader) is Door.OPEN_TO_ALL
        await reader.settled()
        assert await house.door(reader) is Door.SHUT

    played(story)


def test_answers_of_a_healthy_endpoint_are_written_ten_at_once() -> None:
    async def story(house: House) -> None:
        process = house.process()
        for _ in range(ANSWERS_AT_ONCE - 1):
            process.note(MODEL, ACME, Answered(house.clock.now(), 3.0))
        await process.settled()
        assert house.database.calls == {}
        process.note(MODEL, ACME, Answered(house.clock.now(), 3.0))
        await process.settled()
        assert house.database.calls["put"] == 1
        known = await house.process().known([MODEL])
        assert known[ACME].slowness > 2.5

    played(story)


def test_an_answer_after_failures_is_news() -> None:
    async def story(house: House) -> None:
        process = house.process()
        await house.fail(process)
        process.note(MODEL, ACME, Answered(house.clock.now()))
        await process.settled()
        known = await house.process().known([MODEL])
        assert known[ACME].failures == 0

    played(story)


def test_one_of_all_processes_finds_out_whether_an_endpoint_has_healed() -> None:
    async def story(house: House) -> None:
        await house.fail(house.process(), FAILURES_TO_OPEN)
        house.clock.advance(2 * FIRST_PAUSE)
        processes = [house.process() for _ in range(5)]
        await asyncio.gather(*(process.known([MODEL]) for process in processes))
        trials = await asyncio.gather(*(process.begin_trial(MODEL, ACME) for process in processes))
        assert trials.count(True) == 1
        again = await asyncio.gather(*(process.begin_trial(MODEL, ACME) for process in processes))
        assert not any(again)
        house.clock.advance(TRIAL_SECONDS)
        assert await processes[0].begin_trial(MODEL, ACME), "whoever had the trial never came back"

    played(story)


def test_a_trial_that_succeeds_opens_the_door_everywhere() -> None:
    async def story(house: House) -> None:
        process = house.process()
        await house.fail(process, FAILURES_TO_OPEN)
        house.clock.advance(2 * FIRST_PAUSE)
        assert await process.begin_trial(MODEL, ACME)
        assert await house.door(house.process()) is Door.SHUT
        process.note(MODEL, ACME, Answered(house.clock.now()))
        await process.settled()
        assert await house.door(house.process()) is Door.OPEN_TO_ALL

    played(story)


def test_a_rate_limit_holds_in_every_process_until_it_is_over() -> None:
    async def story(house: House) -> None:
        process = house.process()
        process.note(MODEL, ACME, Limited(house.clock.now(), 30))
        await process.settled()
        house.clock.advance(29.9)
        assert await house.door(house.process()) is Door.RATE_LIMITED
        house.clock.advance(0.2)
        assert await house.door(house.process()) is Door.OPEN_TO_ALL

    played(story)


def test_with_the_table_out_of_reach_a_process_goes_on_with_what_it_saw() -> None:
    async def story(house: House) -> None:
        house.database.down = True
        process = house.process()
        assert await process.known([MODEL]) == {}
        await house.fail(process, FAILURES_TO_OPEN)
        assert await house.door(process) is Door.SHUT
        house.clock.advance(2 * FIRST_PAUSE)
        assert await process.begin_trial(MODEL, ACME)
        assert not await process.begin_trial(MODEL, ACME)

    played(story)


def test_what_could_not_be_written_goes_with_the_next_news() -> None:
    async def story(house: House) -> None:
        process = house.process()
        house.database.down = True
        await house.fail(process, 2)
        house.database.down = False
        await house.fail(process)
        assert await house.door(house.process()) is Door.SHUT

    played(story)


class StuckTable:
    """Takes for ever to be read."""

    async def read(self, model: str) -> Board:
        await asyncio.Event().wait()
        raise AssertionError

    async def write(self, model: str, signals: Mapping[str, Signals], seen: Board, now: float) -> Board:
        raise StorageUnavailable("stuck")


def test_a_table_that_does_not_answer_holds_nobody_up_for_long() -> None:
    async def story() -> Mapping[str, Signals]:
        async with asyncio.timeout(5):
            return await Breakers(StuckTable(), FakeClock()).known([MODEL])

    assert asyncio.run(story()) == {}


def test_a_reading_that_was_overtaken_by_a_write_changes_nothing() -> None:
    async def story(house: House) -> None:
        process = house.process()
        process.expect(MODEL)
        await house.fail(process, FAILURES_TO_OPEN)
        assert await house.door(process) is Door.SHUT

    played(story)


def test_signals_of_several_models_are_known_together() -> None:
    async def story(house: House) -> None:
        process = house.process()
        process.note("lab/one", "lab/one@acme", house.failed())
        process.note("lab/two", "lab/two@acme", house.failed())
        assert set(await process.known(["lab/one", "lab/two"])) == {"lab/one@acme", "lab/two@acme"}
        await process.settled()

    played(story)


def test_what_no_longer_matters_leaves_the_table_with_the_next_write() -> None:
    async def story(house: House) -> None:
        process = house.process()
        process.note(MODEL, "lab/one@old", house.failed())
        await process.settled()
        house.clock.advance(3600)
        await house.fail(process)
        assert set(await house.process().known([MODEL])) == {ACME}

    played(story)


STEPS = st.lists(st.tuples(st.integers(0, 2), st.sampled_from(["fail", "answer", "limit", "wait"])), max_size=25)


@settings(max_examples=20)
@given(STEPS)
def test_whoever_writes_when_the_table_holds_every_failure(steps: list[tuple[int, str]]) -> None:
    """Nothing is lost and nothing counts twice; answers that are no news stay where they were made."""

    async def story(house: House) -> None:
        processes = [house.process() for _ in range(3)]
        expected = Signals()
        for number, step in steps:
            event = _event(step, house)
            if event is None:
                continue
            expected = expected.after(event)
            processes[number].note(MODEL, ACME, event)
            await processes[number].settled()
        known = await house.process().known([MODEL])
        found = known.get(ACME, Signals())
        assert found.limited_until == pytest.approx(expected.limited_until, abs=0.01)
        if all(step != "answer" for _, step in steps):
            assert (found.failures, found.step) == (expected.failures, expected.step)

    played(story)


def _event(step: str, house: House) -> Event | None:
    match step:
        case "fail":
            return house.failed()
        case "answer":
            return Answered(house.clock.now())
        case "limit":
            return Limited(house.clock.now(), 5)
    house.clock.advance(7)
    return None

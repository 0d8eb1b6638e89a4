import asyncio

from switchboard.storage.stops import StopMarks

from tests.fakes import FakeDatabase

NOW = 1_800_000_000.0


def test_a_mark_is_found_under_the_key_of_whoever_set_it_and_no_other() -> None:
    async def run() -> None:
        marks = StopMarks(FakeDatabase(), "KeysTable")
        await marks.ask("key-1", "gen-1", NOW)
        assert await marks.is_asked("key-1", "gen-1")
        assert not await marks.is_asked("key-2", "gen-1")
        assert not await marks.is_asked("key-1", "gen-2")

    asyncio.run(run())


def test_the_answer_to_a_mark_is_seen_and_goes_with_it() -> None:
    async def run() -> None:
        database = FakeDatabase()
        marks = StopMarks(database, "KeysTable")
        await marks.ask("key-1", "gen-1", NOW)
        assert not await marks.is_answered("key-1", "gen-1")
        await marks.answer("key-1", "gen-1")
        assert await marks.is_answered("key-1", "gen-1")
        ((_, item),) = database.tables["KeysTable"].items()
        assert item["exp"] == int(NOW) + 3600

    asyncio.run(run())


def test_a_mark_that_has_gone_is_not_answered() -> None:
    async def run() -> None:
        database = FakeDatabase()
        await StopMarks(database, "KeysTable").answer("key-1", "gen-1")
        assert database.tables.get("KeysTable", {}) == {}

    asyncio.run(run())

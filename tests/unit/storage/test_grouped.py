import asyncio
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st
from switchboard.storage.database import Condition, Item, StorageUnavailable
from switchboard.storage.grouped import MOST_AT_ONCE, GroupedPuts

from tests.fakes import FakeDatabase

TABLE = "table"


class SlowDatabase(FakeDatabase):
    """Each write takes until everybody else has had his turn."""

    async def put(self, table: str, item: Item, *, condition: Condition | None = None) -> None:
        await asyncio.sleep(0)
        await super().put(table, item, condition=condition)

    async def put_all(self, table: str, items: Sequence[Item]) -> None:
        await asyncio.sleep(0)
        await super().put_all(table, items)


def item(number: int) -> Item:
    return {"PK": "one", "SK": f"{number:03d}"}


def together(database: FakeDatabase, count: int) -> list[BaseException | None]:
    async def work() -> list[BaseException | None]:
        puts = GroupedPuts(database, TABLE)
        return await asyncio.gather(*(puts.put(item(number)) for number in range(count)), return_exceptions=True)

    return asyncio.run(work())


def written(database: FakeDatabase) -> int:
    return len(database.tables.get(TABLE, {}))


def test_who_comes_alone_is_written_alone() -> None:
    database = SlowDatabase()
    for _ in range(3):
        together(database, 1)
    assert database.calls == {"put": 3}


@given(st.integers(1, 4 * MOST_AT_ONCE))
def test_those_that_come_meanwhile_go_together_and_each_is_written(count: int) -> None:
    database = SlowDatabase()
    assert together(database, count) == [None] * count
    assert written(database) == count
    batches = -(-(count - 1) // MOST_AT_ONCE)
    assert database.calls == {"put": 1} | ({"put_all": batches} if batches else {})


def test_a_failure_is_told_to_those_whose_write_it_was_and_to_nobody_else() -> None:
    database = SlowDatabase(calls_left=2)
    outcomes = together(database, 2 * MOST_AT_ONCE + 1)
    assert outcomes[: MOST_AT_ONCE + 1] == [None] * (MOST_AT_ONCE + 1)
    assert all(isinstance(outcome, StorageUnavailable) for outcome in outcomes[MOST_AT_ONCE + 1 :])
    assert written(database) == MOST_AT_ONCE + 1


def test_those_that_waited_for_a_write_that_failed_are_written_all_the_same() -> None:
    database = SlowDatabase(fail_next=1)
    outcomes = together(database, 3)
    assert isinstance(outcomes[0], StorageUnavailable)
    assert outcomes[1:] == [None, None]
    assert written(database) == 2


@pytest.mark.parametrize("leaver", [0, 1, 2])
def test_who_gives_up_takes_nobody_along(leaver: int) -> None:
    database = SlowDatabase()

    async def work() -> list[BaseException | None]:
        puts = GroupedPuts(database, TABLE)
        tasks = [asyncio.create_task(puts.put(item(number))) for number in range(3)]
        await asyncio.sleep(0)
        tasks[leaver].cancel()
        await asyncio.wait(tasks)
        await puts.put(item(3))
        return await asyncio.gather(*tasks, return_exceptions=True)

    outcomes = asyncio.run(work())
    assert isinstance(outcomes.pop(leaver), asyncio.CancelledError)
    assert outcomes == [None, None]
    assert written(database) >= 3


def test_what_waits_when_the_process_ends_is_told_so() -> None:
    async def work() -> list[BaseException | None]:
        puts = GroupedPuts(SlowDatabase(), TABLE)
        tasks = [asyncio.create_task(puts.put(item(number))) for number in range(MOST_AT_ONCE + 2)]
        await asyncio.sleep(0)
        await tasks[0]
        behind = asyncio.all_tasks() - {asyncio.current_task(), *tasks}
        for task in behind:
            task.cancel()
        return await asyncio.gather(*tasks, return_exceptions=True)

    outcomes = asyncio.run(work())
    assert outcomes[0] is None
    assert all(isinstance(outcome, StorageUnavailable) for outcome in outcomes[1:])

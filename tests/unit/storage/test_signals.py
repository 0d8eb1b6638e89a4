import asyncio

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from switchboard.health.breaker import ALL_WELL, Signals
from switchboard.storage.database import Item, Key
from switchboard.storage.signals import Board, Changed, SignalStore

from tests.fakes import FakeDatabase

NOW = 1_800_000_000.0
TIMES = st.integers(0, 2_000_000_000_000).map(lambda millis: millis / 1000)
SHARES = st.integers(0, 1000).map(lambda millis: millis / 1000)
SIGNALS = st.builds(
    Signals, st.integers(0, 99), st.integers(0, 9), SHARES, SHARES, st.integers(0, 5), TIMES, TIMES, TIMES, TIMES
)


def store(database: FakeDatabase | None = None) -> SignalStore:
    return SignalStore(database or FakeDatabase(), "KeysTable")


@settings(max_examples=20)
@given(st.dictionaries(st.text(max_size=20), SIGNALS, max_size=3))
def test_what_is_written_is_read_to_the_millisecond(signals: dict[str, Signals]) -> None:
    async def there_and_back() -> Board:
        table = store()
        await table.write("lab/one", signals, Board(), NOW)
        return await table.read("lab/one")

    assert asyncio.run(there_and_back()).signals == signals


def test_each_model_has_an_item_of_its_own() -> None:
    async def read() -> Board:
        table = store()
        await table.write("lab/one", {"a": ALL_WELL}, Board(), NOW)
        return await table.read("lab/two")

    assert asyncio.run(read()) == Board()


def test_whoever_has_not_seen_the_last_news_writes_nothing_and_is_shown_them() -> None:
    async def collide() -> None:
        table = store()
        seen = await table.read("lab/one")
        await table.write("lab/one", {"a": Signals(failures=1)}, seen, NOW)
        with pytest.raises(Changed) as changed:
            await table.write("lab/one", {"b": Signals(failures=2)}, seen, NOW)
        assert changed.value.board.signals == {"a": Signals(failures=1)}
        await table.write("lab/one", {"b": Signals(failures=2)}, changed.value.board, NOW)
        assert (await table.read("lab/one")).signals == {"b": Signals(failures=2)}

    asyncio.run(collide())


@pytest.mark.parametrize("text", ["", "{", "[]", '{"a": 1}', '{"a": [1,2,3,4,5,6,7,8,9,10,11]}', 5])
def test_an_item_that_cannot_be_read_counts_as_none_and_is_replaced(text: str | int) -> None:
    poisoned: Item = {"PK": "B#lab/one", "SK": "-", "s": text}

    async def heal() -> None:
        database = FakeDatabase(tables={"KeysTable": {Key("B#lab/one", "-"): poisoned}})
        board = await store(database).read("lab/one")
        assert board.signals == {}
        if isinstance(text, str):
            await store(database).write("lab/one", {"a": ALL_WELL}, board, NOW)
            assert (await store(database).read("lab/one")).signals == {"a": ALL_WELL}

    asyncio.run(heal())


def test_it_expires_an_hour_after_the_last_word_of_it_has_passed() -> None:
    async def write() -> Item:
        database = FakeDatabase()
        await store(database).write("lab/one", {"a": Signals(limited_until=NOW + 7200)}, Board(), NOW)
        return database.tables["KeysTable"][Key("B#lab/one", "-")]

    assert asyncio.run(write())["exp"] == NOW + 7200 + 3600

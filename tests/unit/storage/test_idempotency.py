import asyncio
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from switchboard.storage.database import ConditionFailed
from switchboard.storage.idempotency import MOST_PIECES, PIECE_BYTES, Claim, Found, IdempotencyStore, Kept, Name

from tests.fakes import FakeDatabase

NOW = 1_800_000_000.0
NAME = Name("key-1", "a" * 32)
FIRST, SECOND = Claim(NAME, "first"), Claim(NAME, "second")
ANSWER = Kept(200, {"content-type": "application/json"}, b"compressed")


def store() -> IdempotencyStore:
    return IdempotencyStore(FakeDatabase(), "KeysTable")


async def claimed(kept: IdempotencyStore, claim: Claim = FIRST, now: float = NOW) -> Found | None:
    return await kept.claim(claim, "print", now, now + 60)


def test_of_two_only_one_may_answer() -> None:
    async def run() -> None:
        kept = store()
        assert await claimed(kept) is None
        assert await claimed(kept, SECOND) == Found("print", "running", "first")

    asyncio.run(run())


def test_a_claim_whose_reply_was_lost_is_recognised() -> None:
    async def run() -> None:
        kept = store()
        assert [await claimed(kept), await claimed(kept)] == [None, None]

    asyncio.run(run())


def test_an_answer_is_kept_for_a_day() -> None:
    async def run() -> None:
        kept = store()
        await claimed(kept)
        assert await kept.keep(FIRST, ANSWER, NOW + 5)
        found = await claimed(kept, SECOND, NOW + 86_000)
        assert found == Found("print", "done", "first", ANSWER)
        assert await claimed(kept, SECOND, NOW + 86_400 + 6) is None

    asyncio.run(run())


@given(
    st.sampled_from([0, 1, PIECE_BYTES - 1, PIECE_BYTES, PIECE_BYTES + 1, MOST_PIECES * PIECE_BYTES]),
    st.binary(min_size=1, max_size=9),
)
def test_an_answer_of_any_size_is_the_same_again(size: int, pattern: bytes) -> None:
    async def run() -> None:
        kept = store()
        answer = Kept(200, {}, (pattern * (size // len(pattern) + 1))[:size])
        await claimed(kept)
        await kept.keep(FIRST, answer, NOW)
        found = await claimed(kept, SECOND)
        assert found is not None
        assert found.answer == answer

    asyncio.run(run())


def test_after_a_crash_the_lease_runs_out_and_another_takes_over() -> None:
    async def run() -> None:
        kept = store()
        await claimed(kept)
        assert await claimed(kept, SECOND, NOW + 59) is not None
        assert await claimed(kept, SECOND, NOW + 61) is None
        assert not await kept.extend(FIRST, NOW + 999)
        assert not await kept.keep(FIRST, ANSWER, NOW + 62)
        assert await kept.keep(SECOND, ANSWER, NOW + 62)

    asyncio.run(run())


def test_an_extended_lease_holds_on() -> None:
    async def run() -> None:
        kept = store()
        await claimed(kept)
        assert await kept.extend(FIRST, NOW + 120)
        assert await claimed(kept, SECOND, NOW + 61) is not None

    asyncio.run(run())


def test_a_released_key_may_be_used_again() -> None:
    async def run() -> None:
        kept = store()
        await claimed(kept)
        await kept.release(FIRST)
        assert await claimed(kept, SECOND) is None

    asyncio.run(run())


def test_an_answer_that_was_too_large_is_remembered_by_its_generation() -> None:
    async def run() -> None:
        kept = store()
        await claimed(kept)
        await kept.refuse(FIRST, "gen-1")
        assert await claimed(kept, SECOND) == Found("print", "too_large", "first", generation_id="gen-1")

    asyncio.run(run())


def test_keys_of_different_owners_do_not_meet() -> None:
    async def run() -> None:
        kept = store()
        await claimed(kept)
        assert await claimed(kept, Claim(Name("key-2", NAME.hashed), "second")) is None

    asyncio.run(run())


def test_an_engine_that_does_not_say_what_was_there_is_asked() -> None:
    @dataclass(slots=True)
    class Silent(FakeDatabase):
        async def put(self, table: str, item: Any, *, condition: Any = None) -> None:
            try:
                await FakeDatabase.put(self, table, item, condition=condition)
            except ConditionFailed:
                raise ConditionFailed from None

    async def run() -> None:
        kept = IdempotencyStore(Silent(), "KeysTable")
        await claimed(kept)
        assert await claimed(kept, SECOND) == Found("print", "running", "first")

    asyncio.run(run())


@pytest.mark.parametrize("size", [3, PIECE_BYTES + 3])
def test_an_answer_costs_no_more_writes_than_it_has_pieces(size: int) -> None:
    async def run() -> dict[str, int]:
        database = FakeDatabase()
        kept = IdempotencyStore(database, "KeysTable")
        await claimed(kept)
        await kept.keep(FIRST, Kept(200, {}, b"x" * size), NOW)
        return database.calls

    assert asyncio.run(run()) == {"put": 1 + size // PIECE_BYTES, "update": 1}

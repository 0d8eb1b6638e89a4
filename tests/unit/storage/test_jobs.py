import asyncio

from switchboard.storage.database import Condition, Item, Key, Update
from switchboard.storage.jobs import JobStore, Lease

from tests.fakes import FakeDatabase


def acquire(store: JobStore, owner: str, now: float) -> Lease | None:
    return asyncio.run(store.acquire("job", owner, now=now, seconds=55))


def test_a_lease_has_one_owner_until_it_runs_out() -> None:
    store = JobStore(FakeDatabase(), "UptimeTable")
    assert acquire(store, "a", 0) == Lease("job", "a", None)
    assert acquire(store, "b", 55) is None
    assert acquire(store, "b", 55.1) == Lease("job", "b", None)


def test_a_watermark_is_handed_on() -> None:
    store = JobStore(FakeDatabase(), "UptimeTable")
    assert asyncio.run(store.release(Lease("job", "a", None), watermark=1)) is False
    first = acquire(store, "a", 0)
    assert first is not None
    assert asyncio.run(store.release(first, watermark=7))
    second = acquire(store, "b", 1)
    assert second == Lease("job", "b", 7)
    assert asyncio.run(store.release(second, watermark=None))
    assert acquire(store, "c", 2) == Lease("job", "c", 7)


def test_a_lost_lease_moves_no_watermark() -> None:
    store = JobStore(FakeDatabase(), "UptimeTable")
    first = acquire(store, "a", 0)
    acquire(store, "b", 60)
    assert first is not None
    assert not asyncio.run(store.release(first, watermark=7))


def test_a_lease_whose_reply_was_lost_is_recognised() -> None:
    class Forgetful(FakeDatabase):
        async def update(
            self, table: str, key: Key, update: Update, *, condition: Condition | None = None, repeatable: bool = False
        ) -> Item:
            """As the signed client does: send again what may be repeated."""
            assert repeatable
            await FakeDatabase.update(self, table, key, update, condition=condition)
            return await FakeDatabase.update(self, table, key, update, condition=condition)

    assert acquire(JobStore(Forgetful(), "UptimeTable"), "a", 0) == Lease("job", "a", None)


def test_the_item_has_no_time_to_expire() -> None:
    database = FakeDatabase()
    acquire(JobStore(database, "UptimeTable"), "a", 0)
    (item,) = database.tables["UptimeTable"].values()
    assert "exp" not in item

import asyncio

from switchboard.accounting.holds import Limits
from switchboard.jobs.sweep import sweep
from switchboard.storage.budget import BudgetStore

from tests.fakes import FakeClock, FakeDatabase
from tests.ledger import HOLD_SECONDS, KEY_ID, NOW, claim

LIMITS = Limits(money=100)


def abandoned() -> BudgetStore:
    store = BudgetStore(FakeDatabase(), "KeysTable")
    asyncio.run(store.reserve(KEY_ID, 0, LIMITS, claim("lost", 40, LIMITS)))
    return store


def test_a_hold_is_charged_once_it_has_expired() -> None:
    store = abandoned()
    assert asyncio.run(sweep(store, FakeClock(NOW + HOLD_SECONDS))) == 0
    assert asyncio.run(sweep(store, FakeClock(NOW + HOLD_SECONDS + 1))) == 1
    state = asyncio.run(store.states(KEY_ID))[0]
    assert (state.purses["total"].spent, state.held, state.remaining()) == (40, 0, 60)


def test_a_table_out_of_reach_is_left_to_the_next_run() -> None:
    store = abandoned()
    assert isinstance(store.database, FakeDatabase)
    store.database.down = True
    assert asyncio.run(sweep(store, FakeClock(NOW + HOLD_SECONDS + 1))) == 0

import asyncio
from dataclasses import replace

import pytest
from switchboard.accounting.holds import UNLIMITED, Limits, State, new_state
from switchboard.accounting.windows import labels_at
from switchboard.jobs.sweep import Swept, spent_share, sweep
from switchboard.storage.budget import BudgetStore
from switchboard.telemetry import UNITS

from tests.fakes import FakeClock, FakeDatabase
from tests.ledger import DAY, HOLD_SECONDS, KEY_ID, NOW, claim

LIMITS = Limits(money=100)


def abandoned() -> BudgetStore:
    store = BudgetStore(FakeDatabase(), "KeysTable")
    asyncio.run(store.reserve(KEY_ID, 0, LIMITS, claim("lost", 40, LIMITS)))
    return store


def test_a_hold_is_charged_once_it_has_expired() -> None:
    store = abandoned()
    assert asyncio.run(sweep(store, FakeClock(NOW + HOLD_SECONDS))).holds == 0
    assert asyncio.run(sweep(store, FakeClock(NOW + HOLD_SECONDS + 1))).holds == 1
    state = asyncio.run(store.states(KEY_ID))[0]
    assert (state.purses["total"].spent, state.held, state.remaining()) == (40, 0, 60)


def test_a_table_out_of_reach_is_left_to_the_next_run() -> None:
    store = abandoned()
    assert isinstance(store.database, FakeDatabase)
    store.database.down = True
    assert asyncio.run(sweep(store, FakeClock(NOW + HOLD_SECONDS + 1))) == Swept()


def spending(spent: int, limits: Limits = LIMITS) -> State:
    state = new_state(limits, labels_at(NOW), 0)
    return replace(state, purses={window: replace(purse, spent=spent) for window, purse in state.purses.items()})


def test_of_several_shards_the_sum_counts() -> None:
    assert spent_share({0: spending(80), 1: spending(0)}, NOW) == pytest.approx(0.4)


def test_a_key_without_a_limit_spends_no_part_of_it() -> None:
    assert spent_share({0: spending(UNLIMITED // 4, Limits())}, NOW) == 0
    assert spent_share({}, NOW) == 0


def test_what_was_spent_yesterday_is_no_part_of_todays_limit() -> None:
    daily = Limits(money=100, reset="daily")
    assert spent_share({0: spending(90, daily)}, NOW) == pytest.approx(0.9)
    assert spent_share({0: spending(90, daily)}, NOW + DAY) == 0


@pytest.mark.parametrize(("amount", "near", "used_up"), [(79, (), ()), (80, (KEY_ID,), ()), (100, (), (KEY_ID,))])
def test_keys_near_and_at_their_limit_are_named(amount: int, near: tuple[str, ...], used_up: tuple[str, ...]) -> None:
    store = BudgetStore(FakeDatabase(), "KeysTable")
    asyncio.run(store.reserve(KEY_ID, 0, LIMITS, claim("lost", amount, LIMITS)))
    asyncio.run(sweep(store, FakeClock(NOW + HOLD_SECONDS + 1)))
    swept = asyncio.run(sweep(store, FakeClock(NOW + HOLD_SECONDS + 2)))
    assert (swept.near, swept.used_up) == (near, used_up)
    assert swept.measures.keys() <= UNITS.keys()


def test_a_run_with_nothing_to_tell_measures_nothing() -> None:
    assert Swept().measures == {}

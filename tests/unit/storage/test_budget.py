"""The ledger over a database in memory; its whole life is walked in test_budget_life.py."""

import asyncio
from dataclasses import dataclass, field, replace

import pytest
from switchboard.accounting.holds import UNLIMITED, Limits, State
from switchboard.storage.budget import BudgetStore, Refused, Spending
from switchboard.storage.budget_items import limits_of
from switchboard.storage.database import StorageUnavailable

from tests.examples import KEY
from tests.fakes import FakeDatabase
from tests.ledger import DAY, HOLD_SECONDS, KEY_ID, NOW, claim, hold, is_conserved

run = asyncio.run
DAILY = Limits(money=100, reset="daily")


@dataclass(slots=True)
class Ledger:
    limits: Limits = DAILY
    database: FakeDatabase = field(default_factory=FakeDatabase)
    store: BudgetStore = field(init=False)

    def __post_init__(self) -> None:
        self.store = BudgetStore(self.database, "KeysTable")

    def reserve(self, name: str, amount: int, *, now: float = NOW, tokens: int = 0) -> State:
        wanted = claim(name, amount, self.limits, now=now, tokens=tokens)
        return run(self.store.reserve(KEY_ID, 0, self.limits, wanted))

    def settle(self, name: str, amount: int, actual: int, *, now: float = NOW) -> State | None:
        return run(self.store.settle(hold(claim(name, amount, self.limits, now=now)), actual, 0, now))

    def state(self) -> State:
        return run(self.store.states(KEY_ID))[0]

    def refusal(self, name: str, amount: int, *, now: float = NOW, tokens: int = 0) -> str:
        with pytest.raises(Refused) as refused:
            self.reserve(name, amount, now=now, tokens=tokens)
        return refused.value.reason


def test_a_hold_takes_from_what_remains_and_settling_gives_the_rest_back() -> None:
    ledger = Ledger()
    assert ledger.reserve("one", 60).remaining() == 40
    assert ledger.refusal("two", 41) == "money"
    assert ledger.settle("one", 60, 25) is not None
    purse = ledger.state().purses["day"]
    assert (purse.remaining, purse.spent, ledger.state().holds) == (75, 25, {})


def test_reserving_twice_and_settling_twice_count_once() -> None:
    ledger = Ledger()
    ledger.reserve("one", 60)
    ledger.reserve("one", 60)
    assert ledger.state().held == 60
    assert ledger.settle("one", 60, 25) is not None
    assert ledger.settle("one", 60, 25) is None
    assert ledger.state().purses["day"].spent == 25


def test_a_claim_costs_one_write_but_for_the_first() -> None:
    ledger = Ledger()
    ledger.reserve("one", 10)
    before = dict(ledger.database.calls)
    ledger.reserve("two", 10)
    assert ledger.database.calls == before | {"update": before["update"] + 1}


def test_a_new_minute_costs_no_more_writes() -> None:
    ledger = Ledger(Limits(requests=5))
    ledger.reserve("one", 0)
    before = ledger.database.calls["update"]
    ledger.reserve("two", 0, now=NOW + 60)
    assert ledger.database.calls["update"] == before + 1
    assert (ledger.state().requests, ledger.state().minute) == (1, int(NOW + 60) // 60)


def test_a_new_window_begins_with_the_limit_less_what_is_held() -> None:
    ledger = Ledger()
    ledger.reserve("old", 70)
    ledger.reserve("new", 10, now=NOW + DAY)
    assert ledger.state().purses["day"].remaining == 20
    ledger.settle("old", 70, 30, now=NOW)
    purse = ledger.state().purses["day"]
    assert (purse.remaining, purse.spent) == (60, 30)
    assert is_conserved([ledger.state()], DAILY, "day")


def test_a_slow_clock_adopts_the_window_and_the_minute_it_finds() -> None:
    limits = Limits(money=100, reset="daily", requests=2)
    ledger = Ledger(limits)
    ledger.reserve("one", 10, now=NOW + DAY)
    ledger.reserve("two", 10, now=NOW)
    assert ledger.state().purses["day"].label == "2027-01-16"
    assert ledger.refusal("three", 10, now=NOW) == "requests"


@pytest.mark.parametrize(
    ("limits", "reason"),
    [
        (Limits(requests=1), "requests"),
        (Limits(tokens=100), "tokens"),
        (Limits(parallel=1), "parallel"),
        (Limits(money=10), "money"),
    ],
)
def test_a_refusal_names_its_limit_and_consumes_nothing(limits: Limits, reason: str) -> None:
    ledger = Ledger(limits)
    ledger.reserve("one", 10, tokens=60)
    before = ledger.state()
    assert ledger.refusal("two", 10, tokens=60) == reason
    assert ledger.state() == before


def test_a_request_larger_than_the_token_limit_has_a_minute_to_itself() -> None:
    ledger = Ledger(Limits(tokens=100))
    ledger.reserve("one", 0, tokens=500)
    assert ledger.refusal("two", 0, tokens=1) == "tokens"
    assert ledger.reserve("two", 0, tokens=1, now=NOW + 60).tokens == 1


def test_settling_corrects_the_tokens_of_the_minute() -> None:
    ledger = Ledger(Limits(tokens=100))
    ledger.reserve("one", 0, tokens=80)
    wanted = hold(claim("one", 0, ledger.limits, tokens=80))
    run(ledger.store.settle(wanted, 0, 30, NOW))
    assert ledger.state().tokens == 30


def test_settling_later_takes_nothing_off_another_minute() -> None:
    ledger = Ledger(Limits(tokens=100))
    ledger.reserve("one", 0, tokens=80)
    ledger.reserve("two", 0, tokens=50, now=NOW + 60)
    run(ledger.store.settle(hold(claim("one", 0, ledger.limits, tokens=80)), 0, 30, NOW + 60))
    assert ledger.state().tokens == 50


def test_an_abandoned_hold_is_charged_and_its_place_is_free() -> None:
    ledger = Ledger(Limits(money=100, parallel=1))
    ledger.reserve("lost", 40)
    assert ledger.state().expired(NOW + HOLD_SECONDS) == {}
    expired = ledger.state().expired(NOW + HOLD_SECONDS + 1)
    assert run(ledger.store.sweep(KEY_ID, 0, expired)) == 1
    assert run(ledger.store.sweep(KEY_ID, 0, expired)) == 0
    assert ledger.state().purses["total"].spent == 40
    assert ledger.reserve("next", 60).remaining() == 0
    assert ledger.settle("lost", 40, 5) is None


def test_spending_is_read_by_window_and_an_old_window_reads_as_new() -> None:
    key = replace(KEY, limit_nano=100, limit_reset="daily")
    ledger = Ledger()
    ledger.reserve("one", 60)
    ledger.settle("one", 60, 25)
    ledger.reserve("two", 10)
    today = run(ledger.store.read(key, NOW))
    assert today == Spending({"day": 25, "week": 25, "month": 25, "total": 25}, 10, 65)
    tomorrow = run(ledger.store.read(key, NOW + DAY))
    assert (tomorrow.spent["day"], tomorrow.spent["week"], tomorrow.remaining) == (0, 25, 90)


def test_what_was_never_used_reads_as_nothing() -> None:
    assert run(Ledger().store.read(KEY, NOW)).remaining is None
    assert run(Ledger().store.read(replace(KEY, limit_nano=7), NOW)).remaining == 7


def test_a_changed_limit_moves_what_remains_and_keeps_what_was_spent() -> None:
    ledger = Ledger()
    key = replace(KEY, limit_nano=100, limit_reset="daily")
    run(ledger.store.follow(key, NOW))
    ledger.reserve("one", 60)
    ledger.settle("one", 60, 50)
    run(ledger.store.follow(replace(key, limit_nano=40), NOW))
    run(ledger.store.follow(replace(key, limit_nano=40), NOW))
    assert ledger.state().purses["day"].remaining == -10
    assert ledger.refusal("two", 1) == "money"
    weekly = replace(key, limit_nano=80, limit_reset="weekly")
    run(ledger.store.follow(weekly, NOW))
    assert ledger.state().remaining() == 30
    assert ledger.state().purses["day"].limit == UNLIMITED
    assert is_conserved([ledger.state()], limits_of(weekly), "week")


def test_a_key_that_is_switched_off_is_refused_at_once() -> None:
    ledger = Ledger()
    key = replace(KEY, limit_nano=100, limit_reset="daily")
    run(ledger.store.follow(replace(key, disabled=True), NOW))
    assert ledger.refusal("one", 1) == "inactive"
    run(ledger.store.follow(key, NOW))
    assert ledger.reserve("one", 1).remaining() == 99


def test_a_key_without_limits_is_given_no_state() -> None:
    ledger = Ledger()
    run(ledger.store.follow(KEY, NOW))
    assert run(ledger.store.listed()) == []


def test_a_state_is_listed_for_the_sweep() -> None:
    ledger = Ledger()
    ledger.reserve("one", 1)
    assert run(ledger.store.listed()) == [KEY_ID]


def test_a_table_out_of_reach_is_said_to_be() -> None:
    ledger = Ledger(database=FakeDatabase(down=True))
    with pytest.raises(StorageUnavailable):
        ledger.reserve("one", 1)

import asyncio
from dataclasses import replace

from switchboard.accounting.activity import Activity, Subject
from switchboard.accounting.holds import Claim
from switchboard.accounting.spending import Account, Spent
from switchboard.accounting.windows import labels_at, minute_at
from switchboard.storage.activity import ActivityStore
from switchboard.storage.budget import BudgetStore, Hold
from switchboard.storage.budget_items import limits_of
from switchboard.storage.keys import ApiKey
from switchboard.web.spending import Accounts

from tests.fakes import FakeClock, FakeDatabase

DAY = 86_400
A = ApiKey("hash", "a", "name", "label")


def test_each_key_has_spent_what_its_activity_says() -> None:
    database = FakeDatabase()
    clock = FakeClock()  # a Friday, the 15th
    store = ActivityStore(database, "UptimeTable")
    for key, days_ago, cost in (("a", 0, 1), ("a", 4, 10), ("a", 14, 100), ("a", 300, 1000), ("b", 0, 5)):
        minute = int(clock.now() - days_ago * DAY) // 60
        asyncio.run(store.bring_up_to_date(Subject(key, "m"), {minute: Activity(requests=1, cost=cost)}))
    accounts = Accounts(store, BudgetStore(database, "KeysTable"), clock)
    both = {"a": Spent(total=1111, daily=1, weekly=11, monthly=111), "b": Spent(5, 5, 5, 5)}
    assert asyncio.run(accounts.spent()) == both
    assert asyncio.run(accounts.of([A])) == {"a": Account(both["a"])}
    assert asyncio.run(accounts.of([A, replace(A, id="c")])) == {"a": Account(both["a"]), "c": Account()}


def test_the_ledger_says_what_is_left_and_knows_what_has_just_been_spent() -> None:
    clock, database = FakeClock(), FakeDatabase()
    budgets = BudgetStore(database, "KeysTable")
    limited = replace(A, limit_nano=100, limit_reset="daily")
    accounts = Accounts(ActivityStore(database, "UptimeTable"), budgets, clock)
    assert asyncio.run(accounts.of([limited])) == {"a": Account(left=100)}
    claim = Claim("h_1", 40, 10, limits_of(limited), labels_at(clock.now()), minute_at(clock.now()))
    asyncio.run(budgets.reserve("a", 0, limits_of(limited), claim))
    assert asyncio.run(accounts.of([limited])) == {"a": Account(left=60)}
    asyncio.run(budgets.settle(Hold("a", 0, "h_1", 40, 10, minute_at(clock.now())), 30, 10, clock.now()))
    assert asyncio.run(accounts.of([limited])) == {"a": Account(Spent(30, 30, 30, 30), 70)}

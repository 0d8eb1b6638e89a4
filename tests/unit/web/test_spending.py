import asyncio

from switchboard.accounting.activity import Activity, Subject
from switchboard.accounting.spending import Spent
from switchboard.storage.activity import ActivityStore
from switchboard.web.spending import Spending

from tests.fakes import FakeClock, FakeDatabase

DAY = 86_400


def test_each_key_has_spent_what_its_activity_says() -> None:
    clock = FakeClock()  # a Friday, the 15th
    store = ActivityStore(FakeDatabase(), "UptimeTable")
    for key, days_ago, cost in (("a", 0, 1), ("a", 4, 10), ("a", 14, 100), ("a", 300, 1000), ("b", 0, 5)):
        minute = int(clock.now() - days_ago * DAY) // 60
        asyncio.run(store.bring_up_to_date(Subject(key, "m"), {minute: Activity(requests=1, cost=cost)}))
    spending = Spending(store, clock)
    both = {"a": Spent(total=1111, daily=1, weekly=11, monthly=111), "b": Spent(5, 5, 5, 5)}
    assert asyncio.run(spending.of_all()) == both
    assert asyncio.run(spending.of_all("a")) == {"a": both["a"]}

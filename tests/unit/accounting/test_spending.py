from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from switchboard.accounting.spending import NOTHING_SPENT, Spend, Spent

THURSDAY = date(2026, 10, 1)  # its week began in September


def test_weeks_begin_on_monday_and_months_on_the_first() -> None:
    spends = [Spend(THURSDAY - timedelta(days=days), 10**days) for days in range(5)]
    assert Spent.of(spends, THURSDAY) == Spent(total=11111, daily=1, weekly=1111, monthly=1)


@pytest.mark.parametrize(("reset", "left"), [("daily", 9), ("weekly", 8), ("monthly", 7), (None, 6)])
def test_a_limit_counts_its_own_window(reset: str | None, left: int) -> None:
    assert Spent(total=4, daily=1, weekly=2, monthly=3).left(10, reset) == left


def test_nothing_is_left_below_zero_and_no_limit_has_no_rest() -> None:
    assert Spent(total=11).left(10, None) == 0
    assert NOTHING_SPENT.left(None, "daily") is None


@given(st.lists(st.tuples(st.integers(0, 500), st.integers(0, 10**15))), st.dates(date(2020, 1, 1), date(2030, 1, 1)))
def test_a_window_holds_no_more_than_all_time(spends: list[tuple[int, int]], today: date) -> None:
    spent = Spent.of([Spend(today - timedelta(days=days), cost) for days, cost in spends], today)
    assert spent.total == sum(cost for _, cost in spends)
    assert spent.daily <= min(spent.weekly, spent.monthly) <= spent.total

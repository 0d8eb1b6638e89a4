from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st
from switchboard.accounting.spending import Spend, Spent

THURSDAY = date(2026, 10, 1)  # its week began in September


def test_weeks_begin_on_monday_and_months_on_the_first() -> None:
    spends = [Spend(THURSDAY - timedelta(days=days), 10**days) for days in range(5)]
    assert Spent.of(spends, THURSDAY) == Spent(total=11111, daily=1, weekly=1111, monthly=1)


def test_of_two_sources_the_better_informed_counts_in_each_window() -> None:
    assert Spent(9, 0, 5, 7).at_least(Spent(8, 1, 6, 0)) == Spent(9, 1, 6, 7)


@given(st.lists(st.tuples(st.integers(0, 500), st.integers(0, 10**15))), st.dates(date(2020, 1, 1), date(2030, 1, 1)))
def test_a_window_holds_no_more_than_all_time(spends: list[tuple[int, int]], today: date) -> None:
    spent = Spent.of([Spend(today - timedelta(days=days), cost) for days, cost in spends], today)
    assert spent.total == sum(cost for _, cost in spends)
    assert spent.daily <= min(spent.weekly, spent.monthly) <= spent.total

import itertools
import random
from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from switchboard.health.figures import Estimate
from switchboard.routing.index import BALANCED, EXPLORATION, LOST_ANSWER, first_try, time_and_failures

ESTIMATES = st.builds(
    Estimate,
    success=st.floats(0.05, 1.0),
    first_token_s=st.floats(0.1, 5),
    token_s=st.floats(0.005, 0.1),
    lost_s=st.floats(0.05, 20),
    cut_share=st.just(0.0),
    latest_s=st.just(2.0),
)


def test_the_parts_are_money_time_and_what_failures_lose() -> None:
    seen = Estimate(success=0.8, first_token_s=1.0, token_s=0.02, lost_s=4.0, cut_share=0.1, latest_s=2.0)
    time, failures = time_and_failures(0.01, seen, 100, second=0.002)
    assert time == pytest.approx(0.002 * 3)
    assert failures == pytest.approx(0.25 * 0.002 * (4 + 0.1 * LOST_ANSWER))


def test_a_tool_call_that_cannot_be_used_is_paid_for_with_another_answer() -> None:
    seen = Estimate(1.0, first_token_s=1.0, token_s=0.0, lost_s=0.0, cut_share=0.0, latest_s=2.0, tool_faults=0.2)
    assert time_and_failures(0.01, seen, 100, second=0.002) == (0.002, 0)
    _, failures = time_and_failures(0.01, seen, 100, second=0.002, has_tools=True)
    assert failures == pytest.approx(0.25 * (0.01 + 0.002))
    useless = replace(seen, tool_faults=1.0)
    assert sum(time_and_failures(0.01, useless, 100, has_tools=True)) < 10


@given(st.lists(st.tuples(st.floats(0, 0.05), ESTIMATES), min_size=2, max_size=4))
def test_the_order_of_the_index_costs_least_of_all_orders(offers: list[tuple[float, Estimate]]) -> None:
    def expected(order: tuple[tuple[float, Estimate], ...]) -> float:
        """Each is reached if all before it failed; that all of them fail costs the same in any order."""
        cost, reached = 0.0, 1.0
        for price, one in order:
            answered = price + BALANCED * one.answer_s(100)
            cost += reached * (one.success * answered + (1 - one.success) * BALANCED * one.lost_s)
            reached *= 1 - one.success
        return cost

    by_index = tuple(sorted(offers, key=lambda offer: offer[0] + sum(time_and_failures(offer[0], offer[1], 100))))
    best = min(expected(order) for order in itertools.permutations(offers))
    assert expected(by_index) == pytest.approx(best, rel=1e-9, abs=1e-12)


def test_shares_are_steep_and_nobody_is_forgotten() -> None:
    chance = random.Random(1)
    tries = Counter(first_try([1.0, 1.05, 2.0], chance) for _ in range(50_000))
    assert tries[1] / tries[0] == pytest.approx(0.14, abs=0.02)
    assert tries[2] / 50_000 == pytest.approx(EXPLORATION / 3, abs=0.002)


def test_the_same_seed_picks_the_same() -> None:
    picks = [[first_try([1.0, 1.01, 1.02], random.Random(seed)) for seed in range(50)] for _ in range(2)]
    assert picks[0] == picks[1]


@given(st.lists(st.floats(0, 10), min_size=1, max_size=6), st.integers())
def test_someone_is_picked_whatever_the_indices(indices: list[float], seed: int) -> None:
    assert first_try(indices, random.Random(seed)) in range(len(indices))

"""The cost model: known sums, and what must hold whatever the prices are."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.cost.__main__ import report, usual
from benchmarks.cost.model import (
    MILLION,
    Answer,
    Containers,
    Function,
    break_even,
    million_on_function,
    month_on_containers,
    month_on_function,
)
from tests.house import ROOT

ANSWER = Answer(seconds=Decimal(5), sent_bytes=75_500, log_bytes=1_500, cpu_ms=Decimal(51))

answers = st.builds(
    Answer,
    seconds=st.integers(1, 900).map(Decimal),
    sent_bytes=st.integers(0, 10_000_000),
    log_bytes=st.integers(0, 10_000),
    cpu_ms=st.integers(1, 10_000).map(Decimal),
    limited=st.booleans(),
)


@pytest.mark.parametrize(
    ("memory", "seconds", "usd"), [(128, 1, "1.67"), (128, 5, "8.33"), (512, 20, "133.33"), (1024, 20, "266.67")]
)
def test_compute_is_memory_times_seconds_held_open(memory: int, seconds: int, usd: str) -> None:
    bill = million_on_function(Function(memory), replace(ANSWER, seconds=Decimal(seconds)))
    assert round(bill.compute, 2) == Decimal(usd)


def test_a_million_answers_by_hand() -> None:
    bill = million_on_function(Function(512), ANSWER)
    by_hand = {"invocations": "0.20", "door": "3.50", "writes": "0.625", "reads": "0.25", "logs": "0.75"}
    assert {name: getattr(bill, name) for name in by_hand} == {name: Decimal(usd) for name, usd in by_hand.items()}
    assert bill.egress == Decimal("6.795")  # 75.5 GB
    assert round(bill.total, 2) == Decimal("45.45")


def test_a_limit_costs_two_writes_more() -> None:
    function = Function(512)
    limited, free = (million_on_function(function, replace(ANSWER, limited=limited)) for limited in (True, False))
    assert (limited.writes - free.writes, limited.total - free.total) == (Decimal("1.25"), Decimal("1.25"))


def test_a_function_url_saves_the_door_and_nothing_else() -> None:
    rest, url = (million_on_function(Function(512, door=door), ANSWER) for door in ("rest", "url"))
    assert replace(rest, door=Decimal(0)) == url


def test_a_request_under_a_second_looks_for_no_stop_mark() -> None:
    assert million_on_function(Function(512), replace(ANSWER, seconds=Decimal("0.9"))).reads == 0


@settings(max_examples=25)
@given(answers, st.sampled_from([128, 256, 512]))
def test_twice_the_memory_costs_twice_the_compute_and_nothing_more(answer: Answer, memory: int) -> None:
    small, large = million_on_function(Function(memory), answer), million_on_function(Function(2 * memory), answer)
    assert large == replace(small, compute=2 * small.compute)


@settings(max_examples=25)
@given(answers, st.integers(0, 10**9))
def test_containers_have_the_cpu_and_the_room_for_their_peak(answer: Answer, monthly: int) -> None:
    containers = Containers()
    tasks, rate = containers.tasks(answer, monthly), containers.peak * monthly / (730 * 3600)
    assert tasks >= containers.fewest
    assert tasks * containers.busy >= rate * answer.cpu_ms / 1000 - Decimal("1e-9")
    assert tasks * containers.streams >= rate * answer.seconds - Decimal("1e-9")


@settings(max_examples=25)
@given(answers)
def test_containers_cost_their_hours_when_nobody_asks(answer: Answer) -> None:
    assert month_on_containers(Containers(), answer, 0) == month_on_containers(Containers(), ANSWER, 0) > 0
    assert month_on_function(Function(512), answer, 0) == 0


def test_the_break_even_lies_between_a_dearer_and_a_cheaper_month() -> None:
    function, containers = Function(512), Containers()
    even = break_even(function, containers, ANSWER)
    assert even is not None

    def saved(monthly: int) -> Decimal:
        on_function = month_on_function(function, ANSWER, monthly)
        return on_function - month_on_containers(containers, ANSWER, monthly)

    assert saved(even) >= 0 > saved(int(even * 0.99))


def test_containers_that_cannot_become_cheaper_have_no_break_even() -> None:
    busy = replace(ANSWER, seconds=Decimal("0.001"), cpu_ms=Decimal(1000))
    assert break_even(Function(128, door="url"), Containers(), busy, most=10 * MILLION) is None


def test_the_page_on_performance_says_what_the_model_does() -> None:
    assert report(usual()) in (ROOT / "docs" / "performance.md").read_text(encoding="utf-8")

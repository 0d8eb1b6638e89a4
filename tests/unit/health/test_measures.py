from dataclasses import replace

import pytest
from hypothesis import given
from switchboard.accounting.generation import Attempt, Generation
from switchboard.errors import Failure
from switchboard.health.measures import measures_of
from switchboard.telemetry import UNITS

from tests.records import START, answered, generations

GOOD = answered(START)


def broken(outcome: str) -> Generation:
    attempt = replace(GOOD.attempts[0], outcome=outcome)
    return replace(GOOD, attempts=(attempt,), error=outcome, finish_reason="error")


def test_a_good_generation_is_counted_with_the_wait_for_its_first_token() -> None:
    assert measures_of(GOOD) == {"Generations": 1, "FailedGenerations": 0, "FirstTokenMilliseconds": 600}


def test_the_wait_includes_the_attempts_that_failed_before() -> None:
    failed = Attempt("m@f", "f", Failure.SERVER.value, 500, 1000)
    assert measures_of(replace(GOOD, attempts=(failed, *GOOD.attempts)))["FirstTokenMilliseconds"] == 1600


def test_what_the_caller_spoiled_or_gave_up_is_no_failure_of_the_gateway() -> None:
    assert measures_of(broken(Failure.SERVER.value))["FailedGenerations"] == 1
    assert measures_of(replace(GOOD, attempts=(), error="no_endpoint"))["FailedGenerations"] == 1
    assert measures_of(broken(Failure.CONTEXT_LENGTH.value))["FailedGenerations"] == 0
    assert measures_of(replace(broken(Failure.SERVER.value), cancelled=True))["FailedGenerations"] == 0


@pytest.mark.parametrize(("unpriced", "counted"), [((), False), (("input",), True)])
def test_tokens_without_a_price_are_counted(unpriced: tuple[str, ...], counted: bool) -> None:
    assert ("UnpricedGenerations" in measures_of(replace(GOOD, unpriced=unpriced))) is counted


@given(generations())
def test_every_measure_is_a_metric_that_telemetry_knows(generation: Generation) -> None:
    assert measures_of(generation).keys() <= UNITS.keys()

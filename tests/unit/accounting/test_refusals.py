from dataclasses import replace

import pytest
from switchboard.accounting.holds import Limits, Reason, new_state
from switchboard.accounting.refusals import rate_headers, refused, waiting_for_others
from switchboard.accounting.windows import labels_at, minute_at

from tests.ledger import NOW

LIMITS = Limits(money=3_000_000_000, reset="weekly", requests=10, tokens=100, parallel=4)
STATE = replace(new_state(LIMITS, labels_at(NOW)), minute=minute_at(NOW), requests=3, tokens=40, parallel=1)


@pytest.mark.parametrize(
    ("reason", "status", "retry_after"),
    [("inactive", 401, None), ("money", 402, None), ("parallel", 429, 1), ("requests", 429, 60), ("tokens", 429, 60)],
)
def test_every_reason_has_its_status_and_how_long_to_wait(
    reason: Reason, status: int, retry_after: float | None
) -> None:
    error = refused(reason, STATE, LIMITS, NOW)
    assert (error.status, error.retry_after) == (status, retry_after)


def test_a_budget_that_is_used_up_says_when_it_resets() -> None:
    error = refused("money", STATE, LIMITS, NOW)
    assert error.metadata["resets_at"] == "2027-01-18T00:00:00Z"
    assert error.headers == {"x-ratelimit-reset": "1800230400"}
    assert "weekly limit is $3" in error.message


def test_a_budget_for_ever_does_not_reset() -> None:
    limits = Limits(money=5)
    error = refused("money", new_state(limits, labels_at(NOW)), limits, NOW)
    assert (error.metadata["resets_at"], error.headers) == (None, {})


def test_money_on_hold_is_no_money_spent() -> None:
    error = waiting_for_others(replace(STATE, held=2_000_000_000), LIMITS)
    assert (error.status, error.metadata["limit_on_hold"]) == (429, 2.0)


def test_headers_speak_of_what_is_limited() -> None:
    headers = rate_headers(STATE, LIMITS, NOW)
    assert headers["x-ratelimit-remaining-requests"] == "7"
    assert headers["x-ratelimit-remaining-tokens"] == "60"
    assert headers["x-ratelimit-remaining-parallel"] == "3"
    assert rate_headers(STATE, Limits(money=1), NOW) == {}


def test_a_minute_that_is_over_counts_for_nothing() -> None:
    assert rate_headers(STATE, LIMITS, NOW + 60)["x-ratelimit-remaining-requests"] == "10"

import pytest
from switchboard.dispatch.outcome import said_by
from switchboard.errors import Failure, UpstreamFailure
from switchboard.health.breaker import Event, Failed, KeyRefused, Limited

NOW = 1000.0


def said(failure: Failure, retry_after: float | None = None) -> Event | None:
    return said_by(UpstreamFailure(failure, "no", retry_after=retry_after), NOW, 0.5)


@pytest.mark.parametrize("failure", [Failure.BAD_REQUEST, Failure.CONTENT_POLICY, Failure.CONTEXT_LENGTH])
def test_what_the_caller_did_says_nothing_about_the_endpoint(failure: Failure) -> None:
    assert said(failure) is None


@pytest.mark.parametrize("failure", [Failure.SERVER, Failure.CAPACITY, Failure.CUT, Failure.MODEL_MISSING])
def test_a_failure_of_the_provider_counts(failure: Failure) -> None:
    assert said(failure) == Failed(NOW, 0.5)


def test_a_time_out_counts_as_one() -> None:
    assert said(Failure.TIMEOUT) == Failed(NOW, 0.5, timed_out=True)


def test_a_rate_limit_and_an_overload_hold_for_as_long_as_was_said() -> None:
    assert said(Failure.RATE_LIMIT, 7) == Limited(NOW, 7)
    assert said(Failure.CAPACITY, 7) == Failed(NOW, 0.5, retry_after=7)


def test_a_refused_key_is_taken_out_at_once() -> None:
    assert said(Failure.UPSTREAM_AUTH) == KeyRefused(NOW)

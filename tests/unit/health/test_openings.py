import pytest
from hypothesis import given
from hypothesis import strategies as st
from switchboard.errors import Failure
from switchboard.health.breaker import ALL_WELL, Answered, Door, Failed, KeyRefused, Signals
from switchboard.health.openings import openings
from switchboard.health.rollup import CALLERS_OWN

SECOND = 1_800_000_000.0


@pytest.mark.parametrize(
    ("outcomes", "opened"),
    [
        (["server"] * 3, [False, False, True]),
        (["timeout"] * 2, [False, True]),
        (["server", "ok", "server", "server"], [False] * 4),
        (["timeout", "server", "timeout"], [False, False, True]),
        (["server", "server", "bad_request", "rate_limit", "server"], [False, False, False, False, True]),
        (["upstream_auth"], [True]),
        (["server"] * 4, [False, False, True, True]),
    ],
)
def test_a_breaker_opens_as_it_does_while_it_happens(outcomes: list[str], opened: list[bool]) -> None:
    assert list(openings(outcomes)) == opened


@given(st.lists(st.sampled_from(["ok", "server", "timeout", "upstream_auth", *sorted(CALLERS_OWN)]), max_size=12))
def test_it_agrees_with_the_breaker_itself(outcomes: list[str]) -> None:
    signals, seen = ALL_WELL, []
    for outcome in outcomes:
        before, signals = signals, _after(signals, outcome)
        seen.append(signals is not before and outcome != "ok" and signals.door(SECOND) is Door.SHUT)
    assert list(openings(outcomes)) == seen


def _after(signals: Signals, outcome: str) -> Signals:
    if outcome in CALLERS_OWN:
        return signals
    if outcome == "ok":
        return signals.after(Answered(SECOND))
    if outcome == Failure.UPSTREAM_AUTH:
        return signals.after(KeyRefused(SECOND))
    return signals.after(Failed(SECOND, 0.5, timed_out=outcome == Failure.TIMEOUT))

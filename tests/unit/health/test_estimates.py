import pytest
from hypothesis import given
from hypothesis import strategies as st
from switchboard.errors import Failure
from switchboard.health.estimates import NOTHING, STRANGER, Evidence, Past, estimate, estimates, faded
from switchboard.health.histogram import Histogram
from switchboard.health.rollup import CANCELLED, OK, Observation, Rollup

NOW = 1_000_000.0


def answers(count: int, *, failures: int = 0, first_ms: int = 500, pace_ms: int = 10) -> Rollup:
    """Of 101 tokens each: a hundred after the first, at `pace_ms` for each."""
    good = Observation(OK, tokens_out=100, first_token_ms=first_ms, generation_ms=100 * pace_ms)
    return Rollup.of([good] * count + [Observation(Failure.SERVER.value, lost_ms=400)] * failures)


def test_nothing_known_is_a_stranger() -> None:
    assert estimate(Past(NOTHING, NOTHING)) == STRANGER


def test_much_evidence_speaks_for_itself() -> None:
    seen = Evidence.of(answers(9000, failures=1000))
    found = estimate(Past(seen, seen))
    assert found.success == pytest.approx(0.9, abs=0.001)
    assert found.first_token_s == pytest.approx(0.5, abs=0.001)
    assert found.token_s == pytest.approx(0.01, rel=0.06)
    assert found.lost_s == pytest.approx(0.4, abs=0.01)


def test_what_tools_and_answers_are_like_is_learnt_too() -> None:
    seen = Evidence.of(Rollup.of([Observation(OK, tokens_out=80, tools_ok=number % 4 > 0) for number in range(4000)]))
    found = estimate(Past(seen, NOTHING))
    assert found.tool_faults == pytest.approx(0.25, abs=0.001)
    assert found.answer_tokens == pytest.approx(80, abs=1)


def test_one_failure_after_many_answers_is_no_verdict() -> None:
    slow = Evidence.of(answers(1000))
    fast = Evidence.of(answers(0, failures=1))
    assert estimate(Past(slow, fast)).success > 0.9


def test_a_bad_minute_weighs_more_than_a_good_day() -> None:
    slow = Evidence.of(answers(1000))
    fast = Evidence.of(answers(0, failures=50))
    assert estimate(Past(slow, fast)).success < 0.2


@pytest.mark.parametrize("outcome", [CANCELLED, Failure.BAD_REQUEST.value, Failure.CONTENT_POLICY.value])
def test_what_the_caller_did_is_no_evidence(outcome: str) -> None:
    assert Evidence.of(Rollup.of([Observation(outcome, lost_ms=900)])) == NOTHING


def test_a_rate_limit_is_a_failure_to_expect() -> None:
    limited = Evidence.of(Rollup.of([Observation(Failure.RATE_LIMIT.value, lost_ms=100)] * 50))
    assert estimate(Past(NOTHING, limited)).success < 0.2


def test_rows_count_by_half_for_every_half_life() -> None:
    eight = Evidence.of(answers(8))
    rows = {int(NOW): eight, int(NOW) - 600: eight, int(NOW) - 1200: eight}
    assert faded(rows, NOW, 600).attempts == pytest.approx(8 + 4 + 2)
    assert faded({int(NOW) + 30: eight}, NOW, 600).attempts == pytest.approx(8), "an open row is not older than now"


def test_a_newcomer_is_taken_for_its_models_others_then_for_its_providers() -> None:
    bad = Past(Evidence.of(answers(50, failures=50)), NOTHING)
    new = Past(NOTHING, NOTHING)
    found = estimates({"lab/one@acme": bad, "lab/one@new": new, "lab/two@acme": new, "lab/three@other": new})
    assert found["lab/one@new"].success == pytest.approx(0.5, abs=0.05)
    assert found["lab/two@acme"].success == pytest.approx(0.5, abs=0.05)
    assert found["lab/three@other"] == STRANGER


@given(st.integers(0, 30), st.integers(0, 30), st.integers(0, 30), st.integers(0, 30))
def test_success_is_a_share_and_rises_with_every_answer(ok: int, bad: int, fast_ok: int, fast_bad: int) -> None:
    def success(more: int) -> float:
        slow = Evidence.of(answers(ok + more, failures=bad))
        return estimate(Past(slow, Evidence.of(answers(fast_ok + more, failures=fast_bad)))).success

    assert 0 < success(0) <= success(1) <= 1


def test_the_latest_first_token_is_known_once_there_are_enough_of_them() -> None:
    few, many = (Past(NOTHING, NOTHING, Histogram.of([400] * count + [3000] * 2)) for count in (40, 60))
    assert estimate(few).latest_s == STRANGER.latest_s
    assert estimate(many).latest_s == pytest.approx(3.0, rel=0.05)

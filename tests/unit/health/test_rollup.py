from hypothesis import given
from hypothesis import strategies as st
from switchboard.errors import Failure
from switchboard.health.figures import Uptime
from switchboard.health.rollup import Observation, Rollup

from tests.records import OUTCOMES

whole = st.integers(0, 10**6)
observations = st.lists(
    st.builds(
        Observation,
        st.sampled_from(OUTCOMES),
        whole,
        whole,
        whole,
        st.none() | whole,
        st.none() | whole,
        whole,
        st.none() | st.booleans(),
        st.booleans(),
    )
)
STREAMED = Observation("ok", 100, 50, 7, first_token_ms=600, generation_ms=1000)


@given(observations, observations)
def test_a_merge_equals_one_rollup_of_all(left: list[Observation], right: list[Observation]) -> None:
    both = Rollup.merged((Rollup.of(left), Rollup.of(right)))
    assert both == Rollup.of(left + right) == Rollup.merged((Rollup.of(right), Rollup.of(left)))


@given(observations)
def test_sums_are_exact(seen: list[Observation]) -> None:
    rollup = Rollup.of(seen)
    assert rollup.requests == len(seen)
    assert rollup.tokens_in == sum(one.tokens_in for one in seen)
    assert rollup.tokens_out == sum(one.tokens_out for one in seen)
    assert rollup.cost == sum(one.cost for one in seen)
    assert rollup.tool_answers == sum(one.tools_ok in (True, False) for one in seen)
    assert rollup.tool_faults == [one.tools_ok for one in seen].count(False)
    assert rollup.openings == sum(one.opened for one in seen)
    assert rollup.first_token.count == sum(one.first_token_ms is not None for one in seen)


def uptime(*outcomes: str) -> Uptime:
    return Rollup.of(map(Observation, outcomes)).uptime


def test_the_callers_own_errors_do_not_count() -> None:
    assert uptime("ok", "bad_request", "content_policy", "context_length") == Uptime(1, 1)


def test_rate_limits_are_counted_apart() -> None:
    assert uptime("ok", "rate_limit") == Uptime(1, 1)
    assert Rollup.of([Observation("rate_limit")]).rate_limited == 1


def test_every_other_failure_counts() -> None:
    others = {"upstream_auth", "model_missing", "capacity", "server", "timeout", "cut"}
    assert others | {"bad_request", "content_policy", "context_length", "rate_limit"} == {f.value for f in Failure}
    assert uptime("ok", *others) == Uptime(1, 7)
    assert uptime("something new") == Uptime(0, 1)


def test_no_attempt_is_no_uptime() -> None:
    assert Rollup().uptime.ratio is None
    assert uptime("rate_limit").ratio is None


def test_throughput_is_output_tokens_by_the_time_after_the_first() -> None:
    rollup = Rollup.of([STREAMED])
    assert rollup.throughput is not None
    assert rollup.throughput.avg == 50
    assert rollup.latency is not None
    assert rollup.latency.p50 == 600


def test_what_has_no_speed_is_left_out() -> None:
    without = [
        Observation("ok", tokens_out=50, first_token_ms=600),
        Observation("ok", tokens_out=50, first_token_ms=600, generation_ms=0),
        Observation("ok", tokens_out=1, first_token_ms=600, generation_ms=10),
        Observation("ok", tokens_out=50, generation_ms=10),
        Observation("cut", tokens_out=50, first_token_ms=600, generation_ms=10),
    ]
    rollup = Rollup.of(without)
    assert rollup.throughput is None
    assert rollup.first_token.count == 4

from collections import Counter
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st
from switchboard.accounting.generation import Attempt, Generation
from switchboard.chat import Usage
from switchboard.health.figures import Uptime
from switchboard.jobs.tally import tally

from tests.records import generations, names

FAILED = Attempt("m@slow", "slow", "timeout", None, 5000)
SERVED = Attempt("m@good", "good", "ok", 200, 1600, first_token_ms=600, generation_ms=1000)
GENERATION = Generation(
    id="gen-1",
    key_id="key",
    created=0,
    finished=7,
    model="m",
    model_asked="m",
    protocol="openai-chat",
    streamed=True,
    attempts=(FAILED, SERVED),
    endpoint="m@good",
    provider="good",
    usage=Usage(input=100, output=40, reasoning=10),
    cost=123,
)


def test_a_rescued_failure_counts_against_the_endpoint_that_failed() -> None:
    rollups = tally([GENERATION])
    assert set(rollups) == {"endpoint:m@slow", "endpoint:m@good", "model:m"}
    assert rollups["endpoint:m@slow"].uptime == Uptime(0, 1)
    assert rollups["endpoint:m@good"].uptime == Uptime(1, 1)
    assert rollups["model:m"].uptime == Uptime(1, 1)


def test_what_a_probe_met_is_counted_apart_and_for_no_model() -> None:
    rollups = tally([GENERATION, replace(GENERATION, is_probe=True)])
    assert set(rollups) == {"endpoint:m@slow", "endpoint:m@good", "model:m", "probes:m@slow", "probes:m@good"}
    assert rollups["probes:m@slow"].uptime == Uptime(0, 1)
    assert rollups["probes:m@good"].uptime == Uptime(1, 1)
    assert tally([GENERATION]).items() <= rollups.items(), "callers' series do not see it"
    unanswered = replace(GENERATION, is_probe=True, attempts=(FAILED,), endpoint=None)
    assert set(tally([unanswered])) == {"probes:m@slow"}


def test_tokens_and_cost_belong_to_the_endpoint_that_served() -> None:
    rollups = tally([GENERATION])
    for series in ("endpoint:m@good", "model:m"):
        rollup = rollups[series]
        assert (rollup.tokens_in, rollup.tokens_out, rollup.cost) == (100, 50, 123)
        assert rollup.throughput is not None
        assert rollup.throughput.avg == 50
    assert rollups["endpoint:m@slow"].tokens_in == 0


def test_a_model_is_as_slow_as_its_caller_felt_it() -> None:
    rollups = tally([GENERATION])
    assert rollups["endpoint:m@good"].first_token.max == 600
    assert rollups["model:m"].first_token.max == 5600


def test_a_breakers_openings_are_found_in_the_order_of_events_whoever_asked() -> None:
    def at(second: float, *attempts: Attempt) -> Generation:
        return replace(GENERATION, created=second, attempts=attempts)

    fails = replace(FAILED, outcome="server", duration_ms=10)
    apart = [at(3, fails, SERVED), at(1, fails, SERVED), at(2, fails, SERVED)]
    assert tally(apart)["endpoint:m@slow"].openings == 1
    between = at(2.5, replace(SERVED, endpoint="m@slow", duration_ms=10))
    assert tally([*apart, between])["endpoint:m@slow"].openings == 0
    assert tally(apart)["model:m"].openings == 0


def test_a_request_that_nobody_answered_is_a_failure_of_the_model() -> None:
    lost = replace(GENERATION, attempts=(FAILED, FAILED), endpoint=None, usage=Usage(), cost=None)
    rollups = tally([lost])
    assert rollups["endpoint:m@slow"].uptime == Uptime(0, 2)
    assert rollups["model:m"].uptime == Uptime(0, 1)


def test_a_request_that_reached_no_endpoint_says_nothing() -> None:
    assert tally([replace(GENERATION, attempts=(), endpoint=None)]) == {}


@given(st.lists(generations(words=names), max_size=8))
def test_every_attempt_is_counted_once(records: list[Generation]) -> None:
    rollups = tally(records)
    attempts = Counter(attempt.endpoint for record in records for attempt in record.attempts)
    answered = Counter(record.model for record in records if record.attempts)
    expected = {f"endpoint:{key}": n for key, n in attempts.items()} | {
        f"model:{key}": n for key, n in answered.items()
    }
    assert {series: rollup.requests for series, rollup in rollups.items()} == expected

from dataclasses import replace
from typing import Any

from hypothesis import given
from switchboard.accounting.generation import Attempt
from switchboard.web.generations import generation_object

from tests.records import START, answered, generations

DONE = answered(START)


def shown(**changes: Any) -> Any:
    return generation_object(replace(DONE, **changes))


def test_costs_are_in_dollars_and_exact_beside_it() -> None:
    row = shown(cost=1_234_567_890)
    assert (row["total_cost"], row["usage"], row["cost_nano_dollars"]) == (1.23456789, 1.23456789, 1_234_567_890)


def test_a_cost_that_is_not_known_is_null() -> None:
    row = shown(cost=None)
    assert (row["total_cost"], row["usage"], row["cost_nano_dollars"]) == (None, None, None)


def test_times_are_in_milliseconds_and_of_the_attempt_that_answered() -> None:
    failed = Attempt("m@other", "other", "timeout", None, 20_000)
    row = shown(attempts=(failed, *DONE.attempts))
    assert (row["latency"], row["generation_time"], row["total_time"]) == (600, 1000, 2000)
    assert row["created_at"] == "2027-01-15T07:59:58.000Z"


def test_every_attempt_is_told_of() -> None:
    failed = Attempt("m@other", "other", "timeout", None, 20_000, message="late")
    first, second = shown(attempts=(failed, *DONE.attempts))["provider_responses"]
    assert (first["provider_name"], first["outcome"], first["message"], first["duration"]) == (
        "other",
        "timeout",
        "late",
        20_000,
    )
    assert (second["endpoint"], second["status"], second["latency"]) == ("m@e", 200, 600)


def test_a_generation_without_attempts_has_no_times() -> None:
    row = shown(attempts=())
    assert (row["latency"], row["generation_time"]) == (None, None)


def test_tokens_are_sums_of_the_buckets() -> None:
    row = shown(usage=replace(DONE.usage, input=1, cache_read=2, output=4, reasoning=8))
    assert (row["tokens_prompt"], row["tokens_completion"]) == (3, 12)
    assert (row["native_tokens_cached"], row["native_tokens_reasoning"]) == (2, 8)


@given(generations())
def test_nothing_of_the_key_is_shown(generation: Any) -> None:
    assert "key_id" not in generation_object(generation)

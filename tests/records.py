"""Hypothesis strategies for the records that more than one test makes up."""

from typing import Any

from hypothesis import strategies as st
from switchboard.accounting.generation import Attempt, Generation
from switchboard.chat import BUCKETS, Usage
from switchboard.errors import Failure
from switchboard.ids import ALPHABET, GENERATION_PREFIX

ENDPOINTS = ("openai/gpt-4.1@openai", "openai/gpt-4.1@azure", "anthropic/claude@anthropic")
OUTCOMES = ("ok", *(failure.value for failure in Failure))

START = 1_800_000_000.0  # 2027-01-15 08:00:00 UTC

texts = st.text(max_size=12)
# For tests of sums, which read no text but by its being the same: drawn texts are most of what a record costs.
names = st.sampled_from(("", "a", "b"))
counts = st.integers(0, 10**9)
# The last two letters of an id name its shard: one of the three that every store here has.
tails = st.integers(0, 3 * 10**13 - 1).map(lambda number: f"{number // 3:014d}0{number % 3}")
usages = st.builds(
    Usage, **dict.fromkeys(BUCKETS, counts), service_tier=st.none() | st.sampled_from(("flex", "priority"))
)


def ulid_at(seconds: float, tail: str) -> str:
    """An id as new_ulid() makes it, with a tail that the test chooses."""
    milliseconds = int(seconds * 1000)
    return "".join(ALPHABET[milliseconds >> shift & 31] for shift in range(45, -1, -5)) + tail


def attempts(words: st.SearchStrategy[str]) -> st.SearchStrategy[Attempt]:
    return st.builds(
        lambda endpoint, **rest: Attempt(endpoint=endpoint, provider=endpoint.partition("@")[2], **rest),
        endpoint=st.sampled_from(ENDPOINTS),
        outcome=st.sampled_from(OUTCOMES),
        status=st.none() | st.integers(200, 599),
        duration_ms=st.integers(0, 900_000),
        first_token_ms=st.none() | st.integers(0, 60_000),
        generation_ms=st.none() | st.integers(0, 600_000),
        message=st.none() | words,
        credential=st.none() | words,
    )


def generations(
    start: float = START, minutes: int = 5, words: st.SearchStrategy[str] = texts
) -> st.SearchStrategy[Generation]:
    """One that ends within so many minutes of `start` (Unix seconds) and ran for up to 15."""

    def made(ends_ms: int, ran_ms: int, tail: str, tried: list[Attempt], **rest: Any) -> Generation:
        finished = start + ends_ms / 1000
        created = finished - ran_ms / 1000
        return Generation(
            id=GENERATION_PREFIX + ulid_at(created, tail),
            created=created,
            finished=finished,
            protocol="openai-chat",
            attempts=tuple(tried),
            endpoint=tried[-1].endpoint if tried else None,
            provider=tried[-1].provider if tried else None,
            **rest,
        )

    maybe = st.none() | words
    return st.builds(
        made,
        ends_ms=st.integers(0, minutes * 60_000 - 1),
        ran_ms=st.integers(0, 899_000),
        tail=tails,
        tried=st.lists(attempts(words), max_size=3),
        key_id=words,
        model=st.sampled_from(("openai/gpt-4.1", "anthropic/claude")),
        model_asked=st.sampled_from(("openai/gpt-4.1", "gpt-4.1")),
        streamed=st.booleans(),
        finish_reason=st.none() | st.sampled_from(("stop", "length", "error")),
        usage=usages,
        cost=st.none() | st.integers(0, 10**15),
        price_source=maybe,
        unpriced=st.lists(words, max_size=2).map(tuple),
        cancelled=st.booleans(),
        estimated=st.booleans(),
        error=maybe,
        app=maybe,
        user=maybe,
        tools_ok=st.none() | st.booleans(),
    )


def answered(finished: float, number: int = 0, outcome: str = "ok") -> Generation:
    """A plain one of two seconds at endpoint m@e; `number` keeps ids apart."""
    attempt = Attempt("m@e", "e", outcome, 200, 1600, first_token_ms=600, generation_ms=1000)
    return Generation(
        id=GENERATION_PREFIX + ulid_at(finished - 2, f"{number:014d}00"),
        key_id="key",
        created=finished - 2,
        finished=finished,
        model="m",
        model_asked="m",
        protocol="openai-chat",
        streamed=True,
        attempts=(attempt,),
        endpoint="m@e",
        provider="e",
        usage=Usage(input=100, output=50),
        cost=7,
    )

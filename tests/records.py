"""Hypothesis strategies for the records that more than one test makes up."""

from hypothesis import strategies as st
from switchboard.accounting.generation import Attempt, Generation
from switchboard.chat import BUCKETS, Usage
from switchboard.errors import Failure
from switchboard.ids import ALPHABET, GENERATION_PREFIX

ENDPOINTS = ("openai/gpt-4.1@openai", "openai/gpt-4.1@azure", "anthropic/claude@anthropic")
OUTCOMES = ("ok", *(failure.value for failure in Failure))

START = 1_800_000_000.0  # 2027-01-15 08:00:00 UTC

texts = st.text(max_size=12)
maybe_text = st.none() | texts
counts = st.integers(0, 10**9)
# The last two letters of an id name its shard: one of the three that every store here has.
tails = st.builds("{}0{}".format, st.text(ALPHABET, min_size=14, max_size=14), st.integers(0, 2))
usages = st.builds(
    Usage, **dict.fromkeys(BUCKETS, counts), service_tier=st.none() | st.sampled_from(("flex", "priority"))
)


def ulid_at(seconds: float, tail: str) -> str:
    """An id as new_ulid() makes it, with a tail that the test chooses."""
    milliseconds = int(seconds * 1000)
    return "".join(ALPHABET[milliseconds >> shift & 31] for shift in range(45, -1, -5)) + tail


@st.composite
def attempts(draw: st.DrawFn) -> Attempt:
    endpoint = draw(st.sampled_from(ENDPOINTS))
    return Attempt(
        endpoint=endpoint,
        provider=endpoint.partition("@")[2],
        outcome=draw(st.sampled_from(OUTCOMES)),
        status=draw(st.none() | st.integers(200, 599)),
        duration_ms=draw(st.integers(0, 900_000)),
        first_token_ms=draw(st.none() | st.integers(0, 60_000)),
        generation_ms=draw(st.none() | st.integers(0, 600_000)),
        message=draw(maybe_text),
        credential=draw(maybe_text),
    )


@st.composite
def generations(draw: st.DrawFn, start: float = START, minutes: int = 5) -> Generation:
    """One that ends within so many minutes of `start` (Unix seconds) and ran for up to 15."""
    finished = start + draw(st.integers(0, minutes * 60_000 - 1)) / 1000
    created = finished - draw(st.integers(0, 899_000)) / 1000
    tried = tuple(draw(st.lists(attempts(), max_size=3)))
    return Generation(
        id=GENERATION_PREFIX + ulid_at(created, draw(tails)),
        key_id=draw(texts),
        created=created,
        finished=finished,
        model=draw(st.sampled_from(("openai/gpt-4.1", "anthropic/claude"))),
        model_asked=draw(st.sampled_from(("openai/gpt-4.1", "gpt-4.1"))),
        protocol="openai-chat",
        streamed=draw(st.booleans()),
        attempts=tried,
        endpoint=tried[-1].endpoint if tried else None,
        provider=tried[-1].provider if tried else None,
        finish_reason=draw(st.none() | st.sampled_from(("stop", "length", "error"))),
        usage=draw(usages),
        cost=draw(st.none() | st.integers(0, 10**15)),
        price_source=draw(maybe_text),
        unpriced=tuple(draw(st.lists(texts, max_size=2))),
        cancelled=draw(st.booleans()),
        estimated=draw(st.booleans()),
        error=draw(maybe_text),
        app=draw(maybe_text),
        user=draw(maybe_text),
        tools_ok=draw(st.none() | st.booleans()),
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

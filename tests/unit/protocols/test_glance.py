import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from switchboard.protocols.glance import seems_to_ask_for
from switchboard.protocols.interface import Arrival

LONG = [{"role": "user", "content": "x" * 100_000}]


@pytest.mark.parametrize(
    "arrival",
    [
        Arrival(b'{"model": "lab/one", "messages": []}'),
        Arrival(orjson.dumps({"model": "lab/one", "messages": LONG})),
        Arrival(orjson.dumps({"messages": LONG, "model": "lab/one", "stream": True})),
        Arrival(b'{"contents": []}', {"target": "lab/one:streamGenerateContent"}),
    ],
)
def test_the_model_is_seen_at_either_end_and_in_the_path(arrival: Arrival) -> None:
    assert seems_to_ask_for(arrival) == "lab/one"


def test_what_a_text_says_is_not_what_is_asked_for() -> None:
    quoted = orjson.dumps({"messages": [{"role": "user", "content": '{"model": "lab/two"}'}], "model": "lab/one"})
    assert seems_to_ask_for(Arrival(quoted)) == "lab/one"


@given(st.binary(max_size=200))
def test_anything_may_come(body: bytes) -> None:
    seen = seems_to_ask_for(Arrival(body))
    assert seen is None or seen.encode() in body or "\ufffd" in seen

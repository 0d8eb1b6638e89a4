from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from switchboard.fitting import fitted
from switchboard.parameters import Vocabulary
from switchboard.protocols.google_generate.parse import parse as parse_google
from switchboard.protocols.interface import Arrival
from switchboard.protocols.openai_chat.parse import parse as parse_chat
from switchboard.providers.dialects import UpstreamDialects

from tests.anthropic_examples import messages
from tests.examples import endpoint, provider, request
from tests.fakes import FakeClock

DIALECTS = UpstreamDialects(FakeClock())
NARROW = Vocabulary(frozenset({"temperature", "max_tokens", "stop"}), ranges={"temperature": (0.0, 1.0)}, most_stops=2)
FOREIGN = endpoint(provider=provider("acme", protocol="anthropic-messages"))
# Any: JSON that tests make up.


def test_what_fits_is_the_same_request_and_says_nothing() -> None:
    asked = request(temperature=0.5, max_tokens=5)
    made = fitted(asked, FOREIGN, NARROW)
    assert made.request is asked
    assert made.headers == {}


def test_a_value_out_of_range_is_brought_into_it_and_named() -> None:
    made = fitted(request(temperature=1.5), FOREIGN, NARROW)
    assert made.request.parameters["temperature"] == 1.0
    assert made.headers == {"x-switchboard-clamped": "temperature=1.0 (was 1.5)"}


def test_more_output_than_an_endpoint_gives() -> None:
    asked = request(max_completion_tokens=9000)
    made = fitted(asked, endpoint(max_output=8192), DIALECTS["openai-chat"].words)
    assert made.request.max_output == 8192
    assert made.request.native["max_completion_tokens"] == 8192
    assert made.clamped == ("max_completion_tokens=8192 (was 9000)",)
    assert asked.native["max_completion_tokens"] == 9000


def test_more_stop_sequences_than_a_dialect_takes() -> None:
    made = fitted(request(stop=["a", "b", "c"]), FOREIGN, NARROW)
    assert made.request.parameters["stop"] == ["a", "b"]
    assert made.clamped == ("stop=2 sequences (was 3)",)


def test_a_providers_own_range_goes_before_the_dialects_and_an_endpoints_before_both() -> None:
    mistral = provider("acme", facts={"ranges": {"temperature": [0, 1.5]}})
    words = DIALECTS["openai-chat"].words
    asked = request(temperature=1.9)
    assert fitted(asked, endpoint(provider=mistral), words).request.native["temperature"] == 1.5
    narrow = endpoint(provider=mistral, facts={"ranges": {"temperature": [1, 1]}})
    assert fitted(asked, narrow, words).request.native["temperature"] == 1


def test_a_body_in_the_endpoints_own_dialect_is_changed_where_it_keeps_the_value() -> None:
    google = endpoint(provider=provider("google", protocol="google-generate"), max_output=100)
    for names in (("generationConfig", "maxOutputTokens"), ("generation_config", "max_output_tokens")):
        body = {"contents": [{"parts": [{"text": "hi"}]}], names[0]: {names[1]: 999, "temperature": 3}}
        asked = parse_google(Arrival(orjson.dumps(body), {"target": "lab/one:generateContent"}))
        made = fitted(asked, google, DIALECTS["google-generate"].words)
        assert made.request.native[names[0]] == {names[1]: 100, "temperature": 2.0}


def test_what_is_left_out_is_named_and_what_is_not_translated_is_not() -> None:
    asked = request(seed=1, logit_bias={"1": 1}, metadata={"a": "b"})
    made = fitted(asked, FOREIGN, DIALECTS["anthropic-messages"].words)
    assert made.headers == {"x-switchboard-dropped": "logit_bias, metadata, seed"}
    assert fitted(asked, endpoint(), DIALECTS["openai-chat"].words).dropped == ()


@pytest.mark.parametrize(
    ("body", "named"),
    [
        ({"store": True, "user": "ann"}, ("store", "user")),
        ({"store": False}, ()),
        ({"messages": [{"role": "user", "name": "ann", "content": "Hi"}]}, ("messages.name",)),
        ({"messages": [{"role": "function", "name": "weather", "content": "Sunny"}]}, ()),
    ],
)
def test_what_is_no_parameter_and_gets_lost_in_translation_is_named_too(
    body: dict[str, Any], named: tuple[str, ...]
) -> None:
    asked = parse_chat(orjson.dumps({"model": "m", "messages": [{"role": "user", "content": "Hi"}], **body}))
    assert fitted(asked, FOREIGN, NARROW).dropped == named
    assert fitted(asked, endpoint(), DIALECTS["openai-chat"].words).dropped == ()


def test_what_an_endpoint_does_not_list_is_named_too() -> None:
    poor = endpoint(supported_parameters=frozenset({"temperature"}))
    assert fitted(request(top_k=1, temperature=1), poor, DIALECTS["openai-chat"].words).dropped == ("top_k",)


def test_what_is_left_out_needs_no_clamping() -> None:
    poor = endpoint(supported_parameters=frozenset())
    made = fitted(request(temperature=9), poor, DIALECTS["openai-chat"].words)
    assert (made.clamped, made.dropped) == ((), ("temperature",))


def test_one_of_two_that_exclude_each_other_is_named() -> None:
    claude = endpoint(
        provider=provider("anthropic", protocol="anthropic-messages"), facts={"temperature_excludes_top_p": True}
    )
    made = fitted(messages(temperature=0.5, top_p=0.9), claude, DIALECTS["anthropic-messages"].words)
    assert made.dropped == ("top_p",)


@pytest.mark.parametrize("name", ["a\r\nset-cookie: x", "ü", "a b", "x" * 65])
def test_a_callers_word_gets_into_no_header_unless_it_is_one(name: str) -> None:
    assert fitted(request(**{name: 1}), FOREIGN, NARROW).headers == {}


@given(st.dictionaries(st.sampled_from(["temperature", "top_p", "top_k"]), st.floats(-9, 9) | st.integers(-9, 9)))
def test_whatever_is_asked_for_ends_up_in_range_and_a_second_look_changes_nothing(values: dict[str, Any]) -> None:
    words = DIALECTS["anthropic-messages"].words
    made = fitted(request(**values), FOREIGN, words)
    for name, (least, most) in words.ranges.items():
        value: Any = made.request.parameters.get(name, least)
        assert least <= value <= most
    assert fitted(made.request, FOREIGN, words).request is made.request

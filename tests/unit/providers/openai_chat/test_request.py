from typing import Any

import orjson
import pytest
from switchboard.catalog.model import Endpoint
from switchboard.providers.openai_chat.quirks import QUIRKS
from switchboard.providers.openai_chat.request import build
from switchboard.secret import Secret
from switchboard.wire.http import HttpRequest

from tests.examples import HELLO, endpoint, provider, request

# Any: tests look deep into the body.

TOOL = {"type": "function", "function": {"name": "now"}}
LISTED = frozenset({"temperature", "max_tokens"})


def built(offer: Endpoint | None = None, **fields: Any) -> HttpRequest:
    return build(request(**fields), offer or endpoint(), Secret("sk-1"))


def sent(offer: Endpoint | None = None, **fields: Any) -> Any:
    return orjson.loads(built(offer, **fields).body)


def message(*quirks: str, **fields: Any) -> Any:
    """How one message reaches a provider with these quirks."""
    (edited,) = sent(endpoint(quirks=quirks), messages=[{"content": "x", **fields}])["messages"]
    return edited


def test_it_is_a_post_to_the_providers_address() -> None:
    assert (built().method, built().url) == ("POST", "https://acme.test/v1/chat/completions")


def test_it_carries_the_providers_key_and_its_own_headers() -> None:
    offer = endpoint(provider=provider(headers={"x-team": "a", "accept": "*/*"}))
    assert built(offer).headers == {
        "content-type": "application/json",
        "accept": "*/*",
        "x-team": "a",
        "authorization": "Bearer sk-1",
    }


@pytest.mark.parametrize(("stream", "accept"), [(True, "text/event-stream"), (False, "application/json")])
def test_it_says_what_it_expects(stream: bool, accept: str) -> None:
    assert built(stream=stream).headers["accept"] == accept


def test_the_model_is_called_what_the_provider_calls_it() -> None:
    assert sent(model="lab/one")["model"] == "upstream-one"


def test_an_unknown_field_is_forwarded() -> None:
    assert sent(endpoint(supported_parameters=LISTED), safe_prompt=True)["safe_prompt"] is True


@pytest.mark.parametrize("name", ["user", "metadata", "store"])
def test_the_envelope_is_forwarded(name: str) -> None:
    value: Any = {"user": "u", "metadata": {"a": "b"}, "store": False}[name]
    assert sent(**{name: value})[name] == value


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("models", ["lab/two"]),
        ("provider", {"order": ["acme"]}),
        ("usage", {"include": True}),
        ("route", "fallback"),
        ("transforms", []),
        ("plugins", []),
        ("include_reasoning", True),
        ("session_id", "s"),
        ("preset", "p"),
        ("trace", {}),
        ("debug", {}),
        ("cache_control", {"type": "ephemeral"}),
        ("model_routing_config", {}),
        ("stop_server_tools_when", []),
    ],
)
def test_what_is_meant_for_the_gateway_is_never_forwarded(name: str, value: Any) -> None:
    assert sent(**{name: value}).keys() == {"model", "messages"}


def test_nulls_are_not_forwarded() -> None:
    assert sent(temperature=None, stop=None, future=None, provider=None).keys() == {"model", "messages"}


def test_a_parameter_that_the_endpoint_does_not_list_is_dropped() -> None:
    body = sent(endpoint(supported_parameters=LISTED), temperature=1, top_k=3, seed=1)
    assert body.keys() == {"model", "messages", "temperature"}


def test_an_endpoint_that_lists_nothing_is_given_everything() -> None:
    assert sent(endpoint(supported_parameters=None), top_k=3)["top_k"] == 3


def test_tools_that_are_dropped_take_the_choice_among_them_along() -> None:
    offer = endpoint(supported_parameters=LISTED | {"tool_choice", "parallel_tool_calls"})
    body = sent(offer, tools=[TOOL], tool_choice="auto", parallel_tool_calls=False)
    assert body.keys() == {"model", "messages"}


def test_an_empty_list_of_tools_is_dropped_with_all_that_belongs_to_it() -> None:
    assert sent(tools=[], tool_choice="none", parallel_tool_calls=True).keys() == {"model", "messages"}


def test_a_choice_without_tools_is_dropped() -> None:
    assert "tool_choice" not in sent(tool_choice="auto")


def test_tools_and_the_choice_among_them_are_forwarded_as_they_are() -> None:
    body = sent(tools=[TOOL], tool_choice="required", parallel_tool_calls=False)
    assert (body["tools"], body["tool_choice"], body["parallel_tool_calls"]) == ([TOOL], "required", False)


def test_a_stream_always_asks_for_usage() -> None:
    body = sent(stream=True, stream_options={"include_usage": False, "include_obfuscation": False})
    assert (body["stream"], body["stream_options"]) == (True, {"include_usage": True})


@pytest.mark.parametrize("stream", [False, None])
def test_a_whole_answer_has_no_stream_options(stream: Any) -> None:
    assert sent(stream=stream, stream_options={"include_usage": True}).keys() == {"model", "messages"}


def test_quirk_no_stream_options() -> None:
    body = sent(endpoint(quirks=("no_stream_options",)), stream=True)
    assert body["stream"] is True
    assert "stream_options" not in body


@pytest.mark.parametrize("given", ["max_tokens", "max_completion_tokens"])
@pytest.mark.parametrize("known", ["max_tokens", "max_completion_tokens"])
def test_quirk_max_tokens_field(given: str, known: str) -> None:
    body = sent(endpoint(quirks=(f"max_tokens_field={known}",)), **{given: 7})
    assert {name: value for name, value in body.items() if name.startswith("max_")} == {known: 7}


@pytest.mark.parametrize("given", ["max_tokens", "max_completion_tokens"])
def test_without_that_quirk_the_limit_keeps_its_name(given: str) -> None:
    assert sent(endpoint(), **{given: 7})[given] == 7


def test_the_two_names_of_the_limit_are_never_sent_at_once() -> None:
    body = sent(max_tokens=7, max_completion_tokens=8)
    assert {name: value for name, value in body.items() if name.startswith("max_")} == {"max_completion_tokens": 8}


def test_no_limit_is_made_up() -> None:
    assert "max_tokens" not in sent(endpoint(quirks=("max_tokens_field=max_tokens",)))


@pytest.mark.parametrize(
    ("reasoning", "effort"),
    [
        ({"effort": "high"}, "high"),
        ({"effort": "none"}, "none"),
        ({"enabled": True}, "medium"),
        ({"enabled": False}, None),
        ({"effort": 3}, None),
        ({}, None),
    ],
)
def test_the_reasoning_object_becomes_an_effort(reasoning: Any, effort: str | None) -> None:
    body = sent(reasoning=reasoning)
    assert body.get("reasoning_effort") == effort
    assert "reasoning" not in body


def test_an_effort_that_was_given_goes_before_the_object() -> None:
    assert sent(reasoning={"effort": "low"}, reasoning_effort="high")["reasoning_effort"] == "high"


def test_a_message_passes_as_it_is() -> None:
    given: Any = {"role": "assistant", "content": "x", "name": "bob", "refusal": None, "audio": {"id": "a"}}
    assert sent(messages=[given])["messages"] == [given]


@pytest.mark.parametrize("name", ["reasoning", "reasoning_details", "reasoning_content", "cache_control"])
def test_a_message_loses_what_openai_would_refuse(name: str) -> None:
    assert message(role="assistant", **{name: "why"}) == {"role": "assistant", "content": "x"}


def test_a_part_loses_its_cache_mark() -> None:
    part = {"type": "text", "text": "x", "cache_control": {"type": "ephemeral"}}
    assert message(role="user", content=[part])["content"] == [{"type": "text", "text": "x"}]


@pytest.mark.parametrize(("budget", "effort"), [(8000, "high"), (5000, "medium"), (2000, "low")])
def test_a_budget_for_reasoning_becomes_the_nearest_effort(budget: int, effort: str) -> None:
    assert sent(reasoning={"max_tokens": budget}, max_tokens=10_000)["reasoning_effort"] == effort


def test_quirk_reasoning_content_back() -> None:
    kept = message("reasoning_content_back", role="assistant", reasoning_content="why", reasoning="why")
    assert kept == {"role": "assistant", "content": "x", "reasoning_content": "why"}


def test_quirk_no_developer_role() -> None:
    assert message("no_developer_role", role="developer")["role"] == "system"
    assert message("no_developer_role", role="user")["role"] == "user"
    assert message(role="developer")["role"] == "developer"


def test_quirk_tool_choice_any() -> None:
    mistral = endpoint(quirks=("tool_choice_any",))
    assert sent(mistral, tools=[TOOL], tool_choice="required")["tool_choice"] == "any"
    assert sent(mistral, tools=[TOOL], tool_choice="auto")["tool_choice"] == "auto"


def conversation(identifier: str) -> Any:
    call = {"id": identifier, "type": "function", "function": {"name": "now", "arguments": "{}"}}
    return [
        {"role": "assistant", "content": None, "tool_calls": [call]},
        {"role": "tool", "tool_call_id": identifier, "content": "noon"},
    ]


@pytest.mark.parametrize("identifier", ["call_abc", "toolu_01", "x", "ninechars!", "functions.now:0", "ümläutsss"])
def test_quirk_tool_ids_9(identifier: str) -> None:
    called, result = sent(endpoint(quirks=("tool_ids_9",)), messages=conversation(identifier))["messages"]
    short = called["tool_calls"][0]["id"]
    assert short == result["tool_call_id"]
    assert len(short) == 9
    assert short.isascii()
    assert short.isalnum()


def test_ids_that_are_nine_already_stay() -> None:
    called, _ = sent(endpoint(quirks=("tool_ids_9",)), messages=conversation("D681PevKs"))["messages"]
    assert called["tool_calls"][0]["id"] == "D681PevKs"


def test_different_ids_stay_different() -> None:
    def short(identifier: str) -> str:
        (called, _) = sent(endpoint(quirks=("tool_ids_9",)), messages=conversation(identifier))["messages"]
        return str(called["tool_calls"][0]["id"])

    assert len({short(f"call_{number}") for number in range(200)}) == 200


def test_without_that_quirk_ids_stay() -> None:
    assert sent(messages=conversation("call_abc"))["messages"] == conversation("call_abc")


@pytest.mark.parametrize("arguments", ["", None])
def test_a_call_without_arguments_is_sent_with_an_empty_object(arguments: Any) -> None:
    messages = conversation("call_abc")
    messages[0]["tool_calls"][0]["function"]["arguments"] = arguments
    assert sent(messages=messages)["messages"] == conversation("call_abc")


def test_the_request_itself_is_not_changed() -> None:
    asked = request(messages=[{"role": "developer", "content": "x", "reasoning": "y"}], tools=[], max_tokens=1)
    before = orjson.dumps(asked.native)
    build(asked, endpoint(quirks=tuple(QUIRKS)), None)
    assert orjson.dumps(asked.native) == before


def test_every_quirk_together_breaks_nothing() -> None:
    asked = request(stream=True, max_tokens=1, tools=[TOOL], tool_choice="required", messages=[HELLO])
    body = orjson.loads(build(asked, endpoint(quirks=tuple(QUIRKS - {"max_tokens_field=max_tokens"})), None).body)
    assert body.keys() == {"model", "messages", "stream", "max_completion_tokens", "tools", "tool_choice"}

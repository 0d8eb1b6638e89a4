"""A client that speaks Responses, before a provider that does: its body goes on nearly as it is."""

from typing import Any

import orjson
import pytest
from switchboard.catalog.model import Endpoint
from switchboard.protocols.openai_responses.sealed import seal
from switchboard.providers.openai_responses.request import build
from switchboard.secret import Secret

from tests import examples
from tests.responses_examples import PATCH, WEATHER, request

# Any: a JSON body.

REASONS = frozenset({"reasoning", "tools", "tool_choice", "parallel_tool_calls", "response_format", "verbosity"})
ENDPOINT = examples.endpoint()


def sent(endpoint: Endpoint = ENDPOINT, **fields: Any) -> Any:
    return orjson.loads(build(request(**fields), endpoint, None).body)


def test_it_is_posted_to_responses_with_the_provider_s_key() -> None:
    http = build(request(stream=True), ENDPOINT, Secret("sk-up"))
    assert (http.method, http.url) == ("POST", "https://acme.test/v1/responses")
    assert http.headers["authorization"] == "Bearer sk-up"
    assert http.headers["accept"] == "text/event-stream"


def test_only_the_model_and_what_is_the_gateway_s_change() -> None:
    kept: dict[str, Any] = {
        "input": [{"role": "user", "content": [{"type": "input_text", "text": "hi", "odd": 1}]}, {"type": "odd_call"}],
        "tools": [WEATHER, PATCH, {"type": "web_search"}],
        "tool_choice": {"type": "allowed_tools", "mode": "auto", "tools": [{"type": "function", "name": "x"}]},
        "truncation": "auto",
        "metadata": {"a": "b"},
        "prompt_cache_key": "k",
        "text": {"format": {"type": "text"}, "verbosity": "low"},
        "unheard_of": [1, None],
    }
    body = sent(**kept, provider={"only": ["acme"]}, models=["lab/two"], session_id="s", usage={"include": True})
    assert body == {**kept, "model": "upstream-one", "store": False}


@pytest.mark.parametrize(("asked", "said"), [(True, {"stream": True}), (False, {}), (None, {})])
def test_stream_is_said_only_if_it_is_asked_for(asked: bool | None, said: dict[str, bool]) -> None:
    body = sent(stream=asked)
    assert {name: body[name] for name in ("stream",) if name in body} == said


def test_usage_options_are_taken_off_and_other_stream_options_stay() -> None:
    assert "stream_options" not in sent(stream=True, stream_options={"include_usage": True})
    options = {"include_usage": True, "include_obfuscation": False}
    assert sent(stream=True, stream_options=options)["stream_options"] == {"include_obfuscation": False}


@pytest.mark.parametrize(
    ("supported", "fields", "included"),
    [
        (REASONS, {}, ["reasoning.encrypted_content"]),
        (
            REASONS,
            {"include": ["file_search_call.results"]},
            ["file_search_call.results", "reasoning.encrypted_content"],
        ),
        (REASONS, {"include": ["reasoning.encrypted_content"]}, ["reasoning.encrypted_content"]),
        (frozenset({"tools"}), {"include": ["reasoning.encrypted_content"]}, None),
        (None, {}, None),
        (None, {"include": ["reasoning.encrypted_content"]}, ["reasoning.encrypted_content"]),
        (None, {"reasoning": {"effort": "low"}}, ["reasoning.encrypted_content"]),
    ],
)
def test_encrypted_reasoning_is_asked_of_models_that_reason(
    supported: frozenset[str] | None, fields: Any, included: Any
) -> None:
    assert sent(examples.endpoint(supported_parameters=supported), **fields).get("include") == included


@pytest.mark.parametrize(
    ("reasoning", "sent_on"),
    [
        ({"effort": "high", "summary": "auto"}, {"effort": "high", "summary": "auto"}),
        ({"summary": "detailed"}, {"summary": "detailed"}),
        ({"enabled": True}, {"effort": "medium"}),
        ({"enabled": False}, {"effort": "none"}),
        ({"max_tokens": 800, "exclude": True}, {"effort": "high"}),
        ({"effort": None, "summary": None}, None),
    ],
)
def test_openrouter_s_reasoning_becomes_openai_s(reasoning: Any, sent_on: Any) -> None:
    body = sent(reasoning=reasoning, max_output_tokens=1000)
    assert body.get("reasoning") == (sent_on if sent_on is not None else reasoning)


def test_a_reasoning_effort_of_chat_completions_is_moved() -> None:
    body = sent(reasoning_effort="low")
    assert body["reasoning"] == {"effort": "low"}
    assert "reasoning_effort" not in body


def test_a_summary_is_not_asked_of_a_model_that_does_not_reason() -> None:
    """Codex always asks for one; OpenAI refuses it for gpt-4.1."""
    endpoint = examples.endpoint(supported_parameters=frozenset({"tools"}))
    assert "reasoning" not in sent(endpoint, reasoning={"summary": "auto"})


def test_what_the_endpoint_does_not_support_is_left_out() -> None:
    body = sent(
        examples.endpoint(supported_parameters=frozenset({"temperature"})),
        tools=[WEATHER],
        tool_choice="required",
        parallel_tool_calls=False,
        reasoning={"effort": "low"},
        text={"format": {"type": "json_object"}, "verbosity": "low"},
        include=["message.output_text.logprobs"],
        top_logprobs=3,
        top_p=0.5,
        temperature=1,
        max_output_tokens=99,
    )
    assert set(body) - {"include"} == {"model", "input", "store", "temperature", "max_output_tokens"}
    assert not body.get("include")


def thought(sealed: str | None, **fields: Any) -> dict[str, Any]:
    return {"type": "reasoning", "id": "rs_1", "summary": [], "encrypted_content": sealed, **fields}


CALL = {"type": "function_call", "id": "fc_1", "call_id": "c", "name": "f", "arguments": "{}"}


def test_the_provider_s_own_reasoning_returns_without_our_mark_and_with_its_id() -> None:
    assert sent(input=[thought(seal("gAAAA", "acme")), CALL])["input"] == [thought("gAAAA"), CALL]


def test_reasoning_that_never_came_through_here_is_passed_on() -> None:
    assert sent(input=[thought("gAAAA"), CALL])["input"] == [thought("gAAAA"), CALL]


def test_reasoning_that_another_provider_sealed_is_left_out_with_the_ids_that_point_to_it() -> None:
    body = sent(input=[thought(seal("gAAAA", "other")), CALL])
    assert body["input"] == [{name: value for name, value in CALL.items() if name != "id"}]


def test_reasoning_without_a_seal_is_left_out_unless_it_shows_itself() -> None:
    shown = thought(None, content=[{"type": "reasoning_text", "text": "hm"}])
    assert sent(input=[thought(None), CALL])["input"] == [{k: v for k, v in CALL.items() if k != "id"}]
    assert sent(input=[shown, CALL])["input"] == [shown, CALL]


def test_a_text_stays_a_text() -> None:
    assert sent(input="hello")["input"] == "hello"

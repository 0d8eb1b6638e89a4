from typing import Any

import orjson
import pytest
from switchboard.chat import Chunk, Finish, TextDelta, ThinkingDelta
from switchboard.protocols.openai_chat.choices import streamed_choices, whole_choices
from switchboard.providers.openai_chat.decode import OpenAiChatDecoder, decode_reply

from tests.examples import chunk_native, sse

# Any: tests look deep into what is rendered.


def streamed(delta: Any, finish_reason: Any = None, **choice: Any) -> Any:
    """The only choice of a chunk, as the client gets it."""
    native = chunk_native(delta, finish_reason)
    native["choices"][0].update(choice)  # type: ignore[index, union-attr]  # it has one choice
    (chunk,) = OpenAiChatDecoder(frozenset()).feed(sse(native))
    (rendered,) = streamed_choices(chunk, "gen-1")
    return rendered


def delta(**fields: Any) -> Any:
    return streamed(fields)["delta"]


def message(**fields: Any) -> Any:
    choice = {"message": {"role": "assistant", **fields}, "finish_reason": "stop"}
    (rendered,) = whole_choices(decode_reply(orjson.dumps({"choices": [choice]}), frozenset()), "gen-1")
    assert isinstance(rendered, dict)
    return rendered["message"]


def call(**fields: Any) -> Any:
    """The first fragment of a call."""
    return delta(tool_calls=[{"index": 0, **fields}])["tool_calls"][0]


def test_every_streamed_choice_has_the_keys_that_strict_clients_want() -> None:
    rendered = streamed({"content": "x"})
    ending = {"finish_reason": None, "native_finish_reason": None, "logprobs": None}
    assert rendered == {"index": 0, "delta": {"content": "x"}, **ending}


def test_the_last_choice_says_why_in_both_tongues() -> None:
    rendered = streamed({}, "eos")
    assert (rendered["finish_reason"], rendered["native_finish_reason"]) == ("stop", "eos")


def test_log_probabilities_are_passed_on() -> None:
    logprobs = {"content": [{"token": "x", "logprob": -0.1, "bytes": None, "top_logprobs": []}]}
    assert streamed({"content": "x"}, logprobs=logprobs)["logprobs"] == logprobs


@pytest.mark.parametrize("calls", [[], None])
def test_no_tool_calls_are_absent_from_a_delta(calls: Any) -> None:
    assert "tool_calls" not in delta(content="x", tool_calls=calls)


@pytest.mark.parametrize("calls", [[], None])
def test_no_tool_calls_are_absent_from_a_message(calls: Any) -> None:
    assert "tool_calls" not in message(content="x", tool_calls=calls)


@pytest.mark.parametrize("role", [None, ""])
def test_a_role_that_says_nothing_is_absent(role: Any) -> None:
    assert delta(role=role, content="x") == {"content": "x"}


def test_a_first_fragment_is_passed_on_as_openai_sends_it() -> None:
    sent = {"index": 1, "id": "call_a", "type": "function", "function": {"name": "now", "arguments": ""}}
    assert delta(tool_calls=[sent])["tool_calls"] == [sent]


@pytest.mark.parametrize("nothing", [None, ""])
def test_a_later_fragment_has_no_id_type_or_name(nothing: Any) -> None:
    fragment = call(id=nothing, type=nothing, function={"name": nothing, "arguments": "{}"})
    assert fragment == {"index": 0, "function": {"arguments": "{}"}}


def test_a_call_without_id_type_or_index_gets_them() -> None:
    (fragment,) = delta(tool_calls=[{"function": {"name": "now", "arguments": None}}])["tool_calls"]
    assert fragment == {
        "index": 0,
        "id": "call_gen-1_0_0",
        "type": "function",
        "function": {"name": "now", "arguments": ""},
    }


def test_calls_without_an_index_are_counted() -> None:
    calls = delta(tool_calls=[{"function": {"name": "a"}}, {"function": {"name": "b"}}])["tool_calls"]
    assert [(each["index"], each["id"]) for each in calls] == [(0, "call_gen-1_0_0"), (1, "call_gen-1_0_1")]


def test_what_else_a_call_carries_stays() -> None:
    signature = {"google": {"thought_signature": "abc"}}
    assert call(id="c", function={"name": "now"}, extra_content=signature)["extra_content"] == signature


@pytest.mark.parametrize(
    ("arguments", "shown"), [("", "{}"), (None, "{}"), ({}, "{}"), ('{"a":1}', '{"a":1}'), ({"a": 1}, '{"a":1}')]
)
def test_the_arguments_of_a_whole_call_are_json_as_text(arguments: Any, shown: str) -> None:
    (rendered,) = message(tool_calls=[{"id": "c", "function": {"name": "now", "arguments": arguments}}])["tool_calls"]
    assert rendered == {"id": "c", "type": "function", "function": {"name": "now", "arguments": shown}}


def test_a_whole_call_without_an_id_gets_one() -> None:
    calls = message(tool_calls=[{"function": {"name": "a"}}, {"function": {"name": "b"}}])["tool_calls"]
    assert [each["id"] for each in calls] == ["call_gen-1_0_0", "call_gen-1_0_1"]


def test_a_call_of_a_custom_tool_is_passed_on() -> None:
    sent: Any = {"index": 0, "id": "c", "type": "custom", "custom": {"name": "grep", "input": ""}}
    assert delta(tool_calls=[sent])["tool_calls"] == [sent]
    assert message(tool_calls=[sent])["tool_calls"] == [sent]


def test_a_message_has_the_keys_that_strict_clients_want() -> None:
    assert message() == {"role": "assistant", "content": None, "refusal": None}


@pytest.mark.parametrize("name", ["reasoning", "reasoning_content"])
def test_reasoning_is_given_under_both_names(name: str) -> None:
    both = {"reasoning": "why", "reasoning_content": "why"}
    assert delta(**{name: "why"}) == both
    assert message(**{name: "why"}, content="x").items() >= both.items()


def test_content_in_parts_becomes_text_and_reasoning() -> None:
    parts: Any = [
        {"type": "thinking", "thinking": [{"type": "text", "text": "why"}]},
        {"type": "text", "text": "Bon"},
        {"type": "text", "text": "jour"},
    ]
    assert delta(content=parts) == {"content": "Bonjour", "reasoning": "why", "reasoning_content": "why"}
    assert message(content=parts)["content"] == "Bonjour"


def test_a_choice_that_only_the_content_filter_understands_is_left_out() -> None:
    native: Any = {"choices": [{"index": 0, "finish_reason": None, "content_filter_offsets": {}}]}
    assert streamed_choices(Chunk((), native), "gen-1") == []


def test_several_choices_keep_to_their_own_events() -> None:
    native: Any = {
        "choices": [{"index": 1, "delta": {"content": [{"text": "b"}]}, "finish_reason": "length"}, {"delta": {}}]
    }
    events = (TextDelta("b", 1), ThinkingDelta("t", choice=0), Finish("length", "length", 1))
    one, zero = streamed_choices(Chunk(events, native), "gen-1")
    assert isinstance(one, dict)
    assert isinstance(zero, dict)
    assert (one["delta"], one["finish_reason"]) == ({"content": "b"}, "length")
    assert (zero["index"], zero["finish_reason"]) == (0, None)

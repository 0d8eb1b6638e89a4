"""Answers of other dialects as chat completions: shapes on which strict clients insist, judged by OpenAI's SDK."""

from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from openai.types.chat import ChatCompletion, ChatCompletionChunk
from switchboard.chat import Chunk, Finish, StreamEvent, TextDelta, ThinkingDelta, ToolCallDelta, Usage
from switchboard.errors import Failure, UpstreamFailure
from switchboard.protocols.openai_chat import OpenAiChat
from switchboard.signatures import marked

from tests.anthropic_examples import BILL, chat, frames, served

CLIENT = OpenAiChat()
CLAUDE = served("anthropic-messages")
STOP = Finish("stop", "end_turn")


def whole(*events: StreamEvent) -> Any:
    made = orjson.loads(CLIENT.reply(CLAUDE, Chunk(events, {"usage": {"input_tokens": 3}}), BILL))
    ChatCompletion.model_validate(made, strict=True)
    return made


def stream(*events: StreamEvent, **fields: Any) -> list[Any]:
    renderer = CLIENT.stream(CLAUDE, chat(stream=True, **fields))
    written = b"".join(renderer.render([Chunk((event,), {"usage": {"x": 1}})]) for event in events)
    ending = renderer.finish(BILL)
    assert ending.endswith(b"data: [DONE]\n\n")
    made = frames(written + ending)
    for chunk in made:
        ChatCompletionChunk.model_validate(chunk, strict=True)
    return made


def deltas(made: list[Any]) -> list[Any]:
    return [choice["delta"] for chunk in made for choice in chunk["choices"]]


def test_a_completion_says_who_answered_and_what_it_cost() -> None:
    made = whole(TextDelta("Hel"), TextDelta("lo"), STOP, Usage(input=1))
    assert made["choices"] == [
        {
            "index": 0,
            "message": {"role": "assistant", "content": "Hello", "refusal": None},
            "finish_reason": "stop",
            "native_finish_reason": "end_turn",
            "logprobs": None,
        }
    ]
    assert (made["id"], made["model"], made["provider"], made["system_fingerprint"]) == (
        "gen-1",
        "lab/one",
        "Anthropic",
        None,
    )
    assert made["usage"]["prompt_tokens"] == 17
    assert made["usage"]["prompt_tokens_details"]["cached_tokens"] == 4
    assert "input_tokens" not in made["usage"]


def test_calls_are_a_list_beside_no_content() -> None:
    message = whole(
        ToolCallDelta(0, "", "c0", "now"), ToolCallDelta(1, '{"a":1}', "c1", "x"), Finish("tool_calls", "tool_use")
    )
    message = message["choices"][0]["message"]
    assert message["content"] is None
    assert message["tool_calls"] == [
        {"id": "c0", "type": "function", "function": {"name": "now", "arguments": "{}"}},
        {"id": "c1", "type": "function", "function": {"name": "x", "arguments": '{"a":1}'}},
    ]


def test_a_refusal_is_one() -> None:
    message = whole(TextDelta("No.", is_refusal=True), STOP)["choices"][0]["message"]
    assert (message["content"], message["refusal"]) == (None, "No.")


def test_reasoning_is_shown_three_ways_and_signed_with_its_maker() -> None:
    message = whole(
        ThinkingDelta("h"), ThinkingDelta("m", "SIG"), ThinkingDelta("", redacted="DATA"), TextDelta("x"), STOP
    )
    message = message["choices"][0]["message"]
    assert message["reasoning"] == message["reasoning_content"] == "hm"
    assert message["reasoning_details"] == [
        {
            "type": "reasoning.text",
            "text": "hm",
            "signature": marked("SIG", "anthropic"),
            "format": "anthropic-claude-v1",
            "index": 0,
        },
        {
            "type": "reasoning.encrypted",
            "data": marked("DATA", "anthropic"),
            "format": "anthropic-claude-v1",
            "index": 1,
        },
    ]


def test_a_stream_has_the_role_once_and_one_finish_beside_an_empty_delta() -> None:
    made = stream(TextDelta("Hel"), TextDelta("lo"), Usage(input=1), STOP)
    assert deltas(made) == [{"role": "assistant", "content": ""}, {"content": "Hel"}, {"content": "lo"}, {}]
    assert [chunk["choices"][0]["finish_reason"] for chunk in made] == [None, None, None, "stop"]
    assert all(choice["native_finish_reason"] in (None, "end_turn") for chunk in made for choice in chunk["choices"])
    assert all("usage" not in chunk for chunk in made)


def test_usage_is_a_chunk_of_its_own_for_those_who_asked() -> None:
    made = stream(TextDelta("x"), STOP, stream_options={"include_usage": True})
    assert made[-1]["choices"] == []
    assert made[-1]["usage"]["completion_tokens"] == 8
    assert not any("usage" in chunk for chunk in made[:-1])  # not null either: OpenRouter's SDK for Node fails on it


def test_fragments_of_calls_name_their_call_once() -> None:
    made = deltas(
        stream(
            TextDelta("look"),
            ToolCallDelta(3, "", "c0", "now"),
            ToolCallDelta(3, "{}"),
            ToolCallDelta(5, '{"a"', "c1", "x"),
            ToolCallDelta(5, ""),
            ToolCallDelta(5, ":1}"),
            Finish("tool_calls", "tool_use"),
        )
    )
    assert [delta["tool_calls"][0] for delta in made if "tool_calls" in delta] == [
        {"index": 0, "id": "c0", "type": "function", "function": {"name": "now", "arguments": ""}},
        {"index": 0, "function": {"arguments": "{}"}},
        {"index": 1, "id": "c1", "type": "function", "function": {"name": "x", "arguments": '{"a"'}},
        {"index": 1, "function": {"arguments": ":1}"}},
    ]


def test_a_call_without_arguments_ends_as_an_empty_object() -> None:
    made = deltas(stream(ToolCallDelta(0, "", None, "now"), Finish("tool_calls", "tool_use")))
    assert made[1]["tool_calls"][0]["id"] == "call_1_0"
    assert made[2] == {"tool_calls": [{"index": 0, "function": {"arguments": "{}"}}]}


def test_reasoning_streams_with_its_signature_at_the_end_of_each_block() -> None:
    made = deltas(
        stream(ThinkingDelta("a"), ThinkingDelta("", "S"), ThinkingDelta("", redacted="D"), ThinkingDelta("b"), STOP)
    )
    common = {"format": "anthropic-claude-v1"}
    assert made[1:-1] == [
        {
            "reasoning": "a",
            "reasoning_content": "a",
            "reasoning_details": [{"type": "reasoning.text", "text": "a", "index": 0, **common}],
        },
        {
            "reasoning_details": [
                {
                    "type": "reasoning.text",
                    "signature": marked("S", "anthropic"),
                    "continues": True,
                    "index": 0,
                    **common,
                }
            ]
        },
        {
            "reasoning_details": [
                {"type": "reasoning.encrypted", "data": marked("D", "anthropic"), "index": 1, **common}
            ]
        },
        {
            "reasoning": "b",
            "reasoning_content": "b",
            "reasoning_details": [{"type": "reasoning.text", "text": "b", "index": 2, **common}],
        },
    ]


def test_an_answer_that_is_nothing_but_its_end_still_has_a_role() -> None:
    assert deltas(stream(Finish("length", "max_tokens"))) == [{"role": "assistant", "content": ""}, {}]


def test_what_breaks_off_says_so_and_has_no_done() -> None:
    renderer = CLIENT.stream(CLAUDE, chat(stream=True))
    written = renderer.render([Chunk((TextDelta("x"),))]) + renderer.fail(UpstreamFailure(Failure.CUT, "cut"), BILL)
    assert b"[DONE]" not in written
    assert frames(written)[-1]["choices"][0]["finish_reason"] == "error"


said: st.SearchStrategy[StreamEvent] = st.one_of(
    st.builds(TextDelta, st.text(max_size=3)),
    st.builds(ThinkingDelta, st.text(max_size=3), st.sampled_from([None, "S"])),
    st.builds(lambda n, piece: ToolCallDelta(n, piece, f"c{n}", "f"), st.integers(0, 3), st.sampled_from(["", "1"])),
)


@given(st.lists(said, max_size=10))
def test_a_stream_and_a_whole_answer_say_the_same(events: list[StreamEvent]) -> None:
    message = whole(*events, STOP)["choices"][0]["message"]
    made = deltas(stream(*events, STOP))
    assert "".join(delta.get("content") or "" for delta in made) == (message["content"] or "")
    assert "".join(delta.get("reasoning") or "" for delta in made) == (message.get("reasoning") or "")
    arguments: dict[int, str] = {}
    for delta in made:
        for call in delta.get("tool_calls", []):
            arguments[call["index"]] = arguments.get(call["index"], "") + call["function"]["arguments"]
    assert list(arguments.values()) == [call["function"]["arguments"] for call in message.get("tool_calls", [])]


@pytest.mark.parametrize(
    ("dialect", "name"),
    [("google-generate", "google-gemini-v1"), ("openai-responses", "openai-responses-v1"), ("new", "unknown")],
)
def test_reasoning_says_whose_it_is(dialect: str, name: str) -> None:
    made = orjson.loads(CLIENT.reply(served(dialect), Chunk((ThinkingDelta("x"), STOP)), BILL))
    assert made["choices"][0]["message"]["reasoning_details"][0]["format"] == name

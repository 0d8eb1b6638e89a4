"""A client of another dialect, before a provider that speaks Responses: parsed by the one, built for the other."""

from dataclasses import replace
from typing import Any

import orjson
import pytest
from openai.types.responses import ResponseInputItemParam
from pydantic import TypeAdapter
from switchboard.chat import (
    Audio,
    File,
    Image,
    Message,
    Other,
    Text,
    Thinking,
    ToolCall,
    ToolResult,
)
from switchboard.errors import Failure, UpstreamFailure
from switchboard.providers.openai_responses import OpenAiResponsesUpstream
from switchboard.providers.openai_responses.items import input_items
from switchboard.providers.openai_responses.request import build

from tests import examples

# Any: a JSON body.

ENDPOINT = examples.endpoint()
INPUT_ITEM: TypeAdapter[Any] = TypeAdapter(ResponseInputItemParam)
TOOL = {"type": "function", "function": {"name": "f", "description": "d", "parameters": {"type": "object"}}}


def sent(**fields: Any) -> Any:
    """What an OpenAI chat request becomes."""
    return orjson.loads(examples.dispatched(OpenAiResponsesUpstream(), examples.request(**fields), ENDPOINT).body)


def items(*messages: Message) -> list[Any]:
    made = input_items(messages, "acme")
    for item in made:
        INPUT_ITEM.validate_python(item)
    return made


def user(*parts: Any) -> dict[str, Any]:
    return {"type": "message", "role": "user", "content": list(parts)}


def test_a_plain_chat_request() -> None:
    assert sent() == {
        "model": "upstream-one",
        "store": False,
        "input": [user({"type": "input_text", "text": "hello"})],
    }


def test_parameters_go_under_their_names_here() -> None:
    body = sent(
        max_completion_tokens=100,
        temperature=0.5,
        top_p=0.9,
        service_tier="flex",
        prompt_cache_key="k",
        verbosity="low",
        logprobs=True,
        top_logprobs=2,
        response_format={"type": "json_schema", "json_schema": {"name": "n", "schema": {"type": "object"}}},
        stream=True,
    )
    assert body | {"input": []} == {
        "model": "upstream-one",
        "store": False,
        "stream": True,
        "input": [],
        "max_output_tokens": 100,
        "temperature": 0.5,
        "top_p": 0.9,
        "service_tier": "flex",
        "prompt_cache_key": "k",
        "text": {
            "format": {"type": "json_schema", "name": "n", "schema": {"type": "object"}},
            "verbosity": "low",
        },
        "include": ["message.output_text.logprobs"],
        "top_logprobs": 2,
    }


def test_json_mode() -> None:
    assert sent(response_format={"type": "json_object"})["text"] == {"format": {"type": "json_object"}}
    assert "text" not in sent(response_format={"type": "text"})


def test_what_this_dialect_has_no_word_for_is_not_sent() -> None:
    body = sent(stop=["x"], seed=1, frequency_penalty=1, presence_penalty=1, logit_bias={}, n=1, top_k=3)
    assert set(body) == {"model", "input", "store"}


def test_several_answers_are_refused() -> None:
    with pytest.raises(UpstreamFailure, match="`n` asks for more") as raised:
        sent(n=2)
    assert raised.value.failure is Failure.BAD_REQUEST


def test_a_tool_that_another_provider_runs_is_refused() -> None:
    with pytest.raises(UpstreamFailure, match="`web_search_20250305`"):
        sent(tools=[TOOL, {"type": "web_search_20250305", "name": "web_search"}])


def test_a_limit_below_openai_s_least_is_raised_to_it() -> None:
    assert sent(max_tokens=1)["max_output_tokens"] == 16


def test_tools_are_flat_and_say_whether_they_are_strict() -> None:
    body = sent(tools=[TOOL, {"type": "function", "function": {"name": "g", "strict": True}}])
    assert body["tools"] == [
        {"type": "function", "name": "f", "description": "d", "parameters": {"type": "object"}, "strict": False},
        {
            "type": "function",
            "name": "g",
            "description": None,
            "parameters": {"type": "object", "properties": {}},
            "strict": True,
        },
    ]


@pytest.mark.parametrize(
    ("choice", "sent_on"),
    [
        ("auto", "auto"),
        ("required", "required"),
        ("none", "none"),
        ({"type": "function", "function": {"name": "f"}}, {"type": "function", "name": "f"}),
    ],
)
def test_tool_choices(choice: Any, sent_on: Any) -> None:
    assert sent(tools=[TOOL], tool_choice=choice)["tool_choice"] == sent_on


def test_parallel_calls_without_a_choice() -> None:
    body = sent(tools=[TOOL], parallel_tool_calls=False)
    assert body["parallel_tool_calls"] is False
    assert "tool_choice" not in body


@pytest.mark.parametrize(
    ("fields", "reasoning"),
    [
        ({"reasoning_effort": "low"}, {"effort": "low"}),
        ({"reasoning": {"effort": "high"}}, {"effort": "high", "summary": "auto"}),
        ({"reasoning": {"effort": "high", "exclude": True}}, {"effort": "high"}),
        ({"reasoning": {"enabled": False}}, {"effort": "none"}),
        ({"reasoning": {"max_tokens": 500}, "max_tokens": 1000}, {"effort": "medium", "summary": "auto"}),
    ],
)
def test_reasoning_comes_back_sealed_and_summed_up(fields: Any, reasoning: Any) -> None:
    body = sent(**fields)
    assert body["reasoning"] == reasoning
    assert body["include"] == ["reasoning.encrypted_content"]


def test_reasoning_is_left_out_where_it_is_not_supported() -> None:
    endpoint = examples.endpoint(supported_parameters=frozenset({"tools"}))
    body = orjson.loads(build(examples.request(reasoning={"effort": "low"}), endpoint, None).body)
    assert set(body) == {"model", "input", "store"}


def test_media_parts() -> None:
    message = Message(
        "user",
        (
            Image("https://x.test/a.png"),
            Image("data:image/png;base64,AA", "high"),
            File("data:application/pdf;base64,AA", "a.pdf"),
            File("https://x.test/a.pdf"),
            File("file-1"),
        ),
    )
    assert items(message) == [
        user(
            {"type": "input_image", "image_url": "https://x.test/a.png", "detail": "auto"},
            {"type": "input_image", "image_url": "data:image/png;base64,AA", "detail": "high"},
            {"type": "input_file", "filename": "a.pdf", "file_data": "data:application/pdf;base64,AA"},
            {"type": "input_file", "file_url": "https://x.test/a.pdf"},
            {"type": "input_file", "file_id": "file-1"},
        )
    ]


def test_sound() -> None:
    (item,) = input_items((Message("user", (Audio("AA", "mp3"),)),), "acme")
    assert item == user({"type": "input_audio", "input_audio": {"data": "AA", "format": "mp3"}})


def test_a_turn_s_blocks_keep_their_order() -> None:
    turn = Message(
        "assistant",
        (
            Thinking("why", "sig", "acme", extra={"id": "rs_9"}),
            Text("so"),
            Text("then"),
            ToolCall("c1", "f", ""),
            Text("after"),
        ),
    )
    summary = [{"type": "summary_text", "text": "why"}]
    said = [{"type": "output_text", "text": "so"}, {"type": "output_text", "text": "then"}]
    assert input_items((turn,), "acme") == [
        {"type": "reasoning", "id": "rs_9", "summary": summary, "encrypted_content": "sig"},
        {"type": "message", "role": "assistant", "content": said},
        {"type": "function_call", "call_id": "c1", "name": "f", "arguments": "{}"},
        {"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": "after"}]},
    ]


@pytest.mark.parametrize(
    "block",
    [
        Thinking("unsigned"),
        Thinking("x", "sig", "other"),
        Thinking("", None, "acme"),
        Thinking("x", "sig"),
        Thinking("x", "sig", extra={"format": "anthropic-claude-v1"}),
    ],
)
def test_reasoning_that_is_no_use_here_is_left_out(block: Thinking) -> None:
    assert items(Message("assistant", (block,)), Message("user", (Text("go"),))) == [
        user({"type": "input_text", "text": "go"})
    ]


def test_reasoning_without_an_id_is_sent_without_one() -> None:
    assert input_items((Message("assistant", (Thinking("", "sig", "acme"),)),), "acme") == [
        {"type": "reasoning", "summary": [], "encrypted_content": "sig"}
    ]


def test_unmarked_reasoning_is_known_by_its_format() -> None:
    thought = Thinking("", "gAAAA", None, True, {"format": "openai-responses-v1"})
    (item,) = input_items((Message("assistant", (thought,)),), "acme")
    assert isinstance(item, dict)
    assert item["encrypted_content"] == "gAAAA"


def test_results_are_text_or_parts_and_come_before_what_the_user_adds() -> None:
    message = Message(
        "user",
        (
            ToolResult("c1", (Text("a"), Text("b"))),
            ToolResult("c2", (Text("see"), Image("https://x.test/a.png"))),
            ToolResult("c3", (Text("no such city"),), is_error=True),
            ToolResult("c4", ()),
            Text("and now?"),
        ),
    )
    parts = [
        {"type": "input_text", "text": "see"},
        {"type": "input_image", "image_url": "https://x.test/a.png", "detail": "auto"},
    ]
    assert items(message) == [
        {"type": "function_call_output", "call_id": "c1", "output": "a\nb"},
        {"type": "function_call_output", "call_id": "c2", "output": parts},
        {"type": "function_call_output", "call_id": "c3", "output": "Error:\nno such city"},
        {"type": "function_call_output", "call_id": "c4", "output": ""},
        user({"type": "input_text", "text": "and now?"}),
    ]


def test_a_long_call_id_is_shortened_alike_in_call_and_result() -> None:
    long = "toolu_" + "x" * 80
    call, result = items(
        Message("assistant", (ToolCall(long, "f", "{}"),)), Message("tool", (ToolResult(long, (Text("r"),)),))
    )
    assert call["call_id"] == result["call_id"]
    assert len(call["call_id"]) <= 64
    other = items(Message("assistant", (ToolCall(long + "y", "f", "{}"),)))[0]
    assert other["call_id"] != call["call_id"]


def test_content_of_another_dialect_is_refused_by_its_name() -> None:
    with pytest.raises(UpstreamFailure, match="`video_url`"):
        items(Message("user", (Other({"type": "video_url"}),)))


def test_what_another_provider_s_tools_left_in_the_history_is_told_in_words() -> None:
    left = Other({"type": "server_tool_use", "input": {"q": 1}, "encrypted_index": "x"})
    assert input_items((Message("assistant", (left,)),), "acme") == [
        {
            "type": "message",
            "role": "assistant",
            "content": [{"type": "output_text", "text": '{"type":"server_tool_use","input":{"q":1}}'}],
        }
    ]


def test_a_chat_with_a_tool_turn() -> None:
    call = {"id": "c1", "type": "function", "function": {"name": "f", "arguments": '{"a":1}'}}
    body = sent(
        messages=[
            {"role": "system", "content": "Be brief."},
            {"role": "developer", "content": "Really."},
            {"role": "user", "content": "go"},
            {"role": "assistant", "content": None, "tool_calls": [call]},
            {"role": "tool", "tool_call_id": "c1", "content": "42"},
        ]
    )
    assert [item.get("role", item["type"]) for item in body["input"]] == [
        "system",
        "developer",
        "user",
        "function_call",
        "function_call_output",
    ]


def test_dropped_parameters_are_not_built() -> None:
    endpoint = replace(ENDPOINT, supported_parameters=frozenset({"top_p"}))
    asked = examples.request(tools=[TOOL], temperature=1, response_format={"type": "json_object"}, verbosity="low")
    assert set(orjson.loads(build(asked, endpoint, None).body)) == {"model", "input", "store"}

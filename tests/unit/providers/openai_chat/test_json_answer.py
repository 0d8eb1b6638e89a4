"""A server that knows no schema: asked by a tool, and read as if it had known one."""

from typing import Any

import orjson
import pytest
from switchboard.chat import ChatRequest, Finish, TextDelta, ToolCallDelta
from switchboard.errors import UpstreamFailure
from switchboard.providers.openai_chat import OpenAiChatUpstream
from switchboard.providers.openai_chat.decode import OpenAiChatDecoder, decode_reply
from switchboard.providers.openai_chat.quirks import JSON_OBJECT_ONLY

from tests.anthropic_examples import messages as anthropic_request
from tests.examples import chunk_native, dispatched, endpoint, request, sse, whole

# Any: JSON that tests make up.
JSON_TOOL = "switchboard_json_answer"
FLAGS = frozenset({JSON_OBJECT_ONLY})
DEEPSEEK = endpoint("deepseek", quirks=(JSON_OBJECT_ONLY,))
SCHEMA: Any = {"type": "object", "properties": {"a": {"type": "integer"}}}
WANTED: Any = {"type": "json_schema", "json_schema": {"name": "x", "schema": SCHEMA}}
OWN: Any = {"type": "function", "function": {"name": "f", "parameters": SCHEMA}}


def sent(asked: ChatRequest, to: Any = DEEPSEEK) -> Any:
    return orjson.loads(dispatched(OpenAiChatUpstream(), asked, to).body)


def call(name: str | None, arguments: str, index: int = 0) -> Any:
    said = {"name": name, "arguments": arguments} if name else {"arguments": arguments}
    return {"index": index, **({"id": f"c{index}", "type": "function"} if name else {}), "function": said}


def test_a_schema_becomes_a_tool_that_must_be_called() -> None:
    body = sent(request(response_format=WANTED))
    assert "response_format" not in body
    assert body["tool_choice"]["function"]["name"] == JSON_TOOL
    assert body["tools"][0]["function"]["parameters"] == SCHEMA


def test_so_it_does_for_a_client_of_another_dialect() -> None:
    asked = anthropic_request(output_config={"format": {"type": "json_schema", "schema": SCHEMA}})
    assert sent(asked)["tools"][0]["function"]["name"] == JSON_TOOL


def test_open_json_and_servers_that_know_schemas_are_left_alone() -> None:
    assert sent(request(response_format={"type": "json_object"}))["response_format"] == {"type": "json_object"}
    assert sent(request(response_format=WANTED), endpoint())["response_format"] == WANTED


def test_a_schema_for_a_model_that_thinks_is_refused_before_it_is_sent() -> None:
    with pytest.raises(UpstreamFailure, match="think"):
        sent(request(response_format=WANTED, reasoning_effort="low"))


def test_a_wish_to_think_that_the_endpoint_leaves_out_anyway_is_no_hindrance() -> None:
    listed = frozenset({"tools", "response_format"})
    to = endpoint("deepseek", quirks=(JSON_OBJECT_ONLY,), supported_parameters=listed)
    assert "tools" in sent(request(response_format=WANTED, reasoning_effort="low"), to)


def test_the_calls_input_streams_as_content_and_ends_with_stop() -> None:
    decoder = OpenAiChatDecoder(FLAGS)
    fragments = [{"tool_calls": [each]} for each in (call(JSON_TOOL, ""), call(None, '{"a"'), call(None, ":1}"))]
    stream = sse(*map(chunk_native, fragments), chunk_native({}, "tool_calls"))
    chunks = [*decoder.feed(stream), *decoder.close()]
    assert [event for chunk in chunks for event in chunk.events] == [
        TextDelta('{"a"'),
        TextDelta(":1}"),
        Finish("stop", "stop"),
    ]
    natives: Any = [chunk.native["choices"] for chunk in chunks]
    assert [choice["delta"] for [choice] in natives] == [{"content": ""}, {"content": '{"a"'}, {"content": ":1}"}, {}]
    assert natives[-1][0]["finish_reason"] == "stop"


def test_a_call_of_the_callers_own_tool_stays_a_call() -> None:
    decoder = OpenAiChatDecoder(FLAGS)
    stream = sse(chunk_native({"tool_calls": [call("f", "{}")]}), chunk_native({}, "tool_calls"))
    chunks = [*decoder.feed(stream), *decoder.close()]
    assert [event for chunk in chunks for event in chunk.events] == [
        ToolCallDelta(0, "{}", "c0", "f"),
        Finish("tool_calls", "tool_calls"),
    ]


def test_a_whole_answer_has_content_and_no_call() -> None:
    message = {"role": "assistant", "content": None, "tool_calls": [call(JSON_TOOL, '{"a":1}')]}
    choices = [{"index": 0, "message": message, "finish_reason": "tool_calls"}]
    chunk: Any = decode_reply(whole(choices=choices), FLAGS)
    assert chunk.events[:2] == (TextDelta('{"a":1}'), Finish("stop", "stop"))
    choices = chunk.native["choices"]
    assert choices[0]["message"] == {"role": "assistant", "content": '{"a":1}'}

from dataclasses import replace
from typing import Any

import orjson
import pytest
from openai.types.chat import ChatCompletion
from switchboard.accounting.price import Bill
from switchboard.chat import NO_USAGE, ChatRequest, Chunk, ToolCall, ToolCallDelta, ToolResult
from switchboard.errors import InvalidRequest
from switchboard.protocols.openai_chat.legacy import modernized
from switchboard.protocols.openai_chat.parse import parse
from switchboard.protocols.openai_chat.render import OpenAiChatStream, render_reply

from tests import examples

# Any: JSON, as a test reads it.

NOW: Any = {"name": "now", "parameters": {"type": "object", "properties": {}}}
BILL = Bill(NO_USAGE, 0, 0)


def asked(**fields: Any) -> ChatRequest:
    return parse(orjson.dumps(examples.body(functions=[NOW], **fields)))


def served_in(dialect: str, request: ChatRequest) -> Any:
    return replace(examples.served(), dialect=dialect, request=request)


def test_functions_become_tools_for_everybody_behind() -> None:
    request = asked(function_call={"name": "now"})
    assert request.parameters["tools"] == [{"type": "function", "function": NOW}]
    assert request.parameters["tool_choice"] == {"type": "function", "function": {"name": "now"}}
    assert request.parameters["parallel_tool_calls"] is False
    assert not {"functions", "function_call"} & {*request.native, *request.parameters}


@pytest.mark.parametrize("choice", ["auto", "none"])
def test_a_choice_in_a_word_stays_one(choice: str) -> None:
    assert asked(function_call=choice).parameters["tool_choice"] == choice


def test_a_call_and_its_result_find_each_other_without_ids() -> None:
    call = {"role": "assistant", "content": None, "function_call": {"name": "now", "arguments": "{}"}}
    result = {"role": "function", "name": "now", "content": "noon"}
    messages = parse(
        orjson.dumps({"model": "lab/one", "messages": [examples.HELLO, call, result, call, result]})
    ).messages
    ids = [block.id for message in messages for block in message.blocks if isinstance(block, ToolCall | ToolResult)]
    assert ids == ["call_1", "call_1", "call_3", "call_3"]


@pytest.mark.parametrize("wrong", [{"name": "now"}, ["now"], "now"])
def test_functions_that_are_none_are_refused(wrong: Any) -> None:
    with pytest.raises(InvalidRequest, match="`functions`"):
        modernized({"functions": wrong})


def test_who_sends_tools_is_left_alone() -> None:
    body = examples.body(tools=[{"type": "function", "function": NOW}])
    assert modernized(body) == body


EVENTS = (ToolCallDelta(0, '{"a":1}', "call_1", "now"), examples.finished("tool_calls", "tool_calls"))
CALL: Any = {"id": "call_1", "type": "function", "function": {"name": "now", "arguments": '{"a":1}'}}
MESSAGE: Any = {"role": "assistant", "content": None, "tool_calls": [CALL]}
NATIVE: Any = {"choices": [{"index": 0, "finish_reason": "tool_calls", "message": MESSAGE}]}


@pytest.mark.parametrize("dialect", ["openai-chat", "anthropic-messages"])
def test_the_answer_calls_a_function(dialect: str) -> None:
    reply = orjson.loads(render_reply(served_in(dialect, asked()), Chunk(EVENTS, NATIVE), BILL))
    (choice,) = ChatCompletion.model_validate(reply).choices
    assert (choice.finish_reason, choice.message.tool_calls) == ("function_call", None)
    assert choice.message.function_call is not None
    assert (choice.message.function_call.name, choice.message.function_call.arguments) == ("now", '{"a":1}')


@pytest.mark.parametrize("dialect", ["openai-chat", "anthropic-messages"])
def test_so_does_the_streamed_answer(dialect: str) -> None:
    native = examples.chunk_native({"tool_calls": [{"index": 0, **CALL}]})
    stream = OpenAiChatStream(served_in(dialect, asked()), include_usage=False)
    written = stream.render([Chunk(EVENTS[:1], native), Chunk(EVENTS[1:], examples.chunk_native({}, "tool_calls"))])
    choices = [orjson.loads(line[6:])["choices"][0] for line in written.splitlines() if line.startswith(b"data: ")]
    calls = [choice["delta"]["function_call"] for choice in choices if "function_call" in choice["delta"]]
    assert calls == [{"name": "now", "arguments": '{"a":1}'}]
    assert choices[-1]["finish_reason"] == "function_call"
    assert b"tool_calls" not in written.replace(b'"native_finish_reason":"tool_calls"', b"")

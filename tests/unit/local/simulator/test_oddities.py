import json
from typing import Any

from local.simulator.answer import Answer
from local.simulator.dialects import OPENAI_CHAT
from local.simulator.json_types import JsonObject
from local.simulator.tools import ToolCall
from tests.simulated import call_of, refused, replied, sent, whole

CALLED = Answer("", (ToolCall("0123456789abcdef", "f", "{}"),), "tool_calls", "")
THOUGHT = Answer("So.", (), "stop", "hm hm hm")


def body(**fields: Any) -> JsonObject:  # Any: JSON that tests make up
    return {"model": "m", "messages": [{"role": "user", "content": "hi"}], **fields}


def returned(identifier: str) -> list[Any]:
    call = {"id": identifier, "type": "function", "function": {"name": "f", "arguments": "{}"}}
    result = {"role": "tool", "tool_call_id": identifier, "content": "x"}
    return [{"role": "user", "content": "hi"}, {"role": "assistant", "tool_calls": [call]}, result]


def test_deepseek_knows_no_schema() -> None:
    wanted = {"type": "json_schema", "json_schema": {"name": "x", "schema": {}}}
    assert "unavailable" in refused(OPENAI_CHAT, call_of(body(response_format=wanted), provider="deepseek")).message
    assert OPENAI_CHAT.refuse(call_of(body(response_format=wanted), provider="acme")) is None


def test_mistral_wants_ids_of_nine() -> None:
    refusal = refused(OPENAI_CHAT, call_of(body(messages=returned("call_1")), provider="mistral"))
    assert (refusal.code, "length of 9" in refusal.message) == ("3280", True)
    assert OPENAI_CHAT.refuse(call_of(body(messages=returned("abcDEF123")), provider="mistral")) is None
    assert OPENAI_CHAT.refuse(call_of(body(messages=returned("call_1")), provider="acme")) is None


def test_mistral_gives_ids_of_nine() -> None:
    told = whole(OPENAI_CHAT, call_of(body(), provider="mistral"), CALLED)
    assert told["choices"][0]["message"]["tool_calls"][0]["id"] == "789abcdef"


def test_azure_begins_a_stream_with_what_its_filter_found() -> None:
    stream = sent(OPENAI_CHAT.stream(replied(OPENAI_CHAT, call_of(body(), provider="azure", streams=True))))
    first: Any = json.loads(stream.partition(b"\n")[0].removeprefix(b"data: "))
    assert (first["choices"], first["id"]) == ([], "")
    assert first["prompt_filter_results"]


def test_xai_counts_reasoning_beside_the_completion() -> None:
    def usage(provider: str) -> Any:
        return whole(OPENAI_CHAT, call_of(body(), provider=provider), THOUGHT)["usage"]

    beside, inside = usage("xai"), usage("acme")
    reasoning = beside["completion_tokens_details"]["reasoning_tokens"]
    assert reasoning == inside["completion_tokens_details"]["reasoning_tokens"] > 0
    assert beside["completion_tokens"] == inside["completion_tokens"] - reasoning
    assert beside["total_tokens"] == inside["total_tokens"]

import json
from collections.abc import Callable
from typing import Any

import pytest

from local.simulator.dialects import ANTHROPIC_MESSAGES, BEDROCK_CONVERSE, OPENAI_CHAT, OPENAI_RESPONSES
from local.simulator.dialects.interface import Dialect
from local.simulator.json_types import JsonObject
from local.simulator.script import Script
from local.simulator.tool_events import letter_by_letter, with_one_index, without_ids
from tests.simulated import call_of, replied, sent

CHAT_TOOL = {"type": "function", "function": {"name": "now", "parameters": {"type": "object", "properties": {}}}}
LATER = {"type": "function", "function": {"name": "later", "parameters": {"type": "object", "properties": {}}}}
ASKED: dict[str, Any] = {
    "model": "m",
    "messages": [{"role": "user", "content": "now and later"}],
    "tools": [CHAT_TOOL, LATER],
}


def chat(change: Callable[[Script], Script]) -> list[Any]:
    script = change(OPENAI_CHAT.stream(replied(OPENAI_CHAT, call_of(ASKED, streams=True))))
    lines = [line.removeprefix(b"data: ") for line in sent(script).split(b"\n\n") if line.startswith(b"data: {")]
    deltas = [json.loads(line)["choices"][0]["delta"] for line in lines]
    return [call for delta in deltas for call in delta.get("tool_calls", [])]


def test_arguments_come_letter_by_letter() -> None:
    arguments = [call["function"]["arguments"] for call in chat(letter_by_letter)]
    assert max(map(len, arguments)) == 1
    assert "".join(arguments) == "{}{}"


def test_all_calls_are_the_first_or_have_no_name() -> None:
    calls = chat(with_one_index)
    assert {call["index"] for call in calls} == {0}
    assert len({call["id"] for call in calls if "id" in call}) == 2
    assert not any("id" in call for call in chat(without_ids))


@pytest.mark.parametrize("dialect", [ANTHROPIC_MESSAGES, OPENAI_RESPONSES, BEDROCK_CONVERSE])
def test_what_is_no_call_stays_as_it_is(dialect: Dialect) -> None:
    body: JsonObject = {"model": "m", "messages": [{"role": "user", "content": "hi"}], "input": "hi", "max_tokens": 50}
    script = dialect.stream(replied(dialect, call_of(body, streams=True)))
    for change in (letter_by_letter, with_one_index, without_ids):
        assert sent(change(script)) == sent(script)

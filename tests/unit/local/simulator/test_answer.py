import json
from typing import Any

import pytest

from local.simulator.answer import Answer
from local.simulator.dialects import OPENAI_CHAT
from local.simulator.json_types import Json, JsonObject
from local.simulator.prompt import Prompt
from local.simulator.tokens import PromptCache, PromptTokens, count
from tests.simulated import answered, call_of

PAIR: Json = [{"type": "function", "function": {"name": name}} for name in ("alpha", "beta")]
FORCED: Json = {"type": "function", "function": {"name": "beta"}}


def answer(text: str = "hello", **more: Any) -> Answer:
    messages: list[Json] = more.pop("messages", [{"role": "user", "content": text}])
    return answered(OPENAI_CHAT, call_of({"model": "gpt-4.1", "messages": messages, **more}))


def names(given: Answer) -> list[str]:
    return [call.name for call in given.calls]


def test_text_says_that_it_is_simulated_and_is_short() -> None:
    given = answer()
    assert given.text.startswith("[simulated openai]")
    assert given.finish == "stop"
    assert 30 <= given.completion_tokens <= 60


def test_a_wished_length_is_granted() -> None:
    assert len(answer("Write 200 words about rivers").text.split()) == 200


@pytest.mark.parametrize(
    ("text", "more", "called"),
    [
        ("hello", {}, []),
        ("use a tool", {}, ["alpha"]),
        ("call beta", {}, ["beta"]),
        ("call alpha and beta", {}, ["alpha", "beta"]),
        ("call alpha and beta", {"parallel_tool_calls": False}, ["alpha"]),
        ("hello", {"tool_choice": "required"}, ["alpha"]),
        ("hello", {"tool_choice": FORCED}, ["beta"]),
        ("call beta", {"tool_choice": "none"}, []),
    ],
)
def test_tools_are_called_when_asked_for(text: str, more: JsonObject, called: list[str]) -> None:
    given = answer(text, tools=PAIR, **more)
    assert names(given) == called
    assert given.finish == ("tool_calls" if called else "stop")


def test_a_tool_result_is_quoted() -> None:
    messages: list[Json] = [
        {"role": "user", "content": "use the tool"},
        {"role": "assistant", "tool_calls": [{"id": "c"}]},
        {"role": "tool", "tool_call_id": "c", "content": [{"type": "text", "text": "22 degrees"}]},
    ]
    assert '"22 degrees"' in answer(messages=messages, tools=PAIR).text


def test_limits_cut_the_answer() -> None:
    given = answer(max_tokens=5)
    assert (given.finish, given.completion_tokens) == ("length", 5)
    assert answer(max_completion_tokens=1000).finish == "stop"


def test_stop_sequences_end_the_text_before_them() -> None:
    given = answer(stop=["nowhere", " answer", "real"])
    assert given.text == "[simulated openai] This is a simulated"
    assert given.finish == "stop"


def test_json_formats_give_json() -> None:
    schema = {"type": "object", "properties": {"x": {"type": "integer"}}}
    wanted = {"type": "json_schema", "json_schema": {"name": "n", "schema": schema}}
    assert json.loads(answer(response_format=wanted).text) == {"x": 1}
    assert json.loads(answer(response_format={"type": "json_object"}).text)["simulated"] is True


def test_images_are_counted_by_kind() -> None:
    parts = [{"type": "image_url", "image_url": {"url": url}} for url in ("data:image/png;base64,AA", "https://x/y")]
    assert "2 images (1 as data URL, 1 as link)" in answer(messages=[{"role": "user", "content": parts}]).text


@pytest.mark.parametrize(
    ("more", "reasons"),
    [
        ({}, False),
        ({"model": "o3-mini"}, True),
        ({"model": "deepseek/deepseek-r1"}, True),
        ({"reasoning_effort": "high"}, True),
        ({"reasoning_effort": "none"}, False),
        ({"reasoning": {"effort": "low"}}, True),
    ],
)
def test_reasoning_models_reason(more: dict[str, Any], reasons: bool) -> None:
    assert (answer(**more).reasoning_tokens > 0) == reasons


def test_reasoning_leaves_room_for_an_answer() -> None:
    given = answer(reasoning_effort="high", max_completion_tokens=20)
    assert given.reasoning_tokens == 10
    assert given.completion_tokens == 20
    assert given.text


def test_tokens_are_counted_by_fours() -> None:
    assert [count(text) for text in ("", "a", "abcd", "abcde")] == [0, 1, 1, 2]


def prompt(*messages: JsonObject) -> Prompt:
    return OPENAI_CHAT.read(call_of({"model": "m", "messages": list(messages)}))


def test_a_repeated_beginning_is_cached_for_five_minutes() -> None:
    cache = PromptCache()
    long: JsonObject = {"role": "user", "content": "x" * 8000}
    first, second = prompt(long), prompt(long, {"role": "user", "content": "more"})
    assert cache.count_prompt("openai/m", first, 0.0) == PromptTokens(2003)
    assert cache.count_prompt("openai/m", second, 10.0) == PromptTokens(2007, 1920)
    assert cache.count_prompt("azure/m", first, 20.0).read == 0
    assert cache.count_prompt("openai/m", first, 311.0).read == 0
    short = prompt({"role": "user", "content": "short"})
    assert [cache.count_prompt("openai/m", short, 0.0).read for _ in range(2)] == [0, 0]

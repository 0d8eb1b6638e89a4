import json
from typing import Any

from local.simulator.answer import Answer
from local.simulator.dialects import OPENAI_CHAT
from local.simulator.dialects.openai_chat.writing import completion, stream
from local.simulator.json_types import JsonObject
from local.simulator.reply import Reply
from local.simulator.script import Script, Send
from local.simulator.tools import ToolCall
from tests.simulated import call_of, replied

TEXT = Answer("one two  three\nfour", (), "stop", "")
CALLS = Answer("", (ToolCall("1", "f", '{"a": "example"}'), ToolCall("2", "g", "{}")), "tool_calls", "")


def reply(*answers: Answer, provider: str = "openai", **more: Any) -> Reply:
    body: JsonObject = {"model": "m", "messages": [{"role": "user", "content": "hi"}], **more}
    return replied(OPENAI_CHAT, call_of(body, provider=provider), *answers)


def events(script: Script) -> list[Any]:
    sent = [step.data.decode() for step in script if isinstance(step, Send) and step.data]
    assert all(data.startswith("data: ") and data.endswith("\n\n") for data in sent)
    return [json.loads(data[6:]) for data in sent if "[DONE]" not in data]


def message_of(answer: Answer) -> Any:
    told: Any = completion(reply(answer))
    return told["choices"][0]["message"]


def deltas(script: Script) -> list[Any]:
    return [chunk["choices"][0]["delta"] for chunk in events(script)]


def test_text_streams_as_role_words_and_finish() -> None:
    script = stream(reply(TEXT))
    first, *words, last = deltas(script)
    assert first == {"role": "assistant", "content": "", "refusal": None}
    assert "".join(word["content"] for word in words) == TEXT.text
    assert all(list(word) == ["content"] for word in words)
    assert last == {}
    assert script[-1] == Send(b"data: [DONE]\n\n", part="end")
    assert all("usage" not in chunk for chunk in events(script))


def test_usage_has_a_chunk_of_its_own_when_asked_for() -> None:
    *chunks, last = events(stream(reply(TEXT, stream_options={"include_usage": True})))
    assert last["choices"] == []
    assert last["usage"]["total_tokens"] == 10 + TEXT.completion_tokens
    assert all(chunk["usage"] is None for chunk in chunks)


def test_tool_calls_name_themselves_once() -> None:
    fragments = [delta["tool_calls"][0] for delta in deltas(stream(reply(CALLS)))[1:-1]]
    openings = [fragment for fragment in fragments if "id" in fragment]
    assert [(one["index"], one["function"]["name"]) for one in openings] == [(0, "f"), (1, "g")]
    assert all(one["function"]["arguments"] == "" and one["type"] == "function" for one in openings)
    rest = [fragment for fragment in fragments if "id" not in fragment]
    assert all(set(one) == {"index", "function"} and set(one["function"]) == {"arguments"} for one in rest)
    assert "".join(one["function"]["arguments"] for one in rest if one["index"] == 0) == '{"a": "example"}'


def test_thoughts_show_only_where_the_provider_shows_them() -> None:
    thinker = Answer("x", (), "stop", "hm hm")
    shown = deltas(stream(reply(thinker, provider="acme")))
    assert "".join(delta.get("reasoning_content", "") for delta in shown) == "hm hm"
    hidden = stream(reply(thinker))
    assert "hm" not in str(events(hidden))
    assert sum(step.tokens for step in hidden) >= 2  # they take their time nevertheless


def test_completion_has_tool_calls_only_if_there_are_any() -> None:
    message = message_of(TEXT)
    assert message["content"] == TEXT.text
    assert "tool_calls" not in message
    message = message_of(CALLS)
    assert message["content"] is None
    assert message["tool_calls"][1]["function"] == {"name": "g", "arguments": "{}"}


def test_logprobs_come_with_every_word() -> None:
    told: Any = completion(reply(TEXT, logprobs=True))
    choice = told["choices"][0]
    assert "".join(token["token"] for token in choice["logprobs"]["content"]) == TEXT.text

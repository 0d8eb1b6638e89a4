import json
from typing import Any

from local.simulator.answer import Answer
from local.simulator.chunks import Reply, completion, stream
from local.simulator.disturbances import MALFORMED, disturb_body, disturb_stream
from local.simulator.faults import Fault, Rule
from local.simulator.script import Cut, Script, Send, Silence
from local.simulator.tokens import Usage
from local.simulator.tools import ToolCall

TEXT = Answer("one two  three\nfour", (), "stop", "")
CALLS = Answer("", (ToolCall("call_1", "f", '{"a": "example"}'), ToolCall("call_2", "g", "{}")), "tool_calls", "")


def reply(*answers: Answer, **more: Any) -> Reply:
    return Reply("chatcmpl-1", 1, "m", answers, Usage(1, 0, 2, 0), **more)


def events(script: Script) -> list[Any]:
    sent = [step.data.decode() for step in script if isinstance(step, Send) and step.data]
    assert all(data.startswith("data: ") and data.endswith("\n\n") for data in sent)
    return [json.loads(data[6:]) for data in sent if "[DONE]" not in data]


def deltas(script: Script) -> list[Any]:
    return [chunk["choices"][0]["delta"] for chunk in events(script)]


def test_text_streams_as_role_words_and_finish() -> None:
    script = stream(reply(TEXT), include_usage=False)
    first, *words, last = deltas(script)
    assert first == {"role": "assistant", "content": "", "refusal": None}
    assert "".join(word["content"] for word in words) == TEXT.text
    assert all(list(word) == ["content"] for word in words)
    assert last == {}
    assert script[-1] == Send(b"data: [DONE]\n\n")
    assert all("usage" not in chunk for chunk in events(script))


def test_usage_has_a_chunk_of_its_own_when_asked_for() -> None:
    *chunks, last = events(stream(reply(TEXT), include_usage=True))
    assert last["choices"] == []
    assert last["usage"]["total_tokens"] == 3
    assert all(chunk["usage"] is None for chunk in chunks)


def test_tool_calls_name_themselves_once() -> None:
    fragments = [delta["tool_calls"][0] for delta in deltas(stream(reply(CALLS), include_usage=False))[1:-1]]
    openings = [fragment for fragment in fragments if "id" in fragment]
    assert [(one["index"], one["function"]["name"]) for one in openings] == [(0, "f"), (1, "g")]
    assert all(one["function"]["arguments"] == "" and one["type"] == "function" for one in openings)
    rest = [fragment for fragment in fragments if "id" not in fragment]
    assert all(set(one) == {"index", "function"} and set(one["function"]) == {"arguments"} for one in rest)
    assert "".join(one["function"]["arguments"] for one in rest if one["index"] == 0) == '{"a": "example"}'


def test_thoughts_show_only_where_the_provider_shows_them() -> None:
    thinker = Answer("x", (), "stop", "hm hm")
    shown = deltas(stream(reply(thinker, reasoning_field="reasoning_content"), include_usage=False))
    assert "".join(delta.get("reasoning_content", "") for delta in shown) == "hm hm"
    hidden = stream(reply(thinker), include_usage=False)
    assert "hm" not in str(events(hidden))
    assert sum(step.tokens for step in hidden) >= 2  # they take their time nevertheless


def test_completion_has_tool_calls_only_if_there_are_any() -> None:
    message = json.loads(completion(reply(TEXT)).data)["choices"][0]["message"]
    assert message["content"] == TEXT.text
    assert "tool_calls" not in message
    message = json.loads(completion(reply(CALLS)).data)["choices"][0]["message"]
    assert message["content"] is None
    assert message["tool_calls"][1]["function"] == {"name": "g", "arguments": "{}"}


def test_logprobs_come_with_every_word() -> None:
    choice = json.loads(completion(reply(TEXT, logprobs=True)).data)["choices"][0]
    assert "".join(token["token"] for token in choice["logprobs"]["content"]) == TEXT.text


def broken(fault: Fault, after: int) -> Script:
    return disturb_stream(stream(reply(TEXT), include_usage=False), Rule("openai", fault, after=after))


def test_streams_break_where_the_rule_says() -> None:
    whole = stream(reply(TEXT), include_usage=False)
    words = [index for index, step in enumerate(whole) if step.content]
    assert broken(Fault.HANG_AFTER_HEADERS, 2) == [Silence()]
    assert broken(Fault.ROLE_THEN_SILENCE, 2) == [whole[0], Silence()]
    assert broken(Fault.STALL, 2) == [*whole[: words[2]], Silence()]
    assert broken(Fault.CUT, 0) == [*whole[: words[0]], Cut()]
    assert broken(Fault.CUT, 99) == [*whole[: words[-1] + 1], Cut()]
    assert b'"error"' in broken(Fault.ERROR_IN_STREAM, 1)[-1].data  # type: ignore[union-attr]
    assert broken(Fault.MALFORMED_LINE, 1) == [*whole[: words[1]], Send(MALFORMED), *whole[words[1] :]]
    assert broken(Fault.SLOW, 1) == whole


def test_plain_replies_break_in_the_middle() -> None:
    whole = completion(reply(TEXT))
    for fault, end in ((Fault.CUT, Cut()), (Fault.STALL, Silence())):
        half, last = disturb_body(whole, fault)
        assert isinstance(half, Send)
        assert whole.data.startswith(half.data)
        assert last == end
    assert disturb_body(whole, Fault.SLOW) == [whole]

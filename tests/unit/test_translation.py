"""One dialect's client at another dialect's provider and back, as pure functions; the SDKs judge what comes out."""

import importlib
from typing import Any

import orjson
import pytest
from openai.types.chat import ChatCompletion, ChatCompletionChunk
from pydantic import TypeAdapter
from switchboard.chat import Chunk
from switchboard.protocols.anthropic_messages import AnthropicMessages
from switchboard.protocols.openai_chat import OpenAiChat
from switchboard.providers.anthropic_messages.decode import decode_reply
from switchboard.providers.openai_chat import OpenAiChatUpstream

from tests import recorded
from tests.anthropic_examples import ACME, BILL, WEATHER, chat, decoded, endpoint, frames, messages, sent, served

CHAT, MESSAGES = OpenAiChat(), AnthropicMessages()
CLAUDE = served("anthropic-messages")
ACME_ANSWERS = served("openai-chat", "acme")
BROKEN = ("error-in-stream", "cut-without-stop", "cut-without-finish", "finish-mentioned-early")
# Its import is 4 s of CPU: one worker pays, and not again for the second Python.
ANTHROPIC_SDK = (pytest.mark.once, pytest.mark.xdist_group("anthropic-sdk"))


def whole(name: str) -> list[str]:
    return [each for each in recorded.names(name) if each not in BROKEN]


def from_chat(name: str) -> list[Chunk]:
    decoder = OpenAiChatUpstream().decoder(endpoint(ACME))
    return [*decoder.feed(recorded.read("openai-chat", name)), *decoder.close()]


def as_chat(name: str) -> list[Any]:
    renderer = CHAT.stream(CLAUDE, chat(stream=True, stream_options={"include_usage": True}))
    written = renderer.render(decoded(recorded.read("anthropic-messages", name))) + renderer.finish(BILL)
    return frames(written)


def as_messages(chunks: list[Chunk]) -> list[Any]:
    renderer = MESSAGES.stream(ACME_ANSWERS, messages(stream=True))
    return frames(renderer.render(chunks) + renderer.finish(BILL))


@pytest.mark.parametrize("name", whole("anthropic-messages"))
def test_every_stream_of_claude_is_one_that_openais_sdk_reads(name: str) -> None:
    made = as_chat(name)
    for chunk in made:
        ChatCompletionChunk.model_validate(chunk, strict=True)
    finishes = [choice["finish_reason"] for chunk in made for choice in chunk["choices"] if choice["finish_reason"]]
    assert len(finishes) == 1
    assert made[-1]["choices"] == []


@pytest.mark.parametrize("name", [pytest.param(name, marks=ANTHROPIC_SDK) for name in whole("openai-chat")])
def test_every_stream_of_a_chat_server_is_one_that_anthropics_sdk_reads(name: str) -> None:
    message = _accumulated(as_messages(from_chat(name)))
    assert message.stop_reason in ("end_turn", "max_tokens", "tool_use", "refusal", "stop_sequence")
    assert message.usage.output_tokens == 8


@pytest.mark.parametrize("name", [pytest.param(name, marks=ANTHROPIC_SDK) for name in whole("anthropic-messages")])
def test_every_stream_that_is_passed_on_is_one_that_anthropics_sdk_reads(name: str) -> None:
    renderer = MESSAGES.stream(CLAUDE, messages(stream=True))
    chunks = decoded(recorded.read("anthropic-messages", name))
    made = frames(renderer.render(chunks) + renderer.finish(BILL))
    if name == "unknown-events":  # nor would the SDK read these from Anthropic itself
        made = [event for event in made if event.get("index") != 1 and event["type"] != "future_event"]
    assert _accumulated(made).usage.input_tokens == 10


def _accumulated(events: list[Any]) -> Any:
    """As the SDK does it: each event validated, then put together."""
    streaming: Any = importlib.import_module("anthropic.lib.streaming._messages")
    types: Any = importlib.import_module("anthropic.types")
    reader: Any = TypeAdapter(types.RawMessageStreamEvent)
    snapshot: Any = None
    buffers: dict[int, bytes] = {}
    for event in events:
        event = reader.validate_python(event)  # noqa: PLW2901
        snapshot = streaming.accumulate_event(event=event, current_snapshot=snapshot, json_bufs=buffers)
    return types.Message.model_validate(snapshot.model_dump())


CONVERSATION: list[Any] = [
    {"role": "system", "content": "Be brief"},
    {"role": "user", "content": "Weather in Rome?"},
]


def test_a_thinking_tool_turn_of_claude_survives_a_chat_client() -> None:
    """The client hands back what it was given; Anthropic must see its own thinking, untouched and first."""
    message: dict[str, Any] = {"role": "assistant", "content": "", "reasoning_details": [], "tool_calls": {}}
    for chunk in as_chat("thinking-and-tool"):
        for choice in chunk["choices"]:
            message["reasoning_details"] += choice["delta"].get("reasoning_details", [])
            for call in choice["delta"].get("tool_calls", []):
                kept = message["tool_calls"].setdefault(
                    call["index"], {**call, "function": {"name": "", "arguments": ""}}
                )
                kept["function"]["name"] += call["function"].get("name", "")
                kept["function"]["arguments"] += call["function"]["arguments"]
    message["tool_calls"] = list(message["tool_calls"].values())
    result = {"role": "tool", "tool_call_id": message["tool_calls"][0]["id"], "content": "sunny"}
    request = chat(*CONVERSATION, message, result, tools=[WEATHER], reasoning_effort="high", max_tokens=9000)
    made = sent(request)
    assert made["messages"][1]["content"] == [
        {
            "type": "thinking",
            "thinking": "First, the weather.",
            "signature": "EqQBCgIYAhIM1gbcDa9GJwZA2b3hGgxBdjrkzLoky3dl1pk=",
        },
        {"type": "tool_use", "id": "toolu_01c", "name": "get_weather", "input": {"city": "Rome"}},
    ]
    assert made["messages"][2]["content"][0]["tool_use_id"] == "toolu_01c"
    assert made["thinking"]["type"] == "enabled"


def test_a_tool_turn_of_a_chat_server_survives_an_anthropic_client() -> None:
    native = {
        "choices": [
            {
                "index": 0,
                "message": {
                    "role": "assistant",
                    "content": None,
                    "reasoning_content": "hm",
                    "tool_calls": [{"id": "call_1", "type": "function", "function": {"name": "now", "arguments": ""}}],
                },
                "finish_reason": "tool_calls",
            }
        ]
    }
    chunk = OpenAiChatUpstream().decode_reply(orjson.dumps(native), endpoint(ACME))
    reply = orjson.loads(MESSAGES.reply(ACME_ANSWERS, chunk, BILL))
    assert reply["stop_reason"] == "tool_use"
    result = {"type": "tool_result", "tool_use_id": reply["content"][-1]["id"], "content": "noon"}
    said = [
        {"role": "user", "content": "Time?"},
        {"role": "assistant", "content": reply["content"]},
        {"role": "user", "content": [result]},
    ]
    at_acme = sent(messages(*said), endpoint(ACME))["messages"]
    assert at_acme[1]["tool_calls"][0] == {
        "id": "call_1",
        "type": "function",
        "function": {"name": "now", "arguments": "{}"},
    }
    at_claude = sent(messages(*said))["messages"]
    assert at_claude[1]["content"] == [{"type": "tool_use", "id": "call_1", "name": "now", "input": {}}]


def test_claudes_words_keep_their_way_through_another_anthropic_client() -> None:
    renderer = MESSAGES.stream(CLAUDE, messages(stream=True))
    made = frames(
        renderer.render(decoded(recorded.read("anthropic-messages", "omitted-thinking"))) + renderer.finish(BILL)
    )
    signature = "".join(e["delta"].get("signature", "") for e in made if e["type"] == "content_block_delta")
    thought = {"type": "thinking", "thinking": "", "signature": signature}
    said = [
        {"role": "user", "content": "?"},
        {"role": "assistant", "content": [thought, {"type": "text", "text": "42"}]},
    ]
    replayed = sent(messages(*said, {"role": "user", "content": "why?"}))["messages"][1]["content"][0]
    assert replayed == {"type": "thinking", "thinking": "", "signature": "EosnCkYICxIMMb3LzNrMu"}


def test_a_whole_reply_of_claude_is_a_completion() -> None:
    native = {
        "type": "message",
        "content": [{"type": "text", "text": "Hi"}, {"type": "tool_use", "id": "t", "name": "now", "input": {}}],
        "stop_reason": "tool_use",
    }
    made = orjson.loads(CHAT.reply(CLAUDE, decode_reply(orjson.dumps(native)), BILL))
    completion = ChatCompletion.model_validate(made, strict=True)
    assert completion.choices[0].finish_reason == "tool_calls"
    assert completion.choices[0].message.content == "Hi"

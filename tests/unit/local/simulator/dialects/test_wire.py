"""Every dialect's bytes, as the gateway's own adapters (and botocore) read them: whole, streamed, and byte by byte."""

import base64
import json
from collections.abc import Mapping
from typing import Any

import orjson
import pytest
from botocore.eventstream import EventStreamBuffer
from switchboard.chat import Chunk, Finish, StreamEvent, TextDelta, ThinkingDelta, ToolCallDelta, Usage
from switchboard.providers.anthropic_messages import AnthropicMessagesUpstream
from switchboard.providers.bedrock_converse import BedrockConverseUpstream
from switchboard.providers.google_generate import GoogleGenerateUpstream
from switchboard.providers.interface import UpstreamDialect
from switchboard.providers.openai_chat import OpenAiChatUpstream
from switchboard.providers.openai_responses import OpenAiResponsesUpstream

from local.simulator.answer import Answer
from local.simulator.dialects import (
    ANTHROPIC_MESSAGES,
    BEDROCK_CONVERSE,
    BEDROCK_INVOKE,
    GOOGLE_GENERATE,
    OPENAI_CHAT,
    OPENAI_RESPONSES,
)
from local.simulator.dialects.interface import Dialect
from local.simulator.json_types import JsonObject
from local.simulator.tokens import PromptTokens
from local.simulator.tools import ToolCall
from tests.examples import endpoint
from tests.simulated import call_of, replied, sent

TEXT = Answer("Zażółć 🙂 three\nfour", (), "stop", "")
CALLS = Answer(
    "First.", (ToolCall("1", "get_weather", '{"city": "Łódź 🙂"}'), ToolCall("2", "now", "{}")), "tool_calls", ""
)
THOUGHT = Answer("So.", (), "stop", "hm hm hm")
FULL = Answer("cut o", (), "length", "")
FILTERED = Answer("", (), "content_filter", "")
STOPPED = Answer("until", (), "stop", "", hit="here")
ANSWERS = {"text": TEXT, "calls": CALLS, "length": FULL, "filtered": FILTERED, "stop sequence": STOPPED}

CHAT: JsonObject = {"model": "m", "messages": [{"role": "user", "content": "hi"}]}
RESPONSES: JsonObject = {"model": "m", "input": "hi", "store": False}
MESSAGES: JsonObject = {**CHAT, "max_tokens": 500}
CONTENTS: JsonObject = {"contents": [{"role": "user", "parts": [{"text": "hi"}]}]}
CONVERSE: JsonObject = {"messages": [{"role": "user", "content": [{"text": "hi"}]}]}
THINKING: Mapping[str, JsonObject] = {
    "openai-responses": {"reasoning": {"summary": "auto"}, "include": ["reasoning.encrypted_content"]},
    "anthropic-messages": {"thinking": {"type": "enabled", "budget_tokens": 1024}, "max_tokens": 2000},
    "google-generate": {"generationConfig": {"thinkingConfig": {"includeThoughts": True}}},
}
PAIRS: list[tuple[Dialect, UpstreamDialect, JsonObject]] = [
    (OPENAI_CHAT, OpenAiChatUpstream(), {**CHAT, "stream_options": {"include_usage": True}}),
    (OPENAI_RESPONSES, OpenAiResponsesUpstream(), RESPONSES),
    (ANTHROPIC_MESSAGES, AnthropicMessagesUpstream(), MESSAGES),
    (GOOGLE_GENERATE, GoogleGenerateUpstream(), CONTENTS),
    (BEDROCK_CONVERSE, BedrockConverseUpstream(), CONVERSE),
]
EVERY_PAIR = pytest.mark.parametrize(("dialect", "upstream", "body"), PAIRS, ids=[pair[0].name for pair in PAIRS])


def streamed(dialect: Dialect, upstream: UpstreamDialect, body: JsonObject, answer: Answer) -> list[StreamEvent]:
    """Read byte by byte."""
    data = sent(dialect.stream(replied(dialect, call_of(body, streams=True), answer)))
    decoder = upstream.decoder(endpoint())
    chunks = [chunk for at in range(len(data)) for chunk in decoder.feed(data[at : at + 1])]
    return events_of([*chunks, *decoder.close()])


def whole(dialect: Dialect, upstream: UpstreamDialect, body: JsonObject, answer: Answer) -> list[StreamEvent]:
    told = dialect.whole(replied(dialect, call_of(body), answer))
    return events_of([upstream.decode_reply(json.dumps(told).encode(), endpoint())])


def events_of(chunks: list[Chunk]) -> list[StreamEvent]:
    return [event for chunk in chunks for event in chunk.events]


def text(events: list[StreamEvent]) -> str:
    return "".join(event.text for event in events if isinstance(event, TextDelta))


def calls(events: list[StreamEvent]) -> list[tuple[str, Any]]:
    found: dict[int, list[str]] = {}
    for event in events:
        if isinstance(event, ToolCallDelta):
            name, arguments = found.setdefault(event.index, ["", ""])
            found[event.index] = [name or event.name or "", arguments + event.arguments]
    return [(name, orjson.loads(arguments)) for name, arguments in found.values()]


@EVERY_PAIR
@pytest.mark.parametrize("kind", ANSWERS)
def test_the_gateway_reads_what_was_said(
    dialect: Dialect, upstream: UpstreamDialect, body: JsonObject, kind: str
) -> None:
    answer = ANSWERS[kind]
    for events in (whole(dialect, upstream, body, answer), streamed(dialect, upstream, body, answer)):
        assert text(events) == answer.text
        assert calls(events) == [(call.name, json.loads(call.arguments)) for call in answer.calls]
        assert [event.reason for event in events if isinstance(event, Finish)] == [answer.finish]
        usage = [event for event in events if isinstance(event, Usage)][-1]
        assert (usage.prompt_tokens, usage.completion_tokens) == (10, answer.completion_tokens)


@pytest.mark.parametrize(("dialect", "upstream", "body"), [pair for pair in PAIRS if pair[0].name in THINKING])
def test_thoughts_are_shown_signed_and_counted(dialect: Dialect, upstream: UpstreamDialect, body: JsonObject) -> None:
    asked = {**body, **THINKING[dialect.name]}
    for events in (whole(dialect, upstream, asked, THOUGHT), streamed(dialect, upstream, asked, THOUGHT)):
        thoughts = [event for event in events if isinstance(event, ThinkingDelta)]
        assert "".join(event.text for event in thoughts) == THOUGHT.reasoning
        assert any(event.signature for event in thoughts)
        assert text(events) == THOUGHT.text
        assert [event.reasoning for event in events if isinstance(event, Usage)][-1] == THOUGHT.reasoning_tokens


def test_claude_at_bedrock_signs_its_thoughts_and_others_do_not() -> None:
    for name, signs in (("anthropic.claude", True), ("amazon.nova", False)):
        events = streamed(BEDROCK_CONVERSE, BedrockConverseUpstream(), {**CONVERSE, "model": name}, THOUGHT)
        thoughts = [event for event in events if isinstance(event, ThinkingDelta)]
        assert any(event.signature for event in thoughts) == signs


@pytest.mark.parametrize(("dialect", "upstream", "body"), PAIRS[2:3] + PAIRS[4:])
def test_cached_tokens_stand_in_buckets_of_their_own(
    dialect: Dialect, upstream: UpstreamDialect, body: JsonObject
) -> None:
    tokens = PromptTokens(5000, 2000, 1500, for_an_hour=True)
    told = dialect.whole(replied(dialect, call_of(body), TEXT, tokens=tokens))
    events = upstream.decode_reply(json.dumps(told).encode(), endpoint()).events
    usage = next(event for event in events if isinstance(event, Usage))
    assert (usage.input, usage.cache_read, usage.cache_write_5m, usage.cache_write_1h) == (1500, 2000, 0, 1500)


@EVERY_PAIR
def test_no_choices_is_well_formed_all_the_same(dialect: Dialect, upstream: UpstreamDialect, body: JsonObject) -> None:
    reply = replied(dialect, call_of(body), TEXT)
    nothing = type(reply)(reply.key, reply.created, [], reply.usage, reply.call, reply.prompt)
    assert orjson.dumps(dialect.whole(nothing))
    assert dialect.stream(nothing)


def test_every_event_of_a_response_has_its_number() -> None:
    script = OPENAI_RESPONSES.stream(replied(OPENAI_RESPONSES, call_of(RESPONSES), CALLS))
    events = [json.loads(step.data.split(b"data: ")[1]) for step in script]
    assert [event["sequence_number"] for event in events] == list(range(len(events)))
    assert (events[0]["type"], events[-1]["type"]) == ("response.created", "response.completed")
    assert len(events[-1]["response"]["output"]) == 3


def frames(data: bytes) -> list[Any]:
    """As botocore reads them, checksums and all."""
    buffer = EventStreamBuffer()
    buffer.add_data(data)
    return list(buffer)


def test_botocore_reads_the_frames_of_converse() -> None:
    found = frames(sent(BEDROCK_CONVERSE.stream(replied(BEDROCK_CONVERSE, call_of(CONVERSE), TEXT))))
    kinds = [frame.headers[":event-type"] for frame in found]
    assert kinds[0] == "messageStart"
    assert kinds[-2:] == ["messageStop", "metadata"]
    assert "contentBlockStart" not in kinds


def test_invoke_carries_anthropics_events_in_base64() -> None:
    body: JsonObject = {"anthropic_version": "bedrock-2023-05-31", "max_tokens": 9, "messages": CHAT["messages"]}
    found = frames(sent(BEDROCK_INVOKE.stream(replied(BEDROCK_INVOKE, call_of(body), CALLS))))
    assert {frame.headers[":event-type"] for frame in found} == {"chunk"}
    events = [base64.b64decode(json.loads(frame.payload)["bytes"]) for frame in found]
    decoder = AnthropicMessagesUpstream().decoder(endpoint())
    said = events_of([chunk for event in events for chunk in decoder.feed(b"data: " + event + b"\n\n")])
    assert text(said) == CALLS.text
    assert [name for name, _ in calls(said)] == ["get_weather", "now"]
    assert json.loads(events[-1])["amazon-bedrock-invocationMetrics"]["outputTokenCount"] == CALLS.completion_tokens


def test_an_exception_in_a_frame_names_itself() -> None:
    trouble = next(refusal for refusal in BEDROCK_CONVERSE.troubles.values() if refusal.type == "ThrottlingException")
    (found,) = frames(BEDROCK_CONVERSE.error_event(trouble))
    assert found.headers[":message-type"] == "exception"
    assert found.headers[":exception-type"] == "throttlingException"

from collections.abc import Iterable
from typing import Any

import botocore.session
import orjson
import pytest
from botocore.eventstream import EventStreamBuffer
from botocore.parsers import create_parser
from switchboard.chat import Chunk, Finish, StreamEvent, TextDelta, ThinkingDelta, ToolCallDelta, Usage
from switchboard.errors import Failure, UpstreamFailure
from switchboard.providers.bedrock_converse.decode import BedrockConverseDecoder, decode_reply
from switchboard.wire.event_stream import encode_frame

from tests import recorded

NAMES = recorded.names("bedrock-converse")


def decode(pieces: Iterable[bytes]) -> tuple[list[Chunk], Failure | None]:
    return recorded.decoded(BedrockConverseDecoder(), pieces)


def events(name: str) -> list[StreamEvent]:
    chunks, failure = decode([recorded.read("bedrock-converse", name)])
    assert failure is None
    return [event for chunk in chunks for event in chunk.events]


@pytest.mark.parametrize("name", NAMES)
def test_a_recorded_stream_is_the_same_at_every_split(name: str) -> None:
    stream = recorded.read("bedrock-converse", name)
    expected = decode(bytes([byte]) for byte in stream)
    for pieces in recorded.splits(stream):
        chunks, failure = decode(pieces)
        assert failure == expected[1]
        assert chunks == expected[0] or failure  # what arrives together with a failure is not shown any more


@pytest.mark.parametrize("name", NAMES)
def test_a_recorded_stream_is_one_that_the_service_model_knows(name: str) -> None:
    shape = botocore.session.get_session().get_service_model("bedrock-runtime").operation_model("ConverseStream")
    members = shape.get_event_stream_output().members
    buffer = EventStreamBuffer()
    buffer.add_data(recorded.read("bedrock-converse", name))
    for message in buffer:
        kind = message.headers.get(":event-type") or message.headers.get(":exception-type")
        if kind is None:  # an error frame is outside the model
            continue
        payload = orjson.loads(message.payload)
        parsed = create_parser("rest-json")._parse_shape(members[kind], payload)
        assert set(payload) - {"p"} <= {*parsed, "message"}, kind


def test_texts_begin_without_an_event_and_usage_comes_after_the_stop() -> None:
    said = events("plain-text")
    assert "".join(event.text for event in said if isinstance(event, TextDelta)) == "Grüße 😀\u2028."
    assert said[-2:] == [Finish("stop", "end_turn"), Usage(input=7, output=5)]


def test_calls_are_counted_by_themselves_and_always_have_arguments() -> None:
    said = events("text-then-parallel-tools")
    calls = [event for event in said if isinstance(event, ToolCallDelta)]
    assert [(call.index, call.id, call.name) for call in calls if call.id] == [
        (0, "tooluse_a", "weather"),
        (1, "tooluse_b", "now"),
    ]
    for index, arguments in enumerate(({"city": "Bern"}, {})):
        assert orjson.loads("".join(call.arguments for call in calls if call.index == index)) == arguments
    assert Finish("tool_calls", "tool_use") in said


def test_reasoning_is_signed_or_sealed() -> None:
    assert events("signed-reasoning")[:4] == [
        ThinkingDelta("2+"),
        ThinkingDelta("2"),
        ThinkingDelta("", "EqQB"),
        ThinkingDelta("", redacted="c2VhbGVk"),
    ]


def test_a_stream_may_end_without_usage() -> None:
    assert events("without-metadata")[-1] == Finish("stop", "end_turn")


def test_a_guardrail_filters() -> None:
    assert Finish("content_filter", "guardrail_intervened") in events("guardrail")


def test_writes_for_an_hour_are_told_apart() -> None:
    usage = Usage(input=20, cache_read=1000, cache_write_5m=100, cache_write_1h=200, output=2)
    assert events("cached-prompt")[-1] == usage


@pytest.mark.parametrize(
    ("name", "failure", "words"),
    [
        ("throttled-in-stream", Failure.RATE_LIMIT, "Too many tokens"),
        ("validation-in-stream", Failure.CONTEXT_LENGTH, "too long"),
        ("error-frame", Failure.SERVER, "Something broke"),
        ("cut-before-stop", Failure.CUT, "ended before"),
        ("malformed-tool-use", Failure.SERVER, "malformed_tool_use"),
        ("full-context", Failure.CONTEXT_LENGTH, "no room"),
    ],
)
def test_fails(name: str, failure: Failure, words: str) -> None:
    decoder = BedrockConverseDecoder()
    with pytest.raises(UpstreamFailure, match=words) as raised:
        for _ in (decoder.feed(recorded.read("bedrock-converse", name)), decoder.close()):
            pass
    assert raised.value.failure is failure


def test_a_damaged_frame_is_a_cut() -> None:
    stream = bytearray(recorded.read("bedrock-converse", "plain-text"))
    stream[40] ^= 1
    assert decode([bytes(stream)])[1] is Failure.CUT


def test_a_stream_that_ends_inside_a_frame_is_cut() -> None:
    assert decode([recorded.read("bedrock-converse", "plain-text")[:-1]])[1] is Failure.CUT


def test_what_is_broken_after_words_were_shown_ends_in_an_error() -> None:
    words = encode_frame({":event-type": "contentBlockDelta"}, b'{"contentBlockIndex":0,"delta":{"text":"a"}}')
    stop = encode_frame({":event-type": "messageStop"}, b'{"stopReason":"malformed_model_output"}')
    chunks, failure = decode([words, stop])
    assert failure is None
    assert chunks[-1].events == (Finish("error", "malformed_model_output"),)


def test_nonsense_does_not_crash() -> None:
    for kind in ("contentBlockStart", "contentBlockDelta", "contentBlockStop", "metadata", "unheard-of"):
        for payload in (b"", b"[]", b'{"delta":{"toolUse":{"input":"x"}}}', b'{"start":{"toolUse":1},"usage":[]}'):
            assert decode([encode_frame({":event-type": kind}, payload)])[1] is Failure.CUT
    assert decode([encode_frame({":event-type": "messageStop"}, b"{")])[1] is Failure.SERVER


def reply(*content: Any, stop: str = "end_turn", **fields: Any) -> bytes:
    message = {"role": "assistant", "content": list(content)}
    usage = {"inputTokens": 3, "outputTokens": 2, "totalTokens": 5}
    return orjson.dumps({"output": {"message": message}, "stopReason": stop, "usage": usage, **fields})


def test_a_whole_reply_says_it_all_at_once() -> None:
    body = reply(
        {"reasoningContent": {"reasoningText": {"text": "hm", "signature": "s"}}},
        {"reasoningContent": {"redactedContent": "c2VhbGVk"}},
        {"text": "Hi"},
        {"toolUse": {"toolUseId": "t1", "name": "f", "input": {"a": 1}}},
        {"toolUse": {"toolUseId": "t2", "name": "g", "input": {}}},
        stop="tool_use",
    )
    assert decode_reply(body).events == (
        ThinkingDelta("hm", "s"),
        ThinkingDelta("", redacted="c2VhbGVk"),
        TextDelta("Hi"),
        ToolCallDelta(0, "", "t1", "f"),
        ToolCallDelta(0, '{"a":1}'),
        ToolCallDelta(1, "", "t2", "g"),
        ToolCallDelta(1, "{}"),
        Finish("tool_calls", "tool_use"),
        Usage(input=3, output=2),
    )


def test_the_stop_sequence_is_told_where_it_is_known() -> None:
    body = reply({"text": "a"}, stop="stop_sequence", additionalModelResponseFields={"stop_sequence": "END"})
    assert Finish("stop", "stop_sequence", stop_sequence="END") in decode_reply(body).events


@pytest.mark.parametrize(
    ("body", "failure"),
    [
        (b"<html>", Failure.SERVER),
        (b"[]", Failure.SERVER),
        (b'{"message":"slow down","__type":"x#ThrottlingException"}', Failure.RATE_LIMIT),
        (reply(stop="malformed_tool_use"), Failure.SERVER),
        (reply(stop="model_context_window_exceeded"), Failure.CONTEXT_LENGTH),
    ],
)
def test_no_answer_is_a_failure(body: bytes, failure: Failure) -> None:
    with pytest.raises(UpstreamFailure) as raised:
        decode_reply(body)
    assert raised.value.failure is failure


def test_a_call_of_our_own_json_tool_is_the_answers_text() -> None:
    said = events("json-tool")
    assert said == [TextDelta('{"city":'), TextDelta('"Paris"}'), Finish("stop", "tool_use"), Usage(input=9, output=4)]
    body = reply({"toolUse": {"toolUseId": "t", "name": "switchboard_json_answer", "input": {"a": 1}}}, stop="tool_use")
    assert decode_reply(body).events[:2] == (TextDelta('{"a":1}'), Finish("stop", "tool_use"))

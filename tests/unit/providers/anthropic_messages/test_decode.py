"""Anthropic's streams and replies, read into the hub: from recorded bytes, cut at every place."""

from typing import Any

import orjson
import pytest
from switchboard.chat import Citation, Finish, TextDelta, ThinkingDelta, ToolCallDelta, Usage
from switchboard.errors import Failure, UpstreamFailure
from switchboard.providers.anthropic_messages import AnthropicMessagesUpstream
from switchboard.providers.anthropic_messages.decode import AnthropicMessagesDecoder, decode_reply

from tests import recorded
from tests.anthropic_examples import decoded, endpoint, events_of

PROTOCOL = "anthropic-messages"
BROKEN = ("error-in-stream", "cut-without-stop")
WHOLE = [name for name in recorded.names(PROTOCOL) if name not in BROKEN]


def replay(name: str) -> list[Any]:
    return events_of(decoded(recorded.read(PROTOCOL, name)))


def without_counts(name: str) -> list[Any]:
    return [event for event in replay(name) if not isinstance(event, Usage)]


def last_usage(name: str) -> Usage:
    return [event for event in replay(name) if isinstance(event, Usage)][-1]


@pytest.mark.parametrize("name", WHOLE)
def test_a_stream_says_the_same_however_it_is_cut(name: str) -> None:
    stream = recorded.read(PROTOCOL, name)
    expected = events_of(decoded(stream))
    for pieces in recorded.splits(stream):
        decoder = AnthropicMessagesDecoder()
        chunks = [chunk for piece in pieces for chunk in decoder.feed(piece)] + decoder.close()
        assert events_of(chunks) == expected


def test_text_is_text() -> None:
    assert without_counts("plain-text") == [
        TextDelta("Hello"),
        TextDelta(" there"),
        TextDelta("! 👋\u2028ok"),
        Finish("stop", "end_turn"),
    ]


def test_a_ping_is_no_chunk() -> None:
    assert all(chunk.native["type"] != "ping" for chunk in decoded(recorded.read(PROTOCOL, "plain-text")))


def test_a_call_begins_with_its_name_and_goes_on_in_fragments() -> None:
    assert without_counts("tool-use") == [
        TextDelta("Let me look."),
        ToolCallDelta(0, "", "toolu_01A09q90qw90lq917835lq9", "get_weather"),
        ToolCallDelta(0, '{"city":'),
        ToolCallDelta(0, ' "Paris"}'),
        Finish("tool_calls", "tool_use"),
    ]


def test_calls_are_counted_from_0_and_no_input_is_an_empty_object() -> None:
    assert without_counts("parallel-tools-and-no-input") == [
        ToolCallDelta(0, "", "toolu_01a", "now"),
        ToolCallDelta(0, "{}"),
        ToolCallDelta(1, "", "toolu_01b", "get_weather"),
        ToolCallDelta(1, '{"city": "Oslo"}'),
        Finish("tool_calls", "tool_use"),
    ]


def test_input_that_comes_with_the_start_of_a_call_is_not_lost() -> None:
    assert ToolCallDelta(0, '{"zone":"UTC"}') in replay("input-at-start")


def test_a_signature_ends_its_thinking() -> None:
    assert without_counts("thinking-and-tool")[:3] == [
        ThinkingDelta("First, "),
        ThinkingDelta("the weather."),
        ThinkingDelta("", "EqQBCgIYAhIM1gbcDa9GJwZA2b3hGgxBdjrkzLoky3dl1pk="),
    ]


def test_thinking_that_is_only_a_signature_is_kept() -> None:
    assert without_counts("omitted-thinking")[0] == ThinkingDelta("", "EosnCkYICxIMMb3LzNrMu")


def test_redacted_thinking_is_one_sealed_piece() -> None:
    assert without_counts("redacted-thinking")[0] == ThinkingDelta("", redacted="EmwKAhgBEgy3va3pzix")


def test_the_providers_own_tools_travel_in_native_alone() -> None:
    assert without_counts("web-search") == [
        TextDelta("I'll search."),
        TextDelta("All is well."),
        Citation("https://n.test", "News", "x", start=12, end=24),
        Finish("stop", "end_turn"),
    ]
    kinds = [chunk.native.get("content_block", {}) for chunk in decoded(recorded.read(PROTOCOL, "web-search"))]
    assert {"server_tool_use", "web_search_tool_result"} <= {
        kind["type"] for kind in kinds if isinstance(kind, dict) and kind
    }


def test_the_tool_that_stands_for_json_is_read_as_text() -> None:
    assert without_counts("json-tool") == [TextDelta('{"answer":'), TextDelta(" 42}"), Finish("stop", "tool_use")]


@pytest.mark.parametrize(
    ("name", "finish"),
    [
        ("stop-sequence", Finish("stop", "stop_sequence", stop_sequence="three")),
        ("max-tokens", Finish("length", "max_tokens")),
        ("refusal", Finish("content_filter", "refusal")),
        ("pause-turn", Finish("stop", "pause_turn")),
        ("missing-message-stop", Finish("stop", "end_turn")),
    ],
)
def test_the_stop_reason_is_translated(name: str, finish: Finish) -> None:
    assert finish in replay(name)


def test_what_is_new_or_broken_is_skipped() -> None:
    assert without_counts("unknown-events") == [TextDelta("still"), Finish("stop", "end_turn")]


def test_counts_are_merged_from_the_start_and_the_end() -> None:
    assert last_usage("plain-text") == Usage(input=25, output=15)
    assert last_usage("cache-of-two-lives") == Usage(
        input=3, cache_read=1800, cache_write_5m=456, cache_write_1h=100, output=9
    )
    assert last_usage("thinking-and-tool") == Usage(input=25, output=28, reasoning=60)
    assert last_usage("web-search") == Usage(input=9000, output=70, web_searches=1)


def test_an_error_in_the_stream_is_a_failure_after_what_was_said() -> None:
    decoder = AnthropicMessagesDecoder()
    with pytest.raises(UpstreamFailure) as failed:
        decoder.feed(recorded.read(PROTOCOL, "error-in-stream"))
    assert (failed.value.failure, failed.value.provider_code) == (Failure.CAPACITY, "overloaded_error")


def test_a_stream_without_an_end_is_cut() -> None:
    decoder = AnthropicMessagesDecoder()
    decoder.feed(recorded.read(PROTOCOL, "cut-without-stop"))
    with pytest.raises(UpstreamFailure) as failed:
        decoder.close()
    assert failed.value.failure is Failure.CUT


def reply(*content: Any, stop_reason: str = "end_turn", **fields: Any) -> bytes:
    usage = {"input_tokens": 9, "output_tokens": 3}
    return orjson.dumps(
        {
            "id": "msg_1",
            "type": "message",
            "role": "assistant",
            "content": content,
            "stop_reason": stop_reason,
            "usage": usage,
            **fields,
        }
    )


def test_a_whole_reply_is_read_block_by_block() -> None:
    body = reply(
        {"type": "thinking", "thinking": "hm", "signature": "sig"},
        {"type": "redacted_thinking", "data": "sealed"},
        {"type": "text", "text": "Let me look."},
        {"type": "server_tool_use", "id": "srvtoolu_1", "name": "web_search", "input": {}},
        {"type": "tool_use", "id": "toolu_1", "name": "now", "input": {}},
        {"type": "tool_use", "id": "toolu_2", "name": "get_weather", "input": {"city": "Rome"}},
        stop_reason="tool_use",
    )
    assert AnthropicMessagesUpstream().decode_reply(body, endpoint()).events == (
        ThinkingDelta("hm", "sig"),
        ThinkingDelta("", redacted="sealed"),
        TextDelta("Let me look."),
        ToolCallDelta(0, "{}", "toolu_1", "now"),
        ToolCallDelta(1, '{"city":"Rome"}', "toolu_2", "get_weather"),
        Finish("tool_calls", "tool_use"),
        Usage(input=9, output=3),
    )


def test_a_whole_answer_by_the_json_tool_is_text() -> None:
    body = reply(
        {"type": "tool_use", "id": "t", "name": "switchboard_json_answer", "input": {"a": 1}}, stop_reason="tool_use"
    )
    assert decode_reply(body).events[:2] == (TextDelta('{"a":1}'), Finish("stop", "tool_use"))


@pytest.mark.parametrize(
    ("body", "failure"),
    [
        (b"<html>", Failure.SERVER),
        (b"[]", Failure.SERVER),
        (b"{}", Failure.SERVER),
        (b'{"type":"error","error":{"type":"overloaded_error","message":"x"}}', Failure.CAPACITY),
        (b'{"type":"error","error":{"type":"rate_limit_error","message":"x"}}', Failure.RATE_LIMIT),
    ],
)
def test_what_is_no_answer_is_a_failure_whatever_its_status(body: bytes, failure: Failure) -> None:
    with pytest.raises(UpstreamFailure) as failed:
        decode_reply(body)
    assert failed.value.failure is failure


def test_a_ping_is_a_sign_of_life_while_a_thought_is_not_shown() -> None:
    ping = b'data: {"type":"ping"}\n\n'
    decoder = AnthropicMessagesDecoder()
    assert decoder.feed(ping) == []
    started = b'data: {"type":"content_block_start","index":0,"content_block":{"type":"thinking","thinking":""}}\n\n'
    decoder.feed(started)
    (chunk,) = decoder.feed(ping)
    assert (chunk.is_life, chunk.has_content) == (True, False)
    decoder.feed(b'data: {"type":"content_block_stop","index":0}\n\n')
    assert decoder.feed(ping) == []

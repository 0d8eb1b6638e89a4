"""Answers as Anthropic messages, whole and streamed: from the hub's events, and passed on from Anthropic itself."""

from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from switchboard.accounting.price import Bill
from switchboard.chat import (
    NO_USAGE,
    Chunk,
    Finish,
    Served,
    StreamEvent,
    TextDelta,
    ThinkingDelta,
    ToolCallDelta,
    Usage,
)
from switchboard.errors import Failure, UpstreamFailure
from switchboard.protocols.anthropic_messages import AnthropicMessages
from switchboard.signatures import marked

from tests import recorded
from tests.anthropic_examples import BILL, decoded, frames, messages, served

PROTOCOL = "anthropic-messages"
CLIENT = AnthropicMessages()
CHAT, OWN = served("openai-chat", "acme"), served(PROTOCOL)
STOP = Finish("stop", "stop")


def whole(*events: StreamEvent) -> Any:
    return orjson.loads(CLIENT.reply(CHAT, Chunk(events), BILL))


def stream(*events: StreamEvent, by: int = 1) -> list[Any]:
    renderer = CLIENT.stream(CHAT, messages(stream=True))
    written = b"".join(renderer.render([Chunk(events[n : n + by])]) for n in range(0, len(events), by))
    return frames(written + renderer.finish(BILL))


def collected(events: list[Any]) -> list[Any]:
    """The content blocks that a client puts together; fails where a strict one would."""
    blocks: list[Any] = []
    open_block: int | None = None
    for event in events:
        match event["type"]:
            case "content_block_start":
                assert open_block is None
                open_block = event["index"]
                assert open_block == len(blocks)
                blocks.append({**event["content_block"]})
            case "content_block_delta":
                assert event["index"] == open_block
                _grow(blocks[-1], event["delta"])
            case "content_block_stop":
                assert event["index"] == open_block
                open_block = None
    assert open_block is None
    for block in blocks:
        if block["type"] in ("tool_use", "server_tool_use"):
            block["input"] = orjson.loads(block.pop("json", "") or "{}")
    return blocks


def _grow(block: Any, delta: Any) -> None:
    match delta["type"]:
        case "text_delta":
            block["text"] += delta["text"]
        case "thinking_delta":
            block["thinking"] += delta["thinking"]
        case "signature_delta":
            block["signature"] += delta["signature"]
        case "input_json_delta":
            block["json"] = block.get("json", "") + delta["partial_json"]


def test_a_message_says_who_it_is_and_what_it_cost() -> None:
    message = whole(TextDelta("Hello"), STOP)
    assert message == {
        "id": "msg_gen-1",
        "type": "message",
        "role": "assistant",
        "model": "lab/one",
        "content": [{"type": "text", "text": "Hello"}],
        "stop_reason": "end_turn",
        "stop_sequence": None,
        "usage": {
            "input_tokens": 10,
            "cache_creation_input_tokens": 3,
            "cache_read_input_tokens": 4,
            "cache_creation": {"ephemeral_5m_input_tokens": 2, "ephemeral_1h_input_tokens": 1},
            "output_tokens": 8,
            "cost": 1.5,
            "cost_details": {
                "upstream_inference_cost": None,
                "upstream_inference_input_cost": 0.0,
                "upstream_inference_output_cost": 1.5,
            },
            "output_tokens_details": {"thinking_tokens": 3},
            "service_tier": "standard",
        },
    }


def test_blocks_follow_in_the_order_in_which_they_were_said() -> None:
    message = whole(
        ThinkingDelta("hm"),
        ThinkingDelta("", "SIG"),
        ThinkingDelta("", redacted="DATA"),
        TextDelta("a"),
        TextDelta("b"),
        ToolCallDelta(0, "", "c0", "now"),
        ToolCallDelta(1, '{"x":', "c1", "then"),
        ToolCallDelta(1, "1}"),
        Finish("tool_calls", "tool_calls"),
    )
    assert message["content"] == [
        {"type": "thinking", "thinking": "hm", "signature": marked("SIG", "acme")},
        {"type": "redacted_thinking", "data": marked("DATA", "acme")},
        {"type": "text", "text": "ab"},
        {"type": "tool_use", "id": "c0", "name": "now", "input": {}},
        {"type": "tool_use", "id": "c1", "name": "then", "input": {"x": 1}},
    ]
    assert message["stop_reason"] == "tool_use"


def test_arguments_that_are_no_object_are_shown_as_they_are() -> None:
    assert whole(ToolCallDelta(0, "{bad", "c", "x"), STOP)["content"][0]["input"] == {"_raw": "{bad"}


FINISHES: list[tuple[Finish, str]] = [
    (Finish("stop", "stop"), "end_turn"),
    (Finish("stop", "stop", stop_sequence="END"), "stop_sequence"),
    (Finish("length", "length"), "max_tokens"),
    (Finish("length", "model_context_window_exceeded"), "model_context_window_exceeded"),
    (Finish("tool_calls", "tool_calls"), "tool_use"),
    (Finish("content_filter", "content_filter"), "refusal"),
]


@pytest.mark.parametrize(("finish", "reason"), FINISHES)
def test_the_stop_reason_is_anthropics(finish: Finish, reason: str) -> None:
    assert whole(TextDelta("x"), finish)["stop_reason"] == reason
    ending = stream(TextDelta("x"), finish)[-2]
    assert ending["delta"] == {"stop_reason": reason, "stop_sequence": finish.stop_sequence}


def test_a_refusal_in_words_is_a_refusal() -> None:
    assert whole(TextDelta("No.", is_refusal=True), STOP)["stop_reason"] == "refusal"
    assert stream(TextDelta("No.", is_refusal=True), STOP)[-2]["delta"]["stop_reason"] == "refusal"


def test_a_stream_begins_and_ends_as_anthropics_does() -> None:
    events = stream(TextDelta("Hello"), TextDelta(" there"), STOP, Usage(input=9))
    assert [event["type"] for event in events] == [
        "message_start",
        "content_block_start",
        "content_block_delta",
        "content_block_delta",
        "content_block_stop",
        "message_delta",
        "message_stop",
    ]
    opening = events[0]["message"]
    assert (opening["content"], opening["stop_reason"], opening["model"]) == ([], None, "lab/one")
    assert opening["usage"]["input_tokens"] == 12
    assert events[-2]["usage"]["input_tokens"] == 10
    assert events[-2]["usage"]["cache_read_input_tokens"] == 4
    assert events[-2]["usage"]["output_tokens"] == 8


def test_an_empty_answer_is_a_whole_stream_too() -> None:
    assert [event["type"] for event in stream(STOP)] == ["message_start", "message_delta", "message_stop"]


def test_the_opening_never_counts_nothing() -> None:
    renderer = CLIENT.stream(Served("gen-1", 1, "m", "p", "P", "openai-chat"), messages())
    opening = frames(renderer.render([Chunk((TextDelta("x"),))]))[0]
    assert opening["message"]["usage"]["input_tokens"] > 0


def test_calls_that_are_written_at_once_come_one_after_the_other() -> None:
    events = stream(
        ToolCallDelta(0, "", "c0", "a"),
        ToolCallDelta(1, "", "c1", "b"),
        ToolCallDelta(0, '{"x":'),
        ToolCallDelta(1, '{"y":'),
        ToolCallDelta(1, "2}"),
        ToolCallDelta(0, "1}"),
        ToolCallDelta(2, "{}", "c2", "c"),
        Finish("tool_calls", "tool_calls"),
    )
    assert [(block["id"], block["input"]) for block in collected(events)] == [
        ("c0", {"x": 1}),
        ("c1", {"y": 2}),
        ("c2", {}),
    ]


def test_a_call_without_an_id_gets_one() -> None:
    events = stream(ToolCallDelta(0, "{}", None, "a"), Finish("tool_calls", "x"))
    assert collected(events)[0]["id"] == "toolu_1_0"


SEAL = ThinkingDelta("", "seal")


def test_a_signature_after_text_waits_for_what_it_signs() -> None:
    blocks = collected(stream(TextDelta("I look."), SEAL, ToolCallDelta(0, "{}", "call_1", "look"), STOP))
    assert [block["type"] for block in blocks] == ["text", "thinking", "tool_use"]
    assert blocks[1]["signature"] == marked("seal", CHAT.provider_id)


def test_no_empty_thought_ends_an_answer() -> None:
    """Claude Code takes the last block for the answer."""
    assert collected(stream(TextDelta("Hi"), SEAL, STOP)) == [{"type": "text", "text": "Hi"}]


def test_a_signature_ends_its_block() -> None:
    events = stream(
        ThinkingDelta("a"), ThinkingDelta("", "S1"), ThinkingDelta("b"), ThinkingDelta("", "S2"), TextDelta("x"), STOP
    )
    assert collected(events) == [
        {"type": "thinking", "thinking": "a", "signature": marked("S1", "acme")},
        {"type": "thinking", "thinking": "b", "signature": marked("S2", "acme")},
        {"type": "text", "text": "x"},
    ]


def test_a_finish_that_is_an_error_is_one_in_the_stream() -> None:
    last = stream(TextDelta("x"), Finish("error", "network_error"))[-1]
    assert (last["type"], last["error"]["type"]) == ("error", "api_error")


def test_what_breaks_off_does_not_look_complete() -> None:
    renderer = CLIENT.stream(CHAT, messages())
    written = renderer.render([Chunk((TextDelta("x"),))])
    written += renderer.fail(UpstreamFailure(Failure.CAPACITY, "Overloaded"), BILL)
    kinds = [event["type"] for event in frames(written)]
    assert kinds == ["message_start", "content_block_start", "content_block_delta", "error"]
    assert frames(written)[-1]["error"] == {
        "type": "overloaded_error",
        "message": "Overloaded",
        "error_type": "provider_error",
    }
    assert frames(written)[-1]["usage"]["output_tokens"] == BILL.usage.completion_tokens


def test_a_silence_is_filled_with_pings() -> None:
    assert CLIENT.keep_alive == b'event: ping\ndata: {"type":"ping"}\n\n'


events_of_any_kind: st.SearchStrategy[StreamEvent] = st.one_of(
    st.builds(TextDelta, st.text(max_size=3)),
    st.builds(ThinkingDelta, st.text(max_size=3), st.sampled_from([None, "S"])),
    st.builds(lambda data: ThinkingDelta("", redacted=data), st.text(min_size=1, max_size=3)),
    st.builds(lambda n, piece: ToolCallDelta(n, piece, f"c{n}", "f"), st.integers(0, 2), st.sampled_from(["", "1"])),
)


@given(st.lists(events_of_any_kind, max_size=12), st.integers(1, 5))
def test_any_answer_is_strictly_in_order(said: list[StreamEvent], by: int) -> None:
    events = stream(*said, STOP, by=by)
    assert events[0]["type"] == "message_start"
    assert [event["type"] for event in events[-2:]] == ["message_delta", "message_stop"]
    blocks = _loose(events)
    assert "".join(b["text"] for b in blocks if b["type"] == "text") == "".join(
        e.text for e in said if isinstance(e, TextDelta)
    )


def _loose(events: list[Any]) -> list[Any]:
    return collected([e for e in events if e.get("delta", {}).get("type") != "input_json_delta"])


@given(st.lists(events_of_any_kind, max_size=12), st.integers(1, 12))
def test_chunks_may_be_rendered_in_any_grouping(said: list[StreamEvent], by: int) -> None:
    assert stream(*said, STOP, by=by) == stream(*said, STOP)


def passed_on(name: str) -> list[Any]:
    renderer = CLIENT.stream(OWN, messages(stream=True))
    chunks = decoded(recorded.read(PROTOCOL, name))
    return frames(b"".join(renderer.render([chunk]) for chunk in chunks) + renderer.finish(BILL))


WHOLE = [n for n in recorded.names(PROTOCOL) if n not in ("error-in-stream", "cut-without-stop")]


@pytest.mark.parametrize("name", WHOLE)
def test_anthropics_own_stream_is_passed_on_with_everything_in_it(name: str) -> None:
    original = [
        e
        for e in frames(recorded.read(PROTOCOL, name).replace(b"\r\n", b"\n").removesuffix(b"data: not json\n\n"))
        if e["type"] != "ping"
    ]
    events = passed_on(name)
    assert (events[0]["message"]["id"], events[0]["message"]["model"]) == ("msg_gen-1", "lab/one")
    if name == "missing-message-stop":
        original.append({"type": "message_stop"})
    assert [e["type"] for e in events] == [e["type"] for e in original]
    for ours, theirs in zip(events[1:-2], original[1:-2], strict=True):
        if "signature" not in theirs.get("delta", {}) and "data" not in theirs.get("content_block", {}):
            assert ours == theirs
    assert events[-2]["delta"] == {**theirs_ending(original), **events[-2]["delta"]}


def theirs_ending(original: list[Any]) -> Any:
    return next(e for e in original if e["type"] == "message_delta")["delta"]


def test_signatures_are_marked_with_their_maker() -> None:
    thought = collected(passed_on("thinking-and-tool"))[0]
    assert thought["signature"] == marked("EqQBCgIYAhIM1gbcDa9GJwZA2b3hGgxBdjrkzLoky3dl1pk=", "anthropic")
    assert collected(passed_on("redacted-thinking"))[0]["data"] == marked("EmwKAhgBEgy3va3pzix", "anthropic")


def test_a_signature_in_pieces_is_marked_once() -> None:
    renderer = CLIENT.stream(OWN, messages())
    pieces: Any = [
        {"type": "content_block_delta", "index": 0, "delta": {"type": "signature_delta", "signature": s}} for s in "AB"
    ]
    made = frames(b"".join(renderer.render([Chunk((), piece)]) for piece in pieces))
    assert "".join(event["delta"]["signature"] for event in made) == marked("AB", "anthropic")


def test_a_server_that_counts_late_still_opens_with_an_estimate() -> None:
    start: Any = {"type": "message_start", "message": {"usage": {"input_tokens": 0, "output_tokens": 0}}}
    opening = frames(CLIENT.stream(OWN, messages()).render([Chunk((), start)]))[0]
    assert opening["message"]["usage"]["input_tokens"] == 12


def test_a_whole_reply_of_anthropics_keeps_its_own_fields() -> None:
    native: Any = {
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "model": "claude-up",
        "content": [
            {"type": "thinking", "thinking": "", "signature": "SIG"},
            {"type": "text", "text": "x", "citations": []},
        ],
        "stop_reason": "end_turn",
        "container": {"id": "c"},
        "usage": {"input_tokens": 10, "output_tokens": 8, "inference_geo": "eu"},
    }
    made = orjson.loads(CLIENT.reply(OWN, Chunk((), native), Bill(NO_USAGE, None, None)))
    assert made["container"] == {"id": "c"}
    assert made["content"] == [{**native["content"][0], "signature": marked("SIG", "anthropic")}, native["content"][1]]
    assert (made["id"], made["model"], made["usage"]["inference_geo"]) == ("msg_gen-1", "lab/one", "eu")

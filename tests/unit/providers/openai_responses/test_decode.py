import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from switchboard.chat import Chunk, Finish, StreamEvent, TextDelta, ThinkingDelta, ToolCallDelta, Usage
from switchboard.errors import Failure, UpstreamFailure
from switchboard.providers.openai_responses.decode import OpenAiResponsesDecoder, decode_reply

from tests import recorded

DIALECT = "openai-responses"
FAILING = {"failed-rate-limit", "error-event", "cut-without-completed"}
NAMES = recorded.names(DIALECT)


def decode(*pieces: bytes) -> list[Chunk]:
    decoder = OpenAiResponsesDecoder()
    chunks = [chunk for piece in pieces for chunk in decoder.feed(piece)]
    return chunks + decoder.close()


def said(*pieces: bytes) -> list[StreamEvent]:
    return [event for chunk in decode(*pieces) for event in chunk.events]


def outcome(*pieces: bytes) -> tuple[list[StreamEvent], str | None]:
    """What was said until it ended or failed."""
    decoder = OpenAiResponsesDecoder()
    heard: list[StreamEvent] = []
    try:
        for piece in (*pieces, None):
            chunks = decoder.close() if piece is None else decoder.feed(piece)
            heard += [event for chunk in chunks for event in chunk.events]
    except UpstreamFailure as failure:
        return heard, failure.failure.value
    return heard, None


def recording(name: str) -> list[StreamEvent]:
    return said(recorded.read(DIALECT, name))


def test_text_and_usage() -> None:
    assert recording("plain-text") == [
        TextDelta("Grüße"),
        TextDelta(", "),
        TextDelta("Welt 👋"),
        Finish("stop", "completed"),
        Usage(input=8, cache_read=4, output=6),
    ]


def test_calls_are_counted_from_0_and_begin_with_id_and_name() -> None:
    assert recording("parallel-tools") == [
        ToolCallDelta(0, "", "call_a", "get_weather"),
        ToolCallDelta(0, '{"city":'),
        ToolCallDelta(0, '"Oslo"}'),
        ToolCallDelta(1, "", "call_b", "get_time"),
        ToolCallDelta(1, "{}"),
        Finish("tool_calls", "completed"),
        Usage(input=80, output=30),
    ]


def test_calls_that_interleave_are_kept_apart() -> None:
    arguments = {0: "", 1: ""}
    for event in recording("interleaved-tools"):
        if isinstance(event, ToolCallDelta):
            arguments[event.index] += event.arguments
    assert arguments == {0: '{"city":"Oslo"}', 1: '{"zone":"CET"}'}


def test_a_summary_s_parts_are_paragraphs_and_the_seal_ends_them() -> None:
    events = recording("reasoning-then-tool")
    assert events[:5] == [
        ThinkingDelta("**Plan**"),
        ThinkingDelta(" first"),
        ThinkingDelta("\n\n"),
        ThinkingDelta("**Then**"),
        ThinkingDelta("", signature="gAAAAB-sealed"),
    ]
    assert events[5] == ToolCallDelta(0, "", "call_a", "look")


def test_reasoning_that_is_only_sealed_still_has_its_signature() -> None:
    assert recording("encrypted-reasoning-only")[:2] == [
        ThinkingDelta("", signature="gAAAAB-silent"),
        TextDelta("42"),
    ]


def test_reasoning_shown_as_text_is_thinking() -> None:
    assert recording("open-reasoning-text")[:3] == [
        ThinkingDelta("Think"),
        ThinkingDelta("ing."),
        TextDelta("Yes."),
    ]


def test_a_refusal_is_marked_and_ends_like_any_answer() -> None:
    assert recording("refusal")[:3] == [
        TextDelta("I can't", is_refusal=True),
        TextDelta(" help with that.", is_refusal=True),
        Finish("stop", "completed"),
    ]


def test_an_incomplete_response_says_why() -> None:
    assert Finish("length", "max_output_tokens") in recording("incomplete-max-output")


def test_what_no_delta_brought_is_taken_from_the_finished_item() -> None:
    assert recording("items-without-deltas")[:3] == [
        TextDelta("All at once"),
        ToolCallDelta(0, "", "call_a", "f"),
        ToolCallDelta(0, '{"a":1}'),
    ]


def test_a_custom_call_s_free_text_becomes_the_argument_of_a_function() -> None:
    arguments = "".join(event.arguments for event in recording("custom-tool") if isinstance(event, ToolCallDelta))
    assert orjson.loads(arguments) == {"input": '*** Begin "Patch"\n'}


def test_web_searches_are_counted() -> None:
    assert recording("web-search")[-1] == Usage(input=400, output=8, web_searches=1)


def test_types_may_stand_in_the_event_field_alone_and_lines_may_end_in_crlf() -> None:
    assert TextDelta("a\u2028b") in recording("crlf-types-in-event-field")


def test_what_is_no_json_and_what_follows_the_end_is_skipped() -> None:
    decoder = OpenAiResponsesDecoder()
    decoder.feed(recorded.read(DIALECT, "unnamed-events-and-done"))
    assert decoder.close() == []
    assert decoder.skipped == 1


@pytest.mark.parametrize(
    ("name", "failure", "code", "wait"),
    [
        ("failed-rate-limit", Failure.RATE_LIMIT, "rate_limit_exceeded", 11.5),
        ("error-event", Failure.CONTEXT_LENGTH, "context_length_exceeded", None),
        ("cut-without-completed", Failure.CUT, None, None),
    ],
)
def test_a_stream_that_fails_raises(name: str, failure: Failure, code: str | None, wait: float | None) -> None:
    with pytest.raises(UpstreamFailure) as raised:
        recording(name)
    assert raised.value.failure is failure
    assert raised.value.provider_code == code
    assert raised.value.retry_after == wait


@pytest.mark.parametrize("name", NAMES)
def test_a_recorded_stream_says_the_same_at_every_split(name: str) -> None:
    stream = recorded.read(DIALECT, name)
    expected = outcome(stream)
    assert (expected[1] is not None) == (name in FAILING)
    for pieces in recorded.splits(stream):
        heard, failure = outcome(*pieces)
        assert failure == expected[1]
        assert heard == expected[0] or name in FAILING  # what came before a failure in the same piece goes with it


@given(st.data())
def test_any_chunking_says_the_same(data: st.DataObject) -> None:
    stream = recorded.read(DIALECT, data.draw(st.sampled_from([name for name in NAMES if name not in FAILING])))
    cuts = sorted(data.draw(st.sets(st.integers(0, len(stream)), max_size=40)))
    pieces = [stream[start:end] for start, end in zip([0, *cuts], [*cuts, len(stream)], strict=True)]
    assert said(*pieces) == said(stream)


def last_response(name: str) -> bytes:
    native = decode(recorded.read(DIALECT, name))[-1].native
    return orjson.dumps(native["response"])


# Its last event repeats nothing; its calls come one after the other once they are whole.
NOT_ALIKE = {"items-without-deltas", "interleaved-tools"}


@pytest.mark.parametrize("name", [name for name in NAMES if name not in FAILING | NOT_ALIKE])
def test_a_whole_reply_says_what_its_stream_does(name: str) -> None:
    assert merged(list(decode_reply(last_response(name)).events)) == merged(recording(name))


def merged(events: list[StreamEvent]) -> list[StreamEvent]:
    """Neighbouring deltas as one."""
    result: list[StreamEvent] = []
    for event in events:
        last = result[-1] if result else None
        match last, event:
            case TextDelta(), TextDelta():
                result[-1] = TextDelta(last.text + event.text, is_refusal=event.is_refusal)
            case ThinkingDelta(), ThinkingDelta():
                result[-1] = ThinkingDelta(last.text + event.text, event.signature)
            case ToolCallDelta(), ToolCallDelta() if last.index == event.index:
                result[-1] = ToolCallDelta(last.index, last.arguments + event.arguments, last.id, last.name)
            case _:
                result.append(event)
    return result


@pytest.mark.parametrize(
    ("body", "failure"),
    [
        (b"<html>", Failure.SERVER),
        (b"[]", Failure.SERVER),
        (b"{}", Failure.SERVER),
        (b'{"error": {"message": "no", "type": "server_error", "code": null}}', Failure.SERVER),
        (
            b'{"status": "failed", "error": {"code": "invalid_prompt", "message": "flagged"}, "output": []}',
            Failure.BAD_REQUEST,
        ),
    ],
)
def test_what_is_no_answer_is_a_failure(body: bytes, failure: Failure) -> None:
    with pytest.raises(UpstreamFailure) as raised:
        decode_reply(body)
    assert raised.value.failure is failure


@pytest.mark.parametrize(
    "event",
    [
        {"type": "response.output_text.delta"},
        {"type": "response.output_text.delta", "delta": None},
        {"type": "response.output_item.added", "item": None},
        {"type": "response.output_item.done", "item": {"type": "message", "content": [None, {"type": "output_text"}]}},
        {"type": "response.function_call_arguments.delta", "delta": "{}", "output_index": 9},
        {"type": "response.unheard.of", "item": 1},
        {"type": 7},
    ],
)
def test_an_odd_event_says_nothing_and_breaks_nothing(event: object) -> None:
    chunks = OpenAiResponsesDecoder().feed(b"data: %b\n\n" % orjson.dumps(event))
    assert [chunk.events for chunk in chunks] == [()]

from collections.abc import Callable, Iterable
from contextlib import suppress
from itertools import pairwise
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from switchboard.chat import Chunk, Finish, StreamEvent, TextDelta, ThinkingDelta, ToolCallDelta, Usage
from switchboard.errors import Failure, UpstreamFailure
from switchboard.providers.google_generate.decode import GoogleGenerateDecoder, decode_reply

from tests import recorded

NAMES = recorded.names("google-generate")
Outcome = tuple[list[Chunk], Failure | None]


def decode(pieces: Iterable[bytes]) -> Outcome:
    return recorded.decoded(GoogleGenerateDecoder(), pieces)


def events(name: str) -> list[StreamEvent]:
    chunks, failure = decode([recorded.read("google-generate", name)])
    assert failure is None
    return [event for chunk in chunks for event in chunk.events]


@pytest.mark.parametrize("name", NAMES)
def test_a_recorded_stream_is_the_same_at_every_split(name: str) -> None:
    stream = recorded.read("google-generate", name)
    expected = decode(bytes([byte]) for byte in stream)
    for pieces in recorded.splits(stream):
        chunks, failure = decode(pieces)
        assert failure == expected[1]
        assert chunks == expected[0] or failure  # what arrives together with a failure is not shown any more


@given(
    st.sampled_from([name for name in NAMES if name.startswith(("plain", "parallel"))]), st.lists(st.integers(0, 900))
)
@settings(max_examples=50)
def test_any_chunking_of_the_same_bytes_says_the_same(name: str, places: list[int]) -> None:
    stream = recorded.read("google-generate", name)
    cuts = [0, *sorted(place for place in places if place <= len(stream)), len(stream)]
    assert decode(stream[start:end] for start, end in pairwise(cuts)) == decode([stream])


def test_the_last_usage_counts() -> None:
    said = events("plain-text")
    assert "".join(event.text for event in said if isinstance(event, TextDelta)) == "Grüße 😀\u2028."
    assert said[-2:] == [Finish("stop", "STOP"), Usage(input=7, output=5)]


def test_parallel_calls_in_several_chunks_end_in_tool_calls() -> None:
    said = events("parallel-calls-then-stop")
    assert said[0] == ThinkingDelta("", "c2lnLTE=")
    calls = [event for event in said if isinstance(event, ToolCallDelta)]
    assert [(call.index, call.name, call.arguments) for call in calls] == [
        (0, "weather", '{"city":"Zürich"}'),
        (1, "weather", '{"city":"Bern"}'),
        (2, "now", "{}"),
    ]
    assert len({call.id for call in calls}) == 3
    assert Finish("tool_calls", "STOP") in said
    assert said[-1] == Usage(input=50, output=15, reasoning=20)


def test_a_call_keeps_the_id_it_has() -> None:
    call = {"functionCall": {"name": "f", "id": "abc", "args": {}}}
    assert whole(candidate([call]))[0] == ToolCallDelta(0, "{}", "abc", "f")


def test_thoughts_are_told_from_text_and_a_signature_may_come_last() -> None:
    assert events("thoughts-and-signatures") == [
        ThinkingDelta("**Adding**"),
        Usage(input=9, reasoning=4),
        ThinkingDelta("2+2"),
        Usage(input=9, reasoning=9),
        TextDelta("It is "),
        Usage(input=9, output=2, reasoning=9),
        TextDelta("4."),
        Usage(input=9, output=4, reasoning=9),
        ThinkingDelta("", "c2lnLTI="),
        Finish("stop", "STOP"),
        Usage(input=9, output=4, reasoning=9),
    ]


def test_candidates_are_choices() -> None:
    said = events("two-candidates")
    assert said[:2] == [TextDelta("A", 0), TextDelta("B", 1)]
    assert said[2:4] == [Finish("stop", "STOP", 0), Finish("length", "MAX_TOKENS", 1)]


@pytest.mark.parametrize(
    ("name", "last"),
    [
        ("max-tokens-in-thought", Finish("length", "MAX_TOKENS")),
        ("safety", Finish("content_filter", "SAFETY")),
        ("malformed-after-text", Finish("error", "MALFORMED_FUNCTION_CALL")),
        ("usage-after-finish", Finish("stop", "STOP")),
    ],
)
def test_ends(name: str, last: Finish) -> None:
    assert [event for event in events(name) if isinstance(event, Finish)] == [last]


@pytest.mark.parametrize(
    ("name", "failure", "words"),
    [
        ("blocked-prompt", Failure.CONTENT_POLICY, "PROHIBITED_CONTENT"),
        ("malformed-call", Failure.SERVER, "Malformed function call"),
        ("error-in-stream", Failure.CAPACITY, "overloaded"),
        ("cut-without-finish", Failure.CUT, "without a finish"),
    ],
)
def test_fails(name: str, failure: Failure, words: str) -> None:
    decoder = GoogleGenerateDecoder()
    with pytest.raises(UpstreamFailure, match=words) as raised:
        for _ in (decoder.feed(recorded.read("google-generate", name)), decoder.close()):
            pass
    assert raised.value.failure is failure


def test_an_event_that_is_no_json_is_skipped() -> None:
    decoder = GoogleGenerateDecoder()
    assert decoder.feed(b"data: {\n\ndata: []\n\n") == []
    assert decoder.skipped == 2


def candidate(parts: list[Any], finish: str = "STOP", **fields: Any) -> dict[str, Any]:
    return {"candidates": [{"content": {"parts": parts}, "finishReason": finish}], **fields}


def whole(native: Any) -> tuple[StreamEvent, ...]:
    return decode_reply(orjson.dumps(native)).events


def test_a_whole_reply_says_it_all_at_once() -> None:
    parts = [
        {"text": "hm", "thought": True},
        {"text": "Hi", "thoughtSignature": "s"},
        {"functionCall": {"name": "f", "args": {"a": 1}}},
    ]
    said = whole(candidate(parts, usageMetadata={"promptTokenCount": 3, "candidatesTokenCount": 2}, responseId="r"))
    assert said[:3] == (ThinkingDelta("hm"), ThinkingDelta("", "s"), TextDelta("Hi"))
    assert said[4:] == (Finish("tool_calls", "STOP"), Usage(input=3, output=2))


def test_a_text_signed_with_its_last_piece_is_not_cut_in_two() -> None:
    pieces = [
        candidate([{"text": "Hel"}], "FINISH_REASON_UNSPECIFIED"),
        candidate([{"text": "lo", "thoughtSignature": "s"}]),
    ]
    decoder = GoogleGenerateDecoder()
    chunks = decoder.feed(b"".join(b"data: " + orjson.dumps(piece) + b"\n\n" for piece in pieces))
    said = [event for chunk in chunks for event in chunk.events if not isinstance(event, Finish)]
    assert said == [TextDelta("Hel"), TextDelta("lo"), ThinkingDelta("", "s")]


@pytest.mark.parametrize(
    ("native", "failure"),
    [
        ({"error": {"code": 429, "message": "slow down", "status": "RESOURCE_EXHAUSTED"}}, Failure.RATE_LIMIT),
        ([{"error": {"code": 500, "message": "x", "status": "INTERNAL"}}], Failure.SERVER),
        ({"promptFeedback": {"blockReason": "SAFETY"}}, Failure.CONTENT_POLICY),
        ({"candidates": []}, Failure.SERVER),
        ({}, Failure.SERVER),
        (candidate([], "MALFORMED_RESPONSE"), Failure.SERVER),
    ],
)
def test_no_answer_is_a_failure(native: Any, failure: Failure) -> None:
    with pytest.raises(UpstreamFailure) as raised:
        whole(native)
    assert raised.value.failure is failure


def test_a_reply_that_is_no_json_is_a_failure() -> None:
    with pytest.raises(UpstreamFailure):
        decode_reply(b"<html>")


RISKY: dict[str, Callable[[], Any]] = {
    "null candidates": lambda: {"candidates": None},
    "parts are no list": lambda: candidate({}),  # type: ignore[arg-type]
    "a part is no object": lambda: candidate([None, "x"]),
    "args are null": lambda: candidate([{"functionCall": {"name": "f", "args": None}}]),
}


@pytest.mark.parametrize("name", RISKY)
def test_nonsense_does_not_crash(name: str) -> None:
    with suppress(UpstreamFailure):
        whole(RISKY[name]())

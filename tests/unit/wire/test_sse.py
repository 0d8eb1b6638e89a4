from collections.abc import Iterable
from itertools import pairwise

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from switchboard.wire.sse import EventTooLarge, ServerSentEvent, SseDecoder, encode_comment, encode_event

from tests import recorded

ENDS = ("\n", "\r\n", "\r")
# What JSON may carry raw and str.splitlines() would cut at, what takes four bytes, and what looks like a field.
TRAPS = ("\u2028", "\u2029", "\u0085", "\v", "\f", "\x1c", "😀", "ü", "data: ", "event: x", ":", " ", "")

texts = st.lists(st.one_of(st.sampled_from(TRAPS), st.text(st.characters(exclude_characters="\r\n"), max_size=8))).map(
    "".join
)


def decoded(pieces: Iterable[bytes], max_bytes: int = 8 * 1024 * 1024) -> list[ServerSentEvent]:
    decoder = SseDecoder(max_bytes)
    events = [event for piece in pieces for event in decoder.feed(piece)]
    return events + decoder.close()


@st.composite
def streams(draw: st.DrawFn) -> tuple[bytes, list[ServerSentEvent]]:
    """The bytes of some events, written in any way the standard allows, and the events."""
    expected: list[ServerSentEvent] = []
    written = draw(st.sampled_from(("", "\ufeff")))
    for _ in range(draw(st.integers(0, 4))):
        end = draw(st.sampled_from(ENDS))
        lines = draw(st.lists(texts, min_size=1, max_size=3))
        name = draw(st.sampled_from(("", "message_start", "error")))
        parts = [f"event: {name}"] if name else []
        parts += [("data: " if line.startswith(" ") or draw(st.booleans()) else "data:") + line for line in lines]
        parts.insert(
            draw(st.integers(0, len(parts))), draw(st.sampled_from((": keep-alive", ":", "id: 1", "retry: 9")))
        )
        written += "".join(part + end for part in parts) + end
        expected.append(ServerSentEvent("\n".join(lines).encode(), name))
    return written.encode(), expected


@given(streams(), st.lists(st.integers(0, 200)))
def test_any_chunking_of_the_same_bytes_gives_the_same_events(
    stream: tuple[bytes, list[ServerSentEvent]], places: list[int]
) -> None:
    data, expected = stream
    cuts = [0, *sorted(place for place in places if place <= len(data)), len(data)]
    assert decoded(data[start:end] for start, end in pairwise(cuts)) == expected
    assert decoded(bytes([byte]) for byte in data) == expected


@given(streams())
def test_a_missing_final_blank_line_loses_nothing(stream: tuple[bytes, list[ServerSentEvent]]) -> None:
    data, expected = stream
    assert decoded([data.rstrip(b"\r\n")]) == expected


@pytest.mark.parametrize("name", recorded.names("openai-chat"))
def test_a_recorded_stream_is_the_same_at_every_split(name: str) -> None:
    stream = recorded.read("openai-chat", name)
    expected = decoded([stream])
    assert expected
    for pieces in recorded.splits(stream):
        assert decoded(pieces) == expected


def test_a_mark_at_the_very_start_is_dropped_even_if_no_line_ever_ends() -> None:
    assert decoded([b"\xef\xbb", b"\xbfdata: x"]) == [ServerSentEvent(b"x")]


def test_a_mark_anywhere_else_is_text() -> None:
    assert decoded([b"data: \xef\xbb\xbfx\n\n"]) == [ServerSentEvent(b"\xef\xbb\xbfx")]


def test_only_one_space_after_the_colon_is_dropped() -> None:
    assert decoded([b"data:  two\ndata:none\n\n"]) == [ServerSentEvent(b" two\nnone")]


def test_a_field_without_a_colon_is_an_empty_one() -> None:
    assert decoded([b"data\n\n"]) == [ServerSentEvent(b"")]


def test_comments_and_unknown_fields_are_no_events() -> None:
    assert decoded([b": hello\n\nid: 7\n\nretry: 10\n\ndatum: x\n\n"]) == []


def test_a_name_holds_for_its_event_only() -> None:
    events = decoded([b"event: ping\ndata: 1\n\nevent: lost\n\ndata: 2\n\n"])
    assert events == [ServerSentEvent(b"1", "ping"), ServerSentEvent(b"2")]


def test_an_event_is_given_out_with_its_blank_line_not_later() -> None:
    decoder = SseDecoder()
    assert decoder.feed(b"data: 1\r\n") == []
    assert decoder.feed(b"\r\n") == [ServerSentEvent(b"1")]


@pytest.mark.parametrize("piece", [7, 64, 10_000])
@pytest.mark.parametrize(
    "stream", [b"data: " + b"x" * 300 + b"\n\n", b"data: abcdef\n" * 30 + b"\n", b":" + b"x" * 300]
)
def test_an_event_above_the_cap_is_refused_however_it_is_cut(stream: bytes, piece: int) -> None:
    with pytest.raises(EventTooLarge):
        decoded((stream[start : start + piece] for start in range(0, len(stream), piece)), max_bytes=100)


@pytest.mark.parametrize("piece", [7, 64, 10_000])
def test_the_cap_is_for_one_event_not_for_what_arrives_together(piece: int) -> None:
    stream = b"data: small\n\n" * 100
    pieces = (stream[start : start + piece] for start in range(0, len(stream), piece))
    assert decoded(pieces, max_bytes=100) == [ServerSentEvent(b"small")] * 100


@given(st.dictionaries(st.text(), st.text()), st.sampled_from(("", "error")))
def test_what_is_encoded_is_decoded_as_it_was(fields: dict[str, str], name: str) -> None:
    data = orjson.dumps(fields)
    assert decoded([encode_event(data, name)]) == [ServerSentEvent(data, name)]


def test_a_comment_is_no_event() -> None:
    assert encode_comment("HERE") == b": HERE\n\n"
    assert decoded([encode_comment("HERE")]) == []

import struct
import zlib
from itertools import pairwise

import pytest
from botocore.eventstream import EventStreamBuffer
from hypothesis import given
from hypothesis import strategies as st
from switchboard.wire.event_stream import DamagedFrame, EventStreamDecoder, Frame, encode_frame

from tests import recorded

names = st.text(min_size=1, max_size=20)
frames = st.lists(
    st.builds(Frame, st.dictionaries(names, st.text(max_size=40), max_size=4), st.binary(max_size=200)), max_size=5
)


def decoded(*pieces: bytes) -> list[Frame]:
    decoder = EventStreamDecoder()
    found = [frame for piece in pieces for frame in decoder.feed(piece)]
    assert decoder.is_empty
    return found


def encoded(given_frames: list[Frame]) -> bytes:
    return b"".join(encode_frame(frame.headers, frame.payload) for frame in given_frames)


@given(frames, st.lists(st.integers(0, 2000)))
def test_any_chunking_of_the_same_bytes_gives_the_same_frames(given_frames: list[Frame], places: list[int]) -> None:
    data = encoded(given_frames)
    cuts = [0, *sorted(place for place in places if place <= len(data)), len(data)]
    assert decoded(*(data[start:end] for start, end in pairwise(cuts))) == given_frames


@given(frames)
def test_botocore_reads_what_is_written(given_frames: list[Frame]) -> None:
    buffer = EventStreamBuffer()
    buffer.add_data(encoded(given_frames))
    assert [Frame(message.headers, message.payload) for message in buffer] == given_frames


@pytest.mark.parametrize("name", recorded.names("bedrock-converse"))
def test_a_recorded_stream_is_read_as_botocore_reads_it(name: str) -> None:
    data = recorded.read("bedrock-converse", name)
    buffer = EventStreamBuffer()
    buffer.add_data(data)
    assert decoded(data) == [Frame(message.headers, message.payload) for message in buffer]


@given(frames.filter(bool), st.data())
def test_a_flipped_bit_is_noticed(given_frames: list[Frame], draw: st.DataObject) -> None:
    data = bytearray(encoded(given_frames[:1]))
    data[draw.draw(st.integers(0, len(data) - 1))] ^= 1 << draw.draw(st.integers(0, 7))
    with pytest.raises(DamagedFrame):
        EventStreamDecoder().feed(bytes(data))


def test_headers_that_hold_no_text_are_passed_over() -> None:
    values = [(0, b""), (1, b""), (2, b"\1"), (3, b"\0\1"), (4, b"\0\0\0\1"), (5, b"\0" * 8), (6, b"\0\2xy")]
    values += [(7, b"\0\2ok"), (8, b"\0" * 8), (9, b"\0" * 16)]
    headers = b"".join(b"\1" + bytes([97 + kind, kind]) + value for kind, value in values)
    assert decoded(raw(headers)) == [Frame({"h": "ok"}, b"")]


@pytest.mark.parametrize("headers", [b"\x05ab", b"\1a\7\0\x09x", b"\1a\x0b", b"\1\xff\7\0\0", b"\1a\7\0\1\xff"])
def test_headers_that_cannot_be_read_are_damage(headers: bytes) -> None:
    with pytest.raises(DamagedFrame):
        EventStreamDecoder().feed(raw(headers))


def test_an_impossible_length_is_refused_before_its_bytes_have_come() -> None:
    lengths = struct.pack("!II", 2**31, 0)
    with pytest.raises(DamagedFrame):
        EventStreamDecoder().feed(lengths + struct.pack("!I", zlib.crc32(lengths)))


def test_a_frame_that_has_only_begun_is_not_empty() -> None:
    decoder = EventStreamDecoder()
    assert decoder.feed(encode_frame({}, b"x")[:-1]) == []
    assert not decoder.is_empty


def raw(headers: bytes) -> bytes:
    lengths = struct.pack("!II", 16 + len(headers), len(headers))
    body = lengths + struct.pack("!I", zlib.crc32(lengths)) + headers
    return body + struct.pack("!I", zlib.crc32(body))

"""AWS's binary event stream, bytes in and bytes out (Smithy: application/vnd.amazon.eventstream).

A frame is: total length, length of the headers, CRC of these eight bytes, headers, payload, CRC of all before it.
"""

import struct
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field

MAX_FRAME_BYTES = 16 * 1024 * 1024
_PRELUDE = struct.Struct("!III")
_CHECKSUM = struct.Struct("!I")
_OVERHEAD = _PRELUDE.size + _CHECKSUM.size
_TEXT = 7
# Bytes of a header's value by its type; types 6 and 7 (bytes, text) say their own length.
_SIZES = {0: 0, 1: 0, 2: 1, 3: 2, 4: 4, 5: 8, 8: 8, 9: 16}
_VARIABLE = (6, _TEXT)


class DamagedFrame(ValueError):
    """A checksum, a length or a header that cannot be right: nothing after it can be trusted."""


@dataclass(frozen=True, slots=True)
class Frame:
    """`headers` are those that hold a text: `:message-type`, `:event-type`, `:exception-type`, ..."""

    headers: Mapping[str, str]
    payload: bytes


@dataclass(slots=True)
class EventStreamDecoder:
    """Collects bytes in whatever pieces they arrive and gives back whole frames."""

    max_bytes: int = MAX_FRAME_BYTES
    _buffer: bytearray = field(default_factory=bytearray)

    def feed(self, piece: bytes) -> list[Frame]:
        """Raises DamagedFrame."""
        self._buffer += piece
        frames: list[Frame] = []
        while (length := self._next_length()) is not None:
            data = bytes(self._buffer[:length])
            del self._buffer[:length]
            frames.append(_frame(data))
        return frames

    @property
    def is_empty(self) -> bool:
        """False while a frame has only begun: a stream that ends here was cut."""
        return not self._buffer

    def _next_length(self) -> int | None:
        """Of the frame in front; None until it is there. The prelude has a checksum of its own for this moment."""
        if len(self._buffer) < _PRELUDE.size:
            return None
        total, headers, checksum = _PRELUDE.unpack_from(self._buffer)
        if zlib.crc32(self._buffer[:8]) != checksum:
            raise DamagedFrame("the lengths of a frame do not match their checksum")
        if total > self.max_bytes or headers > total - _OVERHEAD:
            raise DamagedFrame(f"a frame of {total} bytes with {headers} of headers cannot be")
        return int(total) if len(self._buffer) >= total else None


def encode_frame(headers: Mapping[str, str], payload: bytes) -> bytes:
    packed = b"".join(_header(name.encode(), value.encode()) for name, value in headers.items())
    lengths = struct.pack("!II", _OVERHEAD + len(packed) + len(payload), len(packed))
    body = lengths + _CHECKSUM.pack(zlib.crc32(lengths)) + packed + payload
    return body + _CHECKSUM.pack(zlib.crc32(body))


def _header(name: bytes, value: bytes) -> bytes:
    return struct.pack("!B", len(name)) + name + struct.pack("!BH", _TEXT, len(value)) + value


def _frame(data: bytes) -> Frame:
    _, header_bytes, _ = _PRELUDE.unpack_from(data)
    if zlib.crc32(data[: -_CHECKSUM.size]) != _CHECKSUM.unpack(data[-_CHECKSUM.size :])[0]:
        raise DamagedFrame("a frame does not match its checksum")
    start = _PRELUDE.size + header_bytes
    return Frame(_headers(data[_PRELUDE.size : start]), data[start : -_CHECKSUM.size])


def _headers(data: bytes) -> dict[str, str]:
    headers: dict[str, str] = {}
    place = 0
    try:
        while place < len(data):
            end = place + 1 + data[place]
            name, kind = data[place + 1 : end].decode(), data[end]
            value, place = _value(data, end + 1, kind)
            if kind == _TEXT:
                headers[name] = value.decode()
    except (IndexError, KeyError, struct.error, UnicodeDecodeError) as error:
        raise DamagedFrame("the headers of a frame cannot be read") from error
    return headers


def _value(data: bytes, start: int, kind: int) -> tuple[bytes, int]:
    """The value that begins at `start`, and where the next header begins."""
    if kind in _VARIABLE:
        size = struct.unpack_from("!H", data, start)[0]
        start += 2
    else:
        size = _SIZES[kind]
    if start + size > len(data):
        raise IndexError(size)
    return data[start : start + size], start + size

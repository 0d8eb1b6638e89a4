"""AWS's binary event stream, written: lengths, their CRC, headers, payload, the CRC of all (Smithy's specification)."""

import struct
import zlib
from collections.abc import Mapping

from local.simulator.json_types import JsonObject
from local.simulator.reply import to_bytes

STREAM_TYPE = "application/vnd.amazon.eventstream"
_TEXT = 7
# Frames are padded to hide how long the words in them are.
_PADDING = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"


def event_frame(kind: str, data: JsonObject) -> bytes:
    payload = to_bytes(data | {"p": _PADDING[: 1 + len(to_bytes(data)) % len(_PADDING)]})
    return frame({":event-type": kind, ":content-type": "application/json", ":message-type": "event"}, payload)


def exception_frame(kind: str, data: JsonObject) -> bytes:
    """`kind` begins with a small letter here."""
    named = kind[0].lower() + kind[1:]
    headers = {":exception-type": named, ":content-type": "application/json", ":message-type": "exception"}
    return frame(headers, to_bytes(data))


def frame(headers: Mapping[str, str], payload: bytes) -> bytes:
    packed = b"".join(_header(name.encode(), value.encode()) for name, value in headers.items())
    lengths = struct.pack("!II", 16 + len(packed) + len(payload), len(packed))
    head = lengths + struct.pack("!I", zlib.crc32(lengths))
    body = head + packed + payload
    return body + struct.pack("!I", zlib.crc32(body))


def _header(name: bytes, value: bytes) -> bytes:
    return bytes([len(name)]) + name + struct.pack("!BH", _TEXT, len(value)) + value

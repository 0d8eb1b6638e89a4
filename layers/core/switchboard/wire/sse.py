"""Server-sent events, bytes in and bytes out (html.spec.whatwg.org, section 9.2).

Lines end with LF, CR LF or CR and nothing else: str.splitlines() would also cut at U+2028 and its kin, which JSON may
carry raw. Only whole lines are decoded, so a code point split over two reads is never damaged.
"""

from dataclasses import dataclass, field
from typing import NamedTuple

BYTE_ORDER_MARK = b"\xef\xbb\xbf"
EVENT_STREAM = "text/event-stream; charset=utf-8"
MAX_EVENT_BYTES = 8 * 1024 * 1024


class EventTooLarge(ValueError):
    """One event outgrew MAX_EVENT_BYTES."""


class ServerSentEvent(NamedTuple):
    """`event` is empty when the sender named none."""

    data: bytes
    event: str = ""


@dataclass(slots=True)
class SseDecoder:
    """Collects bytes in whatever pieces they arrive and gives back whole events; comments are dropped."""

    max_bytes: int = MAX_EVENT_BYTES
    _unfinished: list[bytes] = field(default_factory=list)
    _unfinished_bytes: int = 0
    _started: bool = False
    _data: list[bytes] = field(default_factory=list)
    _data_bytes: int = 0
    _event: str = ""

    def feed(self, piece: bytes) -> list[ServerSentEvent]:
        """Raises EventTooLarge once one event exceeds `max_bytes`, however many arrive together."""
        self._unfinished.append(piece)
        self._unfinished_bytes += len(piece)
        if b"\n" not in piece and b"\r" not in piece and not self._ends_in_cr():
            self._check_size(self._unfinished_bytes)
            return []
        lines = self._split(self._without_mark(b"".join(self._unfinished)))
        may_be_too_large = self._data_bytes + self._unfinished_bytes > self.max_bytes
        self._unfinished = [lines.pop()]
        self._unfinished_bytes = len(self._unfinished[0])
        events = self._collect(lines, sized=may_be_too_large)
        self._check_size(self._unfinished_bytes)
        return events

    def close(self) -> list[ServerSentEvent]:
        """What is left when the sender hangs up without the closing blank line: many do after their last event."""
        rest = self._without_mark(b"".join(self._unfinished)).rstrip(b"\r\n")
        self._unfinished, self._unfinished_bytes = [], 0
        return self._collect([rest, b""] if rest else [b""])

    def _check_size(self, coming: int) -> None:
        if self._data_bytes + coming > self.max_bytes:
            raise EventTooLarge(f"one event is larger than {self.max_bytes} bytes")

    def _ends_in_cr(self) -> bool:
        return len(self._unfinished) > 1 and self._unfinished[-2].endswith(b"\r")

    def _without_mark(self, text: bytes) -> bytes:
        """It can only stand at the very start of a stream."""
        if self._started:
            return text
        self._started = True
        return text.removeprefix(BYTE_ORDER_MARK)

    @staticmethod
    def _split(text: bytes) -> list[bytes]:
        """The lines of `text`; the last is unfinished. A CR at the very end stays: its LF may be in the next piece."""
        if b"\r" not in text:
            return text.split(b"\n")
        held = b"\r" if text.endswith(b"\r") else b""
        body = text[:-1] if held else text
        lines = body.replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")
        lines[-1] += held
        return lines

    def _collect(self, lines: list[bytes], *, sized: bool = True) -> list[ServerSentEvent]:
        """`sized` if together they are large enough for one event to be too large."""
        events: list[ServerSentEvent] = []
        for line in lines:
            if sized:
                self._check_size(len(line))
            if line.startswith(b"data:"):
                self._data.append(line[6:] if line.startswith(b"data: ") else line[5:])
                self._data_bytes += len(line)
            elif not line:
                if self._data:
                    events.append(ServerSentEvent(b"\n".join(self._data), self._event))
                    self._data, self._data_bytes = [], 0
                self._event = ""
            elif line.startswith(b"event:"):
                self._event = line[6:].strip().decode("utf-8", "replace")
            elif line == b"data":
                self._data.append(b"")
        return events


def encode_event(data: bytes, event: str = "") -> bytes:
    """`data` is one line (JSON is); `event` is its name, if it has one."""
    return b"event: %b\ndata: %b\n\n" % (event.encode(), data) if event else b"data: %b\n\n" % data


def encode_comment(text: str) -> bytes:
    """A line that readers skip: it keeps idle connections open."""
    return b": %b\n\n" % text.encode()

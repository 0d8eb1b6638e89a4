"""Server-sent events, bytes in and bytes out (html.spec.whatwg.org, section 9.2).

Lines end with LF, CR LF or CR and nothing else: str.splitlines() would also cut at U+2028 and its kin, which JSON may
carry raw. Only whole lines are decoded, so a code point split over two reads is never damaged.
"""

from dataclasses import dataclass, field

BYTE_ORDER_MARK = b"\xef\xbb\xbf"
MAX_EVENT_BYTES = 8 * 1024 * 1024


class EventTooLarge(ValueError):
    """One event outgrew MAX_EVENT_BYTES."""


@dataclass(frozen=True, slots=True)
class ServerSentEvent:
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
    _event: str = ""

    def feed(self, piece: bytes) -> list[ServerSentEvent]:
        """Raises EventTooLarge once an event exceeds `max_bytes`."""
        self._unfinished_bytes += len(piece)
        if self._unfinished_bytes > self.max_bytes:
            raise EventTooLarge(f"one event is larger than {self.max_bytes} bytes")
        self._unfinished.append(piece)
        if b"\n" not in piece and b"\r" not in piece and not self._ends_in_cr():
            return []
        text = b"".join(self._unfinished)
        if not self._started:
            text = self._without_mark(text)
        lines = self._split(text)
        self._unfinished = [lines.pop()]
        return self._collect(lines)

    def close(self) -> list[ServerSentEvent]:
        """What is left when the sender hangs up without the closing blank line: many do after their last event."""
        rest = b"".join(self._unfinished).rstrip(b"\r\n")
        self._unfinished = []
        return self._collect([rest, b""] if rest else [b""])

    def _ends_in_cr(self) -> bool:
        return len(self._unfinished) > 1 and self._unfinished[-2].endswith(b"\r")

    def _without_mark(self, text: bytes) -> bytes:
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

    def _collect(self, lines: list[bytes]) -> list[ServerSentEvent]:
        events: list[ServerSentEvent] = []
        for line in lines:
            if line.startswith(b"data:"):
                self._data.append(line[6:] if line.startswith(b"data: ") else line[5:])
            elif not line:
                if self._data:
                    events.append(ServerSentEvent(b"\n".join(self._data), self._event))
                    self._data = []
                self._event = ""
            elif line.startswith(b"event:"):
                self._event = line[6:].strip().decode("utf-8", "replace")
            elif line == b"data":
                self._data.append(b"")
        self._unfinished_bytes = sum(map(len, self._data)) + sum(map(len, self._unfinished))
        return events


def encode_event(data: bytes, event: str = "") -> bytes:
    """`data` is one line (JSON is); `event` is its name, if it has one."""
    return b"event: %b\ndata: %b\n\n" % (event.encode(), data) if event else b"data: %b\n\n" % data


def encode_comment(text: str) -> bytes:
    """A line that readers skip: it keeps idle connections open."""
    return b": %b\n\n" % text.encode()

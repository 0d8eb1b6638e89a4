"""HTTP/1.1 at its cheapest, for both ends of the benchmark: what is measured is the gateway, not the tool."""

import asyncio
from collections.abc import Callable
from typing import NamedTuple, cast

HEAD_END = b"\r\n\r\n"
LENGTH = b"\r\ncontent-length:"
CHUNKED = b"\r\ntransfer-encoding: chunked"


class Message(NamedTuple):
    """A request or an answer: first line and headers in lower case, and the body."""

    head: bytes
    body: bytes

    def header(self, name: bytes) -> bytes:
        return _field(self.head, b"\r\n" + name + b":")


class Server(asyncio.Protocol):
    """One connection: hands over each request, whole, as it arrives. Bodies come with their length."""

    def __init__(self, answer: Callable[[Message, asyncio.Transport], None]) -> None:
        self._answer = answer
        self._pending = b""
        self._transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        self._pending = self._pending + data if self._pending else data
        while (end := self._pending.find(HEAD_END)) >= 0:
            head = self._pending[:end].lower()
            size = end + len(HEAD_END) + int(_field(head, LENGTH) or b"0")
            if len(self._pending) < size:
                return
            body = self._pending[end + len(HEAD_END) : size]
            self._pending = self._pending[size:]
            self._answer(Message(head, body), self._transport)


class AnswerReader:
    """Takes one answer's bytes as they arrive; `feed` gives back those of the body, and whether it is over."""

    def __init__(self) -> None:
        self.head = b""
        self._pending = b""
        self._remaining = 0
        self._chunked = False

    @property
    def ok(self) -> bool:
        return self.head[9:12] == b"200"

    def feed(self, data: bytes) -> tuple[bytes, bool]:
        if not self.head:
            self._pending += data
            end = self._pending.find(HEAD_END)
            if end < 0:
                return b"", False
            self.head = self._pending[:end].lower()
            data, self._pending = self._pending[end + len(HEAD_END) :], b""
            self._chunked = CHUNKED in self.head
            self._remaining = 0 if self._chunked else int(_field(self.head, LENGTH))
        if self._chunked:
            return self._unchunk(data)
        self._remaining -= len(data)
        return data, self._remaining <= 0

    def _unchunk(self, data: bytes) -> tuple[bytes, bool]:
        pieces: list[bytes] = []
        self._pending += data
        while (line := self._pending.find(b"\r\n")) >= 0:
            size = int(self._pending[:line], 16)
            end = line + 2 + size
            if len(self._pending) < end + 2:
                break
            pieces.append(self._pending[line + 2 : end])
            self._pending = self._pending[end + 2 :]
            if not size:
                return b"".join(pieces), True
        return b"".join(pieces), False


def answer(body: bytes, headers: bytes = b"", status: bytes = b"200 OK") -> bytes:
    """`headers` are whole lines, each with its CR LF."""
    head = b"HTTP/1.1 %b\r\ncontent-type: application/json\r\ncontent-length: %d\r\n%b\r\n"
    return head % (status, len(body), headers) + body


def _field(head: bytes, mark: bytes) -> bytes:
    at = head.find(mark)
    if at < 0:
        return b""
    end = head.find(b"\r\n", at + len(mark))
    return head[at + len(mark) : end if end >= 0 else len(head)].strip()

"""The load generator, a process of its own: reads one job a line from stdin, writes its outcome as one line to stdout.

Closed loop: each connection sends its next request as soon as the answer to the last one is complete. What is wrong
with an answer is counted and reported, never passed over.
"""

import asyncio
import re
import sys
import time
from dataclasses import asdict, dataclass, field
from typing import Any, cast

import orjson
import uvloop

from benchmarks.overhead.upstream import CHUNKS, TEXT
from benchmarks.overhead.wire import AnswerReader

WARM_SHARE = 0.2
PARSED_EVERY = 50
GIVE_UP_SECONDS = 20.0
CONTENT = re.compile(rb'"content":"(\d+) (\d+) token (\d+)\."')


@dataclass(frozen=True, slots=True)
class Job:
    """`prompt_bytes` is the size of the one message in the body.

    The connections begin one after the other within `spread` seconds; the last answers may take `patience` seconds.
    """

    port: int
    path: str
    model: str
    connections: int
    seconds: float
    prompt_bytes: int = 100
    stream: bool = False
    headers: dict[str, str] = field(default_factory=dict)
    spread: float = 0.0
    patience: float = GIVE_UP_SECONDS

    def request(self) -> bytes:
        text = ("The quick brown fox jumps over the lazy dog. " * (self.prompt_bytes // 45 + 1))[: self.prompt_bytes]
        body: dict[str, Any] = {"model": self.model, "messages": [{"role": "user", "content": text}]}
        content = orjson.dumps(body | ({"stream": True} if self.stream else {}))
        lines = {
            "host": f"127.0.0.1:{self.port}",
            "content-type": "application/json",
            "content-length": str(len(content)),
            **self.headers,
        }
        head = f"POST {self.path} HTTP/1.1\r\n" + "".join(f"{name}: {value}\r\n" for name, value in lines.items())
        return head.encode() + b"\r\n" + content


@dataclass(slots=True)
class Outcome:
    """Times in nanoseconds, those of the warm-up left out; `answered` counts it in.

    `first` is the time to the first content less the provider's own wait, `lags` from each content's departure to its
    arrival.
    """

    answered: int = 0
    measured: int = 0
    contents: int = 0
    errors: int = 0
    error: str = ""
    totals: list[int] = field(default_factory=list)
    first: list[int] = field(default_factory=list)
    lags: list[int] = field(default_factory=list)

    def wrong(self, what: str) -> None:
        self.errors += 1
        self.error = self.error or what


@dataclass(slots=True)
class Window:
    """From `begin` on answers are measured, after `end` no request is sent; in nanoseconds."""

    begin: int
    end: int


class Connection(asyncio.Protocol):
    def __init__(self, request: bytes, stream: bool, outcome: Outcome) -> None:
        self.over = asyncio.get_running_loop().create_future()
        self._request = request
        self._stream = stream
        self._window: Window
        self._outcome = outcome
        self._transport: asyncio.Transport
        self._sent = 0
        self._body = bytearray()
        self._said = 0
        self._reader = AnswerReader()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)

    def begin(self, window: Window) -> None:
        self._window = window
        self._send()

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.over.done():
            self._outcome.wrong(f"the connection was closed: {exc!r}")
            self.over.set_result(None)

    def data_received(self, data: bytes) -> None:
        now = time.perf_counter_ns()
        body, complete = self._reader.feed(data)
        self._body += body
        if self._stream:
            self._listen(body, now)
        if complete:
            self._finish(now)

    def _send(self) -> None:
        self._body.clear()
        self._said = 0
        self._reader = AnswerReader()
        self._sent = time.perf_counter_ns()
        self._transport.write(self._request)

    def _listen(self, body: bytes, now: int) -> None:
        """An event that arrives in two pieces would be missed here; the check of the whole answer would show it."""
        for arrived, sent, _ in CONTENT.findall(body):
            self._said += 1
            if self._sent >= self._window.begin:
                self._outcome.lags.append(now - int(sent))
                if self._said == 1:
                    self._outcome.first.append(now - self._sent - (int(sent) - int(arrived)))

    def _finish(self, now: int) -> None:
        outcome, body = self._outcome, bytes(self._body)
        outcome.answered += 1
        outcome.contents += self._said
        problem = _problem(self._reader, body, self._stream, parse=outcome.answered % PARSED_EVERY == 0)
        if problem:
            outcome.wrong(problem)
        if self._sent >= self._window.begin:
            outcome.measured += 1
            outcome.totals.append(now - self._sent)
        if not problem and (now < self._window.end or not outcome.measured):  # a slow one needs more than the window
            self._send()
            return
        self.over.set_result(None)
        self._transport.close()


def _problem(reader: AnswerReader, body: bytes, stream: bool, *, parse: bool) -> str:
    """What is wrong with an answer; every one is looked at, some are parsed."""
    if not reader.ok:
        return (reader.head[:40] + b" " + body[:300]).decode("utf-8", "replace")
    if stream:
        said = [int(number) for _, _, number in CONTENT.findall(body)]
        if said != list(range(1, CHUNKS + 1)) or b'"finish_reason":"stop"' not in body:
            return f"a stream lacks contents: {said}"
        return "" if body.endswith(b"data: [DONE]\n\n") else "a stream has no end"
    if TEXT.encode() not in body:
        return f"an answer is not complete: {body[:300]!r}"
    if parse and orjson.loads(body)["choices"][0]["message"]["content"] != TEXT:
        return "an answer's content is another one"
    return ""


async def run(job: Job) -> Outcome:
    """All connections are open before the first request is sent."""
    loop, outcome, request = asyncio.get_running_loop(), Outcome(), job.request()
    lines: list[Connection] = []
    for _ in range(job.connections):
        try:
            _, line = await loop.create_connection(
                lambda: Connection(request, job.stream, outcome), "127.0.0.1", job.port
            )
        except OSError as failure:
            outcome.wrong(repr(failure))
            return outcome
        lines.append(line)
    now, length = time.perf_counter_ns(), int(job.seconds * 1e9)
    window = Window(now + int(length * WARM_SHARE), now + length)
    for number, line in enumerate(lines):
        loop.call_later(job.spread * number / len(lines), line.begin, window)
    _, silent = await asyncio.wait([line.over for line in lines], timeout=job.seconds + job.patience)
    for _ in silent:
        outcome.wrong("no answer")
    return outcome


def main() -> None:
    for line in sys.stdin:
        outcome = uvloop.run(run(Job(**orjson.loads(line))))
        sys.stdout.write(orjson.dumps(asdict(outcome)).decode() + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()

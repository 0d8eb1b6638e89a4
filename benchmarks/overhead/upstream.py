"""The simulated provider: an OpenAI-compatible server that costs next to nothing.

Each streamed content says when its request arrived and when it was sent, so that lag is read off the chunk itself and
the sender's own jitter does not count.
"""

import asyncio
import time

import orjson

from benchmarks.overhead.wire import Message, answer

MODEL = "bench-1"
BODY_BYTES = 1024
CHUNKS = 50
FIRST_SECONDS = 0.002
PACE_SECONDS = 0.001
USAGE = {"prompt_tokens": 20, "completion_tokens": 50, "total_tokens": 70}

_HEAD = (
    b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ncache-control: no-cache\r\n"
    b"transfer-encoding: chunked\r\n\r\n"
)


def _completion(text: str) -> bytes:
    choice = {
        "index": 0,
        "message": {"role": "assistant", "content": text, "refusal": None, "annotations": []},
        "logprobs": None,
        "finish_reason": "stop",
    }
    return orjson.dumps(
        {
            "id": "chatcmpl-B9MBs8CjcvOU2jLn4n570S5qMJKcT",
            "object": "chat.completion",
            "created": 1741569952,
            "model": MODEL,
            "choices": [choice],
            "usage": USAGE,
            "service_tier": "default",
            "system_fingerprint": "fp_44709d6fcb",
        }
    )


TEXT = ("lorem ipsum dolor sit amet " * BODY_BYTES)[: BODY_BYTES - len(_completion(""))]
WHOLE = answer(_completion(TEXT))


class Upstream:
    """Answers at once, or streams CHUNKS contents: the first after FIRST_SECONDS, the others `pace` seconds apart."""

    def __init__(self, loop: asyncio.AbstractEventLoop, pace: float) -> None:
        self._loop = loop
        self._pace = pace

    def answer(self, request: Message, transport: asyncio.Transport) -> None:
        if b'"stream":true' in request.body[-200:] or b'"stream":true' in request.body[:200]:
            _Stream(self._loop, transport, self._pace)
        else:
            transport.write(WHOLE)


class _Stream:
    def __init__(self, loop: asyncio.AbstractEventLoop, transport: asyncio.Transport, pace: float) -> None:
        self._loop = loop
        self._pace = pace
        self._transport = transport
        self._arrived = time.perf_counter_ns()
        self._due = loop.time() + FIRST_SECONDS
        self._sent = 0
        transport.write(_HEAD)
        loop.call_at(self._due, self._next)

    def _next(self) -> None:
        if self._transport.is_closing():
            return
        opening = b"" if self._sent else _event({"role": "assistant", "content": ""})
        self._sent += 1
        content = f"{self._arrived} {time.perf_counter_ns()} token {self._sent:02d}."
        self._transport.write(opening + _event({"content": content}))
        if self._sent == CHUNKS:
            self._transport.write(_event({}, "stop") + _usage() + _chunk(b"data: [DONE]\n\n") + b"0\r\n\r\n")
            return
        self._due += self._pace
        self._loop.call_at(self._due, self._next)


def _event(delta: dict[str, str], finish: str | None = None) -> bytes:
    choices = [{"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}]
    return _chunk(b"data: " + orjson.dumps({**_ENVELOPE, "choices": choices, "usage": None}) + b"\n\n")


def _usage() -> bytes:
    return _chunk(b"data: " + orjson.dumps({**_ENVELOPE, "choices": [], "usage": USAGE}) + b"\n\n")


_ENVELOPE = {
    "id": "chatcmpl-B9MBs8CjcvOU2jLn4n570S5qMJKcT",
    "object": "chat.completion.chunk",
    "created": 1741569952,
    "model": MODEL,
    "service_tier": "default",
    "system_fingerprint": "fp_44709d6fcb",
}


def _chunk(data: bytes) -> bytes:
    return b"%x\r\n%b\r\n" % (len(data), data)

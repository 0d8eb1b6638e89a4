"""Both HTTP clients against a server that says exactly these bytes. What is proved: nothing that arrived is lost."""

import asyncio
import gzip
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TypeVar

import pytest
import uvloop
from switchboard.transport.failures import ConnectionCut, ConnectionFailed
from switchboard.transport.here import HttpClient
from switchboard.transport.looped import LoopedClient
from switchboard.transport.threaded import ThreadedClient
from switchboard.wire.http import HttpReply, HttpRequest

PATIENCE = 10.0
STREAM = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"

Writing = Callable[[asyncio.StreamWriter], Awaitable[None]]


@dataclass(slots=True)
class Server:
    """Answers every request with `writing`, then closes. `gone` is set when a client has hung up."""

    writing: Writing
    requests: list[bytes] = field(default_factory=list)
    gone: asyncio.Event = field(default_factory=asyncio.Event)
    url: str = ""
    serving: dict[asyncio.StreamWriter, asyncio.Task[None] | None] = field(default_factory=dict)

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.serving[writer] = asyncio.current_task()
        head = await reader.readuntil(b"\r\n\r\n")
        sizes = [line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
        body = await reader.readexactly(int(sizes[0].partition(b":")[2])) if sizes else b""
        self.requests.append(head + body)
        try:
            await self.writing(writer)
            if not writer.is_closing():
                await reader.read()
        except ConnectionError:
            pass
        self.gone.set()
        writer.close()

    async def close(self) -> None:
        """Hang up on everybody, and wait until that is done."""
        for writer in self.serving:
            writer.transport.abort()
        tasks = {task for task in self.serving.values() if task}
        if tasks:
            await asyncio.wait(tasks, timeout=PATIENCE)


Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Stage:
    """A client, and the event loop that it runs in."""

    client: type[ThreadedClient] | type[LoopedClient]
    loop: Callable[[], asyncio.AbstractEventLoop]

    def run(self, scenario: Coroutine[None, None, Result]) -> Result:
        with asyncio.Runner(loop_factory=self.loop) as runner:
            return runner.run(scenario)

    @asynccontextmanager
    async def serving(self, writing: Writing) -> AsyncIterator[tuple[Server, HttpClient]]:
        server = Server(writing)
        listening = await asyncio.start_server(server, "127.0.0.1", 0)
        server.url = f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}/v1/chat"
        client = self.client(connect_seconds=1)
        try:
            async with asyncio.timeout(PATIENCE):
                yield server, client
        finally:
            await client.close()
            listening.close()
            await server.close()


@pytest.fixture(
    params=[
        pytest.param(Stage(ThreadedClient, asyncio.new_event_loop), id="threaded"),
        pytest.param(Stage(LoopedClient, asyncio.new_event_loop), id="looped"),
        pytest.param(Stage(LoopedClient, uvloop.new_event_loop), id="looped-uvloop"),
    ]
)
def stage(request: pytest.FixtureRequest) -> Stage:
    chosen: Stage = request.param
    return chosen


def chunk(data: bytes) -> bytes:
    return b"%x\r\n%b\r\n" % (len(data), data)


def saying(*parts: bytes) -> Writing:
    async def write(writer: asyncio.StreamWriter) -> None:
        for part in parts:
            writer.write(part)
            await writer.drain()

    return write


def then_cut(*parts: bytes) -> Writing:
    async def write(writer: asyncio.StreamWriter) -> None:
        await saying(*parts)(writer)
        writer.transport.abort() if not parts else writer.close()

    return write


def request(url: str, body: bytes = b"{}") -> HttpRequest:
    return HttpRequest("POST", url, {"content-type": "application/json", "x-name": "value"}, body)


async def received(reply: HttpReply) -> tuple[bytes, bool]:
    """All pieces, and whether they ended as they should."""
    collected = b""
    try:
        async for piece in reply.pieces():
            collected += piece
    except ConnectionCut:
        return collected, False
    return collected, True


def test_a_request_arrives_as_it_was_built(stage: Stage) -> None:
    async def run() -> bytes:
        async with stage.serving(saying(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n")) as (server, client):
            async with client.open(request(server.url, b'{"a":1}')):
                pass
            return server.requests[0]

    sent = stage.run(run())
    assert sent.startswith(b"POST /v1/chat HTTP/1.1\r\n")
    assert b"x-name: value\r\n" in sent.lower()
    assert sent.endswith(b'\r\n\r\n{"a":1}')


def test_the_first_piece_is_handed_over_before_the_second_is_sent(stage: Stage) -> None:
    """By default pyreqwest reads 64 KiB ahead: the trap that streamed_read_buffer_limit(0) is for."""
    said = asyncio.Event()

    async def write(writer: asyncio.StreamWriter) -> None:
        await saying(STREAM, chunk(b"data: 1\n\n"))(writer)
        await said.wait()
        await saying(chunk(b"data: 2\n\n"), chunk(b""))(writer)

    async def run() -> list[bytes]:
        async with stage.serving(write) as (server, client), client.open(request(server.url)) as reply:
            pieces = []
            async for piece in reply.pieces():
                pieces.append(piece)
                said.set()
            return pieces

    assert stage.run(run()) == [b"data: 1\n\n", b"data: 2\n\n"]


@pytest.mark.parametrize(
    "cut", [then_cut(STREAM, chunk(b"data: 1\n\n")), then_cut(STREAM, chunk(b"data: 1\n\n"), b"9\r\nda")]
)
def test_a_cut_comes_after_all_that_did_arrive(stage: Stage, cut: Writing) -> None:
    async def run() -> tuple[bytes, bool]:
        async with stage.serving(cut) as (server, client), client.open(request(server.url)) as reply:
            return await received(reply)

    data, whole = stage.run(run())
    assert data.startswith(b"data: 1\n\n")
    assert not whole


def test_a_stream_that_ends_well_is_whole(stage: Stage) -> None:
    async def run() -> tuple[bytes, bool]:
        whole = saying(STREAM, chunk(b"data: 1\n\n"), chunk(b""))
        async with stage.serving(whole) as (server, client), client.open(request(server.url)) as reply:
            return await received(reply)

    assert stage.run(run()) == (b"data: 1\n\n", True)


def test_status_and_headers_come_with_lower_case_names(stage: Stage) -> None:
    async def run() -> tuple[int, str, bytes]:
        answer = b"HTTP/1.1 429 Too Many Requests\r\nRetry-After: 7\r\nContent-Length: 4\r\n\r\nslow"
        async with stage.serving(saying(answer)) as (server, client), client.open(request(server.url)) as reply:
            return reply.status, reply.headers["retry-after"], await reply.body(100)

    assert stage.run(run()) == (429, "7", b"slow")


def test_nothing_is_asked_for_or_taken_in_compressed_form(stage: Stage) -> None:
    packed = gzip.compress(b"{}")
    head = b"HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: %d\r\n\r\n" % len(packed)

    async def run() -> tuple[bytes, bytes]:
        async with stage.serving(saying(head, packed)) as (server, client), client.open(request(server.url)) as reply:
            return await reply.body(1000), server.requests[0]

    body, sent = stage.run(run())
    assert body == packed
    assert b"accept-encoding" not in sent.lower()


def test_a_redirect_is_not_followed(stage: Stage) -> None:
    async def run() -> int:
        answer = b"HTTP/1.1 302 Found\r\nLocation: http://169.254.169.254/\r\nContent-Length: 0\r\n\r\n"
        async with stage.serving(saying(answer)) as (server, client), client.open(request(server.url)) as reply:
            return reply.status

    assert stage.run(run()) == 302


def test_a_body_that_is_too_long_is_not_read_to_its_end(stage: Stage) -> None:
    async def run() -> None:
        answer = b"HTTP/1.1 200 OK\r\ncontent-length: 5000\r\n\r\n" + b"x" * 5000
        async with stage.serving(saying(answer)) as (server, client), client.open(request(server.url)) as reply:
            with pytest.raises(ConnectionCut, match="longer than 100 bytes"):
                await reply.body(100)

    stage.run(run())


def test_nobody_there_is_a_failed_connection(stage: Stage) -> None:
    async def run() -> None:
        async with stage.serving(saying()) as (server, client):
            nowhere = request(server.url.replace("/v1/chat", "").rpartition(":")[0] + ":1/")
            with pytest.raises(ConnectionFailed):
                async with client.open(nowhere):
                    pass

    stage.run(run())


def test_a_cut_before_the_headers_is_a_failed_connection(stage: Stage) -> None:
    async def run() -> None:
        async with stage.serving(then_cut()) as (server, client):
            with pytest.raises(ConnectionFailed):
                async with client.open(request(server.url)):
                    pass

    stage.run(run())


def test_leaving_early_hangs_up(stage: Stage) -> None:
    async def run() -> None:
        async with stage.serving(saying(STREAM, chunk(b"data: 1\n\n"))) as (server, client):
            async with client.open(request(server.url)) as reply:
                assert await anext(reply.pieces()) == b"data: 1\n\n"
            await server.gone.wait()

    stage.run(run())


def test_a_cancellation_is_heeded_when_a_piece_arrives_at_the_same_time(stage: Stage) -> None:
    """The HTTP client forgets a good part of them: a caller who hung up, or a clock that ran out, went unnoticed."""

    async def chatter(writer: asyncio.StreamWriter) -> None:
        writer.write(STREAM)
        while not writer.is_closing():
            writer.write(chunk(b"on and on"))
            await writer.drain()
            await asyncio.sleep(0)

    async def read_on(server: Server, client: HttpClient, heard: asyncio.Semaphore) -> None:
        async with client.open(request(server.url)) as reply:
            async for _ in reply.pieces():
                heard.release()

    async def scenario() -> None:
        async with stage.serving(chatter) as (server, client):
            for pieces in range(1, 41):
                heard = asyncio.Semaphore(0)
                reading = asyncio.create_task(read_on(server, client, heard))
                for _ in range(pieces):
                    await heard.acquire()
                reading.cancel()
                await asyncio.wait({reading}, timeout=PATIENCE / 2)
                assert reading.cancelled()

    stage.run(scenario())


def test_a_short_exchange_is_given_whole(stage: Stage) -> None:
    async def run() -> tuple[int, bytes]:
        answer = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}"
        async with stage.serving(saying(answer)) as (server, client):
            status, _, body = await client.request("POST", server.url, {}, b"{}", 5)
            return status, body

    assert stage.run(run()) == (200, b"{}")


def test_a_short_exchange_that_takes_too_long_is_a_time_out(stage: Stage) -> None:
    async def run() -> None:
        async with stage.serving(saying(STREAM)) as (server, client):
            with pytest.raises(TimeoutError):
                await client.request("POST", server.url, {}, b"{}", 0.05)

    stage.run(run())

"""What the client of servers does beyond what both do: it keeps connections, and reads HTTP/1.1 itself."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest
from switchboard.transport.connection import MAX_HEAD_BYTES, MOST_UNREAD_BYTES
from switchboard.transport.failures import ConnectionCut, ConnectionFailed
from switchboard.transport.looped import LoopedClient, LoopedReply
from switchboard.wire.http import HttpRequest

OK = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok"
PATIENCE = 10.0


@dataclass(slots=True)
class Answering(asyncio.Protocol):
    """Answers each request with the next of `replies`; after None it hangs up instead. Counts connections."""

    replies: list[bytes | None]
    connections: list[asyncio.Transport] = field(default_factory=list)
    requests: int = 0
    url: str = ""
    asked: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(0))

    def made(self) -> asyncio.Protocol:
        return _Peer(self)

    def answer(self, transport: asyncio.Transport) -> None:
        self.requests += 1
        self.asked.release()
        reply = self.replies.pop(0)
        transport.abort() if reply is None else transport.write(reply)


class _Peer(asyncio.Protocol):
    def __init__(self, house: Answering) -> None:
        self._house = house
        self._received = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._house.connections.append(transport)

    def data_received(self, data: bytes) -> None:
        self._received += data
        if self._received.endswith(b"\r\n\r\n{}"):
            self._received = b""
            self._house.answer(self._transport)


@asynccontextmanager
async def answering(*replies: bytes | None) -> AsyncIterator[tuple[Answering, LoopedClient]]:
    house, client = Answering(list(replies)), LoopedClient(connect_seconds=1)
    server = await asyncio.get_running_loop().create_server(house.made, "127.0.0.1", 0)
    house.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/"
    try:
        async with asyncio.timeout(PATIENCE):
            yield house, client
    finally:
        await client.close()
        server.close()


@asynccontextmanager
async def answered(*replies: bytes) -> AsyncIterator[tuple[Answering, LoopedClient, LoopedReply]]:
    """The first of these, while it arrives."""
    async with answering(*replies) as (house, client), client.open(HttpRequest("POST", house.url, {}, b"{}")) as reply:
        yield house, client, reply


async def ask(client: LoopedClient, url: str, headers: dict[str, str] | None = None) -> bytes:
    async with client.open(HttpRequest("POST", url, headers or {}, b"{}")) as reply:
        return await reply.body(10 * 1024 * 1024)


def asked(*replies: bytes | None, times: int = 1) -> tuple[list[bytes], Answering]:
    async def run() -> tuple[list[bytes], Answering]:
        async with answering(*replies) as (house, client):
            return [await ask(client, house.url) for _ in range(times)], house

    return asyncio.run(run())


def test_a_connection_serves_one_request_after_another() -> None:
    bodies, house = asked(OK, OK, OK, times=3)
    assert bodies == [b"ok"] * 3
    assert len(house.connections) == 1


@pytest.mark.parametrize(
    "last", [b"HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 2\r\n\r\nok", b"HTTP/1.0 200 OK\r\n\r\nok"]
)
def test_a_connection_that_the_other_side_will_close_is_not_used_again(last: bytes) -> None:
    async def run() -> int:
        async with answering(last, OK) as (house, client):
            async with client.open(HttpRequest("POST", house.url, {}, b"{}")) as reply:
                assert await anext(reply.pieces()) == b"ok"
            assert await ask(client, house.url) == b"ok"
            return len(house.connections)

    assert asyncio.run(run()) == 2


def test_an_unfinished_reply_is_never_the_start_of_the_next() -> None:
    async def run() -> tuple[bytes, int]:
        long = b"HTTP/1.1 200 OK\r\ncontent-length: 900\r\n\r\nhalf"
        async with answering(long, OK) as (house, client):
            async with client.open(HttpRequest("POST", house.url, {}, b"{}")) as reply:
                await anext(reply.pieces())
            return await ask(client, house.url), len(house.connections)

    assert asyncio.run(run()) == (b"ok", 2)


def test_a_request_that_meets_a_closed_connection_is_sent_again_on_a_new_one() -> None:
    bodies, house = asked(OK, None, OK, times=2)
    assert bodies == [b"ok", b"ok"]
    assert (house.requests, len(house.connections)) == (3, 2)


def test_a_short_exchange_is_never_sent_twice_for_it_may_be_a_payment() -> None:
    async def run() -> int:
        async with answering(OK, None, OK) as (house, client):
            await client.request("POST", house.url, {}, b"{}", 5)
            with pytest.raises(ConnectionFailed):
                await client.request("POST", house.url, {}, b"{}", 5)
            return house.requests

    assert asyncio.run(run()) == 2


def test_a_first_request_that_is_cut_is_a_failure() -> None:
    with pytest.raises(ConnectionFailed):
        asked(None, OK)


def test_a_body_without_a_length_ends_with_the_connection() -> None:
    async def run() -> bytes:
        async with answered(b"HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\n\r\nto the end") as (house, _, reply):
            house.connections[0].close()
            return await reply.body(100)

    assert asyncio.run(run()) == b"to the end"


@pytest.mark.parametrize("early", [b"HTTP/1.1 100 Continue\r\n\r\n", b"HTTP/1.1 103 Early Hints\r\nlink: x\r\n\r\n"])
def test_an_interim_reply_is_skipped(early: bytes) -> None:
    async def run() -> tuple[int, dict[str, str], bytes]:
        async with answered(early + OK) as (_, _, reply):
            return reply.status, dict(reply.headers), await reply.body(10)

    assert asyncio.run(run()) == (200, {"content-length": "2"}, b"ok")


NONSENSE = [b"SSH-2.0-OpenSSH_9\r\n", b"HTTP/1.1 2OO OK\r\n\r\n", b"HTTP/1.1 200 OK\r\nx" + b"y" * MAX_HEAD_BYTES]


@pytest.mark.parametrize("reply", NONSENSE, ids=["ssh", "status", "endless head"])
def test_what_is_no_reply_is_a_failed_connection(reply: bytes) -> None:
    with pytest.raises(ConnectionFailed):
        asked(reply)


def test_a_broken_chunk_is_a_cut_after_what_came_before_it() -> None:
    async def run() -> list[bytes]:
        head = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n"
        said: list[bytes] = []
        async with answered(head + b"5\r\nhello\r\n" + b"zz\r\n") as (_, _, reply):
            pieces = reply.pieces()
            said.append(await anext(pieces))
            with pytest.raises(ConnectionCut):
                await anext(pieces)
        return said

    assert asyncio.run(run()) == [b"hello"]


def test_the_same_bytes_mean_the_same_at_every_split() -> None:
    whole = (
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\none\r\n3;x=y\r\ntwo\r\n0\r\nx-trailer: 1\r\n\r\n"
    )

    async def run() -> set[bytes]:
        bodies: set[bytes] = set()
        async with answering(*[whole[:cut] for cut in range(1, len(whole))]) as (house, client):
            for cut in range(1, len(whole)):
                opening = asyncio.create_task(ask(client, house.url))
                await house.asked.acquire()
                house.connections[-1].write(whole[cut:])
                bodies.add(await opening)
        return bodies

    assert asyncio.run(run()) == {b"onetwo"}


def test_a_slow_reader_makes_the_provider_wait() -> None:
    async def run() -> tuple[int, int]:
        size = 64 * MOST_UNREAD_BYTES
        head = b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n" % size
        async with answered(head + bytes(size)) as (_, _, reply):
            pieces = reply.pieces()
            await asyncio.sleep(0.05)  # long enough to take all of it in, for whoever does not hold back
            first = len(await anext(pieces))
            return first, first + sum([len(piece) async for piece in pieces])

    first, total = asyncio.run(run())
    assert first < 8 * MOST_UNREAD_BYTES
    assert total == 64 * MOST_UNREAD_BYTES


HEADERS: list[dict[str, str]] = [{"x": "a\r\nHost: evil"}, {"x\n": "a"}, {"x": "snow ☃"}]


@pytest.mark.parametrize("headers", HEADERS, ids=["value", "name", "not latin"])
def test_a_header_that_cannot_be_sent_fails_before_anything_is(headers: dict[str, str]) -> None:
    async def run() -> int:
        async with answering(OK) as (house, client):
            with pytest.raises(ConnectionFailed):
                await ask(client, house.url, headers)
            return house.requests

    assert asyncio.run(run()) == 0


def test_closing_hangs_up_on_those_that_are_out_too() -> None:
    async def run() -> None:
        async with answered(b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhalf") as (_, client, reply):
            await client.close()
            with pytest.raises(ConnectionCut):
                await reply.body(100)

    asyncio.run(run())

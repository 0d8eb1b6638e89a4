import asyncio

import pytest

from local.http_server import MAX_BODY, MAX_HEAD, Connection, Reply, Request, RequestRefusedError, read_head

TWO = b"POST /a?b=c HTTP/1.1\r\nHost: x\r\nX-Amz-Target: T.Op\r\nContent-Length: 3\r\n\r\nabcGET /d HTTP/1.1\r\n\r\n"


class Wire(asyncio.Transport):
    """Keeps what is written."""

    def __init__(self) -> None:
        super().__init__()
        self.sent = b""
        self.closed = False

    def write(self, data: bytes | bytearray | memoryview) -> None:
        self.sent += bytes(data)

    def close(self) -> None:
        self.closed = True

    def is_closing(self) -> bool:
        return self.closed


def exchange(pieces: list[bytes]) -> tuple[list[Request], Wire]:
    requests: list[Request] = []

    def answer(request: Request) -> Reply:
        requests.append(request)
        return Reply(200, {"x-number": str(len(requests))}, b"ok")

    wire, connection = Wire(), Connection(answer)
    connection.connection_made(wire)
    for piece in pieces:
        connection.data_received(piece)
    return requests, wire


@pytest.mark.parametrize("size", [1, 2, 7, 1000])
def test_requests_are_the_same_however_the_bytes_arrive(size: int) -> None:
    requests, wire = exchange([TWO[at : at + size] for at in range(0, len(TWO), size)])
    assert [(request.method, request.target, request.body) for request in requests] == [
        ("POST", "/a?b=c", b"abc"),
        ("GET", "/d", b""),
    ]
    assert requests[0].headers["x-amz-target"] == "T.Op"
    assert wire.sent.count(b"HTTP/1.1 200 OK\r\n") == 2
    assert not wire.closed


def test_a_client_that_wants_to_close_is_closed() -> None:
    _, wire = exchange([b"GET / HTTP/1.1\r\nConnection: close\r\n\r\n"])
    assert b"connection: close\r\n" in wire.sent
    assert wire.closed


@pytest.mark.parametrize(
    ("head", "status"),
    [
        (b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n", 411),
        (b"POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n", 400),
        (b"POST / HTTP/1.1\r\nContent-Length: %d\r\n\r\n" % (MAX_BODY + 1), 413),
        (b"POST / HTTP/1.0\r\n\r\n", 400),
        (b"\x16\x03\x01\r\n\r\n", 400),
        (b"x" * (MAX_HEAD + 1), 431),
    ],
)
def test_what_is_no_request_is_refused_and_closed(head: bytes, status: int) -> None:
    with pytest.raises(RequestRefusedError) as caught:
        read_head(bytearray(head))
    assert caught.value.status == status
    requests, wire = exchange([head])
    assert requests == []
    assert wire.closed

"""The Lambda Runtime API, spoken over one kept connection. Knows HTTP and Lambda's headers, nothing of ASGI.

https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
https://docs.aws.amazon.com/lambda/latest/dg/runtimes-custom.html#runtimes-custom-response-streaming
"""

import asyncio
import socket
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from switchboard.runtime.report import Failure

VERSION = "/2018-06-01/runtime"
ERROR_TYPE = "Lambda-Runtime-Function-Error-Type"
ERROR_BODY = "Lambda-Runtime-Function-Error-Body"
STREAM_HEADERS = (
    ("Lambda-Runtime-Function-Response-Mode", "streaming"),
    ("Content-Type", "application/vnd.awslambda.http-integration-response"),
    ("Transfer-Encoding", "chunked"),
    ("Trailer", f"{ERROR_TYPE}, {ERROR_BODY}"),
)
JSON_HEADERS = (("Content-Type", "application/json"),)
# An event may be 6 MB: with a small limit the reader would stop and start the socket a hundred times.
READ_AHEAD = 1 << 20

Headers = Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Invocation:
    """One event to answer. `deadline_ms` is Unix time, 0 if unknown."""

    request_id: str
    event: bytes
    deadline_ms: int
    trace_id: str
    echo: Headers  # to be sent back with the answer

    @property
    def path(self) -> str:
        return f"/invocation/{self.request_id}"


@dataclass(frozen=True, slots=True)
class Reply:
    status: int
    headers: Mapping[str, str]
    body: bytes


class RuntimeApiError(Exception):
    """The Runtime API refused a call: the environment is being taken down."""


class RuntimeApi:
    """One connection: a call is answered before the next is sent. A connection that broke is opened again."""

    def __init__(self, address: str) -> None:
        self._address = address
        self._host, _, port = address.partition(":")
        self._port = int(port or 80)
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def next(self) -> Invocation:
        """Wait for an event; Lambda freezes the process meanwhile."""
        kept = not self.hung_up
        try:
            reply = await self._call("GET", "/invocation/next")
        except ConnectionError:
            if not kept:
                raise
            reply = await self._call("GET", "/invocation/next")  # the kept connection had gone stale unnoticed
        if reply.status != 200:
            raise RuntimeApiError(f"/invocation/next answered {reply.status}")
        headers = reply.headers
        echo = headers.get("lambda-runtime-invocation-id")
        return Invocation(
            request_id=headers["lambda-runtime-aws-request-id"],
            event=reply.body,
            deadline_ms=int(headers.get("lambda-runtime-deadline-ms") or 0),
            trace_id=headers.get("lambda-runtime-trace-id", ""),
            echo=(("Lambda-Runtime-Invocation-Id", echo),) if echo else (),
        )

    async def restored(self) -> None:
        """Lambda takes the snapshot while this call waits; it returns in each copy."""
        reply = await self._call("GET", "/restore/next")
        self.close()
        if reply.status != 200:
            raise RuntimeApiError(f"/restore/next answered {reply.status}")

    async def respond(self, invocation: Invocation, body: bytes) -> None:
        await self._call("POST", f"{invocation.path}/response", body, (*JSON_HEADERS, *invocation.echo))

    async def report(self, path: str, failure: Failure, echo: Headers = ()) -> None:
        """`path` is one of the API's error routes; the function's caller sees that it failed, Lambda's log why."""
        await self._call("POST", path, failure.body(), (*JSON_HEADERS, (ERROR_TYPE, failure.type), *echo))

    async def open_response(self, invocation: Invocation) -> asyncio.StreamWriter:
        """Begin the streamed answer; its chunks go to the writer, then `close_response` reads Lambda's word."""
        _, writer = await self._connection()
        writer.write(self._head("POST", f"{invocation.path}/response", (*STREAM_HEADERS, *invocation.echo)))
        return writer

    async def close_response(self) -> int:
        """The status of Lambda's answer to the streamed response that was just written."""
        return (await self._read()).status

    @property
    def hung_up(self) -> bool:
        """Whether the other side has closed the connection, even if nothing was written since."""
        return self._streams is None or self._streams[0].at_eof() or self._streams[1].is_closing()

    def close(self) -> None:
        if self._streams is not None:
            self._streams[1].close()
            self._streams = None

    async def _call(self, method: str, path: str, body: bytes = b"", headers: Headers = ()) -> Reply:
        _, writer = await self._connection()
        writer.write(self._head(method, path, (("Content-Length", str(len(body))), *headers)) + body)
        await writer.drain()
        return await self._read()

    async def _connection(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        if self.hung_up:
            self.close()
        if self._streams is None:
            self._streams = await asyncio.open_connection(self._host, self._port, limit=READ_AHEAD)
            # Small chunks must leave at once; waiting to fill a packet would batch tokens.
            self._streams[1].get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return self._streams

    def _head(self, method: str, path: str, headers: Headers) -> bytes:
        lines = [f"{method} {VERSION}{path} HTTP/1.1", f"Host: {self._address}"]
        lines += [f"{name}: {value}" for name, value in headers]
        return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")

    async def _read(self) -> Reply:
        reader, _ = await self._connection()
        try:
            status = int((await reader.readline()).split()[1])
            headers = await _headers(reader)
            body = await _body(reader, headers)
        except (IndexError, ValueError, asyncio.IncompleteReadError) as error:
            self.close()
            raise ConnectionResetError("the Runtime API hung up within its answer") from error
        if headers.get("connection", "").lower() == "close":
            self.close()
        return Reply(status, headers, body)


async def _headers(reader: asyncio.StreamReader) -> dict[str, str]:
    headers: dict[str, str] = {}
    while (line := await reader.readline()).strip():
        name, _, value = line.decode("latin-1").partition(":")
        headers[name.strip().lower()] = value.strip()
    return headers


async def _body(reader: asyncio.StreamReader, headers: Mapping[str, str]) -> bytes:
    if headers.get("transfer-encoding", "").lower() != "chunked":
        return await reader.readexactly(int(headers.get("content-length", "0")))
    parts = []
    while size := int((await reader.readline()).split(b";")[0], 16):
        parts.append(await reader.readexactly(size))
        await reader.readline()
    await _headers(reader)  # trailers
    return b"".join(parts)

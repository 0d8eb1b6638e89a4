"""API Gateway with response streaming, before the fake Runtime API: HTTP in, events out, chunks relayed at once."""

import asyncio
import json
from dataclasses import dataclass, field
from typing import Any

from tests.events import event
from tests.fake_runtime_api import FakeRuntimeApi, Headers, Outcome, read_body, read_head, reply

PRELUDE_END = b"\0" * 8


@dataclass(slots=True)
class FakeGateway:
    """`async with FakeGateway() as gateway`: clients at `gateway.port`, the function's process at `gateway.api`."""

    api: FakeRuntimeApi = field(default_factory=FakeRuntimeApi)
    port: int = 0
    _server: asyncio.Server | None = None
    _connections: set["asyncio.Task[None]"] = field(default_factory=set)

    async def __aenter__(self) -> "FakeGateway":
        await self.api.__aenter__()
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._server is not None
        self._server.close()
        await asyncio.gather(*self._connections, return_exceptions=True)
        await self._server.wait_closed()
        await self.api.__aexit__()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._connections.add(task)
        try:
            if head := await read_head(reader):
                method, path, headers = head
                body = b"".join([part async for part in read_body(reader, headers)])
                relay = Relay(writer)
                outcome = self.api.offer(rest_event(method, path, headers, body))
                outcome.on_chunk = relay.take
                await outcome.over.wait()
                await relay.end(outcome)
        finally:
            self._connections.discard(task)
            writer.close()


@dataclass(slots=True)
class Relay:
    """Turns the function's stream into the client's: the prelude into a head, what follows into chunks."""

    writer: asyncio.StreamWriter
    head: bytes = b""
    begun: bool = False

    def take(self, part: bytes) -> None:
        """Raises ConnectionResetError when the client has left: the function sees its own connection break."""
        if self.writer.transport.is_closing():
            raise ConnectionResetError("the client has left")
        if self.begun:
            self._chunk(part)
            return
        self.head += part
        prelude, mark, rest = self.head.partition(PRELUDE_END)
        if mark:
            self.begun = True
            self._start(json.loads(prelude))
            self._chunk(rest)

    async def end(self, outcome: Outcome) -> None:
        """A stream that failed is cut without its last chunk, as API Gateway does."""
        if not self.begun:
            await reply(self.writer, 502, b'{"message": "Internal server error"}')
        elif outcome.complete and not outcome.trailers:
            self.writer.write(b"0\r\n\r\n")
        else:
            self.writer.transport.abort()

    def _start(self, prelude: Any) -> None:  # Any: JSON
        lines = [f"HTTP/1.1 {prelude['statusCode']} -", "Transfer-Encoding: chunked", "Connection: close"]
        lines += [f"{name}: {value}" for name, value in prelude["headers"].items()]
        lines += [f"set-cookie: {value}" for value in prelude.get("cookies", [])]
        self.writer.write(("\r\n".join(lines) + "\r\n\r\n").encode())

    def _chunk(self, part: bytes) -> None:
        if part:
            self.writer.write(b"%x\r\n%b\r\n" % (len(part), part))


def rest_event(method: str, path: str, headers: Headers, body: bytes) -> Any:  # Any: JSON
    bare, _, query = path.partition("?")
    pairs = [pair.partition("=") for pair in query.split("&") if pair]
    return event("healthz") | {
        "httpMethod": method,
        "path": bare,
        "multiValueHeaders": {name: [value] for name, value in headers.items()},
        "multiValueQueryStringParameters": {name: [value] for name, _, value in pairs} or None,
        "body": body.decode() or None,
    }

"""Lambda's Runtime API as a small server: hands out events, keeps what comes back with its arrival times."""

import asyncio
import json
import time
import uuid
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Any

VERSION = "/2018-06-01/runtime"
Headers = dict[str, str]


@dataclass(slots=True)
class Outcome:
    """What the function did with one invocation. `kind` is the route it answered on: response or error."""

    request_id: str
    kind: str = ""
    headers: Headers = field(default_factory=dict)
    chunks: list[bytes] = field(default_factory=list)
    arrivals: list[float] = field(default_factory=list)
    trailers: Headers = field(default_factory=dict)
    complete: bool = False
    over: asyncio.Event = field(default_factory=asyncio.Event)
    on_chunk: Callable[[bytes], None] | None = None

    @property
    def body(self) -> bytes:
        return b"".join(self.chunks)

    @property
    def prelude(self) -> Any:  # Any: JSON
        return json.loads(self.body.partition(b"\0" * 8)[0])

    @property
    def payload(self) -> bytes:
        return self.body.partition(b"\0" * 8)[2]

    @property
    def document(self) -> Any:  # Any: JSON
        return json.loads(self.body)


@dataclass(slots=True)
class FakeRuntimeApi:
    """`async with FakeRuntimeApi() as api`, point the runtime to `api.address`, then `await api.invoke(event)`."""

    invocation_id: str | None = None  # sent as Lambda-Runtime-Invocation-Id
    hang_up_after: int | None = None  # close the connection after so many chunks of a response
    close_idle: bool = False  # close the connection after each answer, without saying so
    next_status: int = 200
    restored: asyncio.Event = field(default_factory=asyncio.Event)
    calls: list[tuple[str, str]] = field(default_factory=list)
    reports: dict[str, Any] = field(default_factory=dict)
    connections: int = 0
    address: str = ""
    port: int = 0
    waiting: int = 0  # how many calls of next are held open
    _outcomes: dict[str, Outcome] = field(default_factory=dict)
    _queue: "asyncio.Queue[tuple[Outcome, bytes, Headers]]" = field(default_factory=asyncio.Queue)
    _server: asyncio.Server | None = None
    _writers: set[asyncio.StreamWriter] = field(default_factory=set)

    async def __aenter__(self) -> "FakeRuntimeApi":
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0, limit=1 << 20)
        self.port = self._server.sockets[0].getsockname()[1]
        self.address = f"127.0.0.1:{self.port}"
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._server is not None
        self._server.close()
        for writer in list(self._writers):
            writer.close()
        await self._server.wait_closed()

    def offer(self, event: object, *, deadline_ms: int | None = None, trace_id: str = "Root=1-x") -> Outcome:
        """Queue the event (bytes are sent as they are) without waiting for its answer."""
        raw = event if isinstance(event, bytes) else json.dumps(event).encode()
        outcome = Outcome(str(uuid.uuid4()))
        headers = {
            "Lambda-Runtime-Aws-Request-Id": outcome.request_id,
            "Lambda-Runtime-Deadline-Ms": str(
                int(time.time() * 1000) + 900_000 if deadline_ms is None else deadline_ms
            ),
            "Lambda-Runtime-Trace-Id": trace_id,
        }
        if self.invocation_id:
            headers["Lambda-Runtime-Invocation-Id"] = self.invocation_id
        self._outcomes[outcome.request_id] = outcome
        self._queue.put_nowait((outcome, raw, headers))
        return outcome

    async def invoke(self, event: object, *, deadline_ms: int | None = None) -> Outcome:
        outcome = self.offer(event, deadline_ms=deadline_ms)
        await asyncio.wait_for(outcome.over.wait(), 10)
        return outcome

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self._writers.add(writer)
        try:
            while request := await read_head(reader):
                await self._answer(reader, writer, *request)
                if self.close_idle:
                    break
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass
        finally:
            self._writers.discard(writer)
            writer.close()

    async def _answer(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, method: str, path: str, headers: Headers
    ) -> None:
        route = path.removeprefix(VERSION)
        self.calls.append((method, route))
        if route == "/invocation/next":
            await self._hand_out(reader, writer)
        elif route == "/restore/next":
            await self.restored.wait()
            await reply(writer, 200)
        elif route.endswith("/error") and not route.startswith("/invocation/"):
            self.reports[route] = json.loads(b"".join([part async for part in read_body(reader, headers)]))
            await reply(writer, 202)
        else:
            await self._collect(reader, writer, route, headers)

    async def _hand_out(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self.next_status != 200:
            await reply(writer, self.next_status)
            return
        self.waiting += 1
        try:
            _, raw, headers = await self._queue.get()
        finally:
            self.waiting -= 1
        await reply(writer, 200, raw, headers)

    async def _collect(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, route: str, headers: Headers
    ) -> None:
        _, _, request_id, kind = route.split("/")
        outcome = self._outcomes[request_id]
        outcome.kind, outcome.headers = kind, headers
        try:
            async for part in read_body(reader, headers, outcome.trailers):
                outcome.arrivals.append(time.monotonic())
                outcome.chunks.append(part)
                if outcome.on_chunk:
                    outcome.on_chunk(part)
                if self.hang_up_after == len(outcome.chunks):
                    raise ConnectionResetError("as the test asked")
            outcome.complete = True
        finally:
            outcome.over.set()
        await reply(writer, 202)


async def until(holds: Callable[[], bool]) -> None:
    while not holds():  # noqa: ASYNC110  # what is waited for is a list or a number of the test
        await asyncio.sleep(0.005)


async def read_head(reader: asyncio.StreamReader) -> tuple[str, str, Headers] | None:
    """Method, path and lower-case headers; None at the end of the connection."""
    line = await reader.readline()
    if not line:
        return None
    method, path, _ = line.decode().split(" ", 2)
    return method, path, await read_headers(reader)


async def read_headers(reader: asyncio.StreamReader) -> Headers:
    headers: Headers = {}
    while (line := await reader.readline()).strip():
        name, _, value = line.decode("latin-1").partition(":")
        headers[name.strip().lower()] = value.strip()
    return headers


async def read_body(
    reader: asyncio.StreamReader, headers: Headers, trailers: Headers | None = None
) -> AsyncIterator[bytes]:
    if headers.get("transfer-encoding") != "chunked":
        if size := int(headers.get("content-length", "0")):
            yield await reader.readexactly(size)
        return
    while size := int(await read_line(reader), 16):
        yield await reader.readexactly(size)
        await reader.readline()
    found = await read_headers(reader)
    if trailers is not None:
        trailers.update(found)


async def read_line(reader: asyncio.StreamReader) -> bytes:
    line = await reader.readline()
    if not line.endswith(b"\n"):
        raise asyncio.IncompleteReadError(line, None)
    return line


async def reply(writer: asyncio.StreamWriter, status: int, body: bytes = b"", headers: Headers | None = None) -> None:
    lines = [f"HTTP/1.1 {status} -", f"Content-Length: {len(body)}"]
    lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
    writer.write(("\r\n".join(lines) + "\r\n\r\n").encode() + body)
    await writer.drain()

"""The inference routes, as bare ASGI: a framework for two paths would cost a third of every cold start."""

import asyncio
from collections.abc import Coroutine, Mapping
from types import MappingProxyType
from urllib.parse import parse_qsl

import orjson
from starlette.types import Receive, Scope, Send

from switchboard.answer import error_headers
from switchboard.clock import Clock
from switchboard.errors import InvalidRequest, NotFound, PayloadTooLarge, SwitchboardError
from switchboard.idempotency import HEADER as IDEMPOTENCY_KEY
from switchboard.idempotency import Idempotency
from switchboard.pipeline import Call, Pipeline
from switchboard.protocols.interface import Arrival, ClientProtocol
from switchboard.protocols.late import Count
from switchboard.routing.explain import explained
from switchboard.telemetry import Telemetry
from switchboard.web.cors import CrossOrigin
from switchboard.web.line import Line
from switchboard.web.routes import (
    counting_at,
    dialect_of,
    generation_at,
    inference_at,
    missing_route,
    planning_at,
    suited,
)
from switchboard.wire.sse import encode_event

# Answered without a look at anything: health checks, and Claude Code's HEAD / before it begins.
QUICK = ("/", "/healthz")
NO_HEADERS: Mapping[str, str] = MappingProxyType({})
CONTROLS = bytes({*range(32), 127} - {ord("\t")})
MAX_BODY_BYTES = 20 * 1024 * 1024
# API Gateway and Lambda both end a request after 15 minutes; a server keeps to the same, so that records agree.
LONGEST_SECONDS = 900.0
GRACE_SECONDS = 2.0
# How long a server that stops waits for the last records.
FAREWELL_SECONDS = 4.0


class ChatApp:
    """Every inference route: reads the body, hands it to the pipeline, and lets no exception out."""

    def __init__(
        self, pipeline: Pipeline, telemetry: Telemetry, clock: Clock, idempotency: Idempotency | None = None
    ) -> None:
        self._pipeline = pipeline
        self._telemetry = telemetry
        self._clock = clock
        self._idempotency = idempotency
        self._door = CrossOrigin(self._serve)
        self._running: set[asyncio.Task[None]] = set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        else:
            await self._door(scope, receive, send)

    async def _live(self, receive: Receive, send: Send) -> None:
        """A server that stops cancels what still runs, and would end before that is on record."""
        await receive()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        if self._running:
            await asyncio.wait(self._running, timeout=FAREWELL_SECONDS)
        await send({"type": "lifespan.shutdown.complete"})

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            raise RuntimeError(f"nothing here speaks {scope['type']}")  # servers take this for a no
        method, path = scope["method"], scope["path"]
        line = Line(scope, receive, send)
        spoken, counted, planned = inference_at(path), counting_at(path), planning_at(path)
        if method == "POST" and spoken:
            protocol = suited(spoken[0], scope["headers"])
            await self._guarded(line, protocol, self._answer(line, scope, receive, protocol, spoken[1]))
        elif method == "POST" and counted:
            await self._guarded(line, counted[0], self._count(line, scope, receive, counted[1]))
        elif method == "POST" and planned:
            await self._guarded(line, planned[0], self._plan(line, scope, receive, planned))
        elif method == "DELETE" and (generation_id := generation_at(path)):
            work = self._stop(line, scope, generation_id)
            await self._guarded(line, dialect_of(path, _headers(scope)), work)
        elif path in QUICK and method in ("GET", "HEAD"):
            await _reply(line, 200, b'{"status":"ok"}' if method == "GET" else b"")
        else:
            await _no_route(line, method, path, _headers(scope))

    async def _guarded(self, line: Line, protocol: ClientProtocol, work: Coroutine[None, None, None]) -> None:
        task = asyncio.current_task()
        if task is not None:
            self._running.add(task)
            task.add_done_callback(self._running.discard)
        try:
            await work
        except SwitchboardError as error:
            await _refuse(line, protocol, error)
        except Exception:  # noqa: BLE001  # the door: nobody foresaw it; it is logged, and the caller told nothing of it
            self._telemetry.failure("unexpected_error")
            message = "Something went wrong inside the gateway. It has been logged."
            await _refuse(line, protocol, SwitchboardError(message))
        finally:
            line.release()

    async def _answer(
        self, line: Line, scope: Scope, receive: Receive, protocol: ClientProtocol, parts: Mapping[str, str]
    ) -> None:
        call = await self._call(scope, receive, protocol, parts)
        if self._idempotency and IDEMPOTENCY_KEY in call.arrival.headers:
            key = await self._pipeline.authenticator.authenticate_inference(call.arrival.headers)
            await self._idempotency.answer(call, line, key.id, scope["path"], self._pipeline.answer)
        else:
            await self._pipeline.answer(call, line)

    async def _call(self, scope: Scope, receive: Receive, protocol: ClientProtocol, parts: Mapping[str, str]) -> Call:
        received = self._clock.monotonic()
        headers, query = _headers(scope), _query(scope)
        arrival = Arrival(await _body(headers, receive), parts, query, _with_key(headers, query))
        return Call(protocol, arrival, received, self._deadline(scope))

    async def _plan(
        self, line: Line, scope: Scope, receive: Receive, of: tuple[ClientProtocol, Mapping[str, str]]
    ) -> None:
        """What would become of a request, without asking anybody."""
        planned = await self._pipeline.plan(await self._call(scope, receive, *of))
        await _reply(line, 200, orjson.dumps({"data": explained(planned.plan)}))

    async def _count(self, line: Line, scope: Scope, receive: Receive, count: Count) -> None:
        """An estimate, for free; but not for strangers, who could make the gateway read megabytes."""
        headers = _headers(scope)
        await self._pipeline.authenticator.authenticate_inference(_with_key(headers, _query(scope)))
        await _reply(line, 200, count(await _body(headers, receive)))

    async def _stop(self, line: Line, scope: Scope, generation_id: str) -> None:
        """Answers once the generation is over, or will not be found any more."""
        key = await self._pipeline.authenticator.authenticate_inference(_with_key(_headers(scope), _query(scope)))
        if not await self._pipeline.stops.stop(key.id, generation_id):
            raise NotFound(
                f"No generation `{generation_id}` of yours is running."
                f" If it has ended, its record is at GET /api/v1/generation?id={generation_id}.",
                param="id",
            )
        await _reply(line, 200, orjson.dumps({"data": {"id": generation_id, "cancelled": True}}))

    def _deadline(self, scope: Scope) -> float:
        """On the monotonic clock: early enough before Lambda's end to close the stream in good order."""
        now = self._clock.monotonic()
        if "aws.deadline_ms" not in scope:
            return now + LONGEST_SECONDS
        return float(now + scope["aws.deadline_ms"] / 1000 - self._clock.now() - GRACE_SECONDS)


async def _refuse(line: Line, protocol: ClientProtocol, error: SwitchboardError) -> None:
    body = protocol.error(error, None)
    # A stream that had begun must not look as if it had come to its end.
    await _reply(line, protocol.status(error), encode_event(body) if line.started else body, error_headers(error))


async def _reply(line: Line, status: int, body: bytes, headers: Mapping[str, str] = NO_HEADERS) -> None:
    await line.start(status, {"content-type": "application/json", "content-length": str(len(body)), **headers})
    await line.end(body)


async def _no_route(line: Line, method: str, path: str, headers: Mapping[str, str]) -> None:
    dialect = dialect_of(path, headers)
    allowed = "GET, HEAD" if path in QUICK else "DELETE" if generation_at(path) else None
    error, allow = missing_route(method, path, allowed)
    await _reply(line, dialect.status(error), dialect.error(error, None), allow)


def _headers(scope: Scope) -> dict[str, str]:
    """By lower-case name, without control signs: some values go on to a provider, whose head they must not break."""
    return {
        name.decode("latin-1").lower(): value.translate(None, CONTROLS).decode("latin-1")
        for name, value in scope["headers"]
    }


def _with_key(headers: dict[str, str], query: Mapping[str, str]) -> dict[str, str]:
    """Google's clients may send the key in the query instead of a header."""
    return {"x-goog-api-key": query["key"], **headers} if "key" in query else headers


def _query(scope: Scope) -> dict[str, str]:
    """The last one holds where a parameter comes twice."""
    return dict(parse_qsl(scope.get("query_string", b"").decode("latin-1"), keep_blank_values=True))


async def _body(headers: dict[str, str], receive: Receive) -> bytes:
    """Raises PayloadTooLarge without reading on."""
    declared = headers.get("content-length", "0")
    if declared.isdecimal() and int(declared[:20]) > MAX_BODY_BYTES:
        raise _too_large()
    pieces: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise InvalidRequest("The connection was closed before the whole body had arrived.")
        piece = message.get("body", b"")
        size += len(piece)
        if size > MAX_BODY_BYTES:
            raise _too_large()
        pieces.append(piece)
        if not message.get("more_body", False):
            return b"".join(pieces)


def _too_large() -> PayloadTooLarge:
    limit = MAX_BODY_BYTES // 1024 // 1024
    return PayloadTooLarge(
        f"The body is larger than {limit} MiB. Refer to images and files by URL instead of sending them inside it."
    )

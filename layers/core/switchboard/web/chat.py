"""The inference routes, as bare ASGI: a framework for two paths would cost a third of every cold start."""

from collections.abc import Mapping
from types import MappingProxyType
from urllib.parse import parse_qsl

from starlette.types import Receive, Scope, Send

from switchboard.clock import Clock
from switchboard.errors import InvalidRequest, NotFound, PayloadTooLarge, SwitchboardError
from switchboard.pipeline import Call, Pipeline
from switchboard.protocols.anthropic_messages import AnthropicMessages
from switchboard.protocols.interface import Arrival, ClientProtocol
from switchboard.protocols.openai_chat import OpenAiChat
from switchboard.protocols.openai_responses import OpenAiResponses
from switchboard.protocols.openai_responses.cursor import ChatOrResponses
from switchboard.telemetry import Telemetry
from switchboard.web.line import Line
from switchboard.wire.sse import encode_event

PREFIXES = ("/api/v1", "/v1")
HEALTH = "/healthz"
NO_HEADERS: Mapping[str, str] = MappingProxyType({})
MAX_BODY_BYTES = 20 * 1024 * 1024
# API Gateway and Lambda both end a request after 15 minutes; a server keeps to the same, so that records agree.
LONGEST_SECONDS = 900.0
GRACE_SECONDS = 2.0

ROUTES: tuple[tuple[str, ClientProtocol], ...] = (
    ("/chat/completions", ChatOrResponses()),
    ("/responses", OpenAiResponses()),
    ("/messages", AnthropicMessages()),
)
# ZenMux's address for Anthropic's SDK, which adds /v1/messages to it.
MORE_ROUTES: tuple[tuple[str, ClientProtocol], ...] = (("/api/anthropic/v1/messages", AnthropicMessages()),)


class Inference:
    """One route as an ASGI application: reads the body, hands it to the pipeline, and lets no exception out."""

    def __init__(self, protocol: ClientProtocol, pipeline: Pipeline, telemetry: Telemetry, clock: Clock) -> None:
        self._protocol = protocol
        self._pipeline = pipeline
        self._telemetry = telemetry
        self._clock = clock

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        received = self._clock.monotonic()
        line = Line(scope, receive, send)
        headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
        try:
            body = await _body(headers, receive)
            arrival = Arrival(body, scope.get("path_params", {}), _query(scope), headers)
            await self._pipeline.answer(Call(self._protocol, arrival, received, self._deadline(scope)), line)
        except SwitchboardError as error:
            await self._refuse(line, error)
        except Exception:  # noqa: BLE001  # the door: nobody foresaw it; it is logged, and the caller told nothing of it
            self._telemetry.failure("unexpected_error")
            await self._refuse(line, SwitchboardError("Something went wrong inside the gateway. It has been logged."))
        finally:
            line.release()

    def _deadline(self, scope: Scope) -> float:
        """On the monotonic clock: early enough before Lambda's end to close the stream in good order."""
        now = self._clock.monotonic()
        if "aws.deadline_ms" not in scope:
            return now + LONGEST_SECONDS
        return float(now + scope["aws.deadline_ms"] / 1000 - self._clock.now() - GRACE_SECONDS)

    async def _refuse(self, line: Line, error: SwitchboardError) -> None:
        body = self._protocol.error(error, None)
        # A stream that had begun must not look as if it had come to its end.
        await _reply(line, error.status, encode_event(body) if line.started else body)


class ChatApp:
    """Which path is whose; everything else is refused in the shape that the SDKs read."""

    def __init__(self, pipeline: Pipeline, telemetry: Telemetry, clock: Clock) -> None:
        paths = [(prefix + path, protocol) for prefix in PREFIXES for path, protocol in ROUTES]
        self._routes = {
            path: Inference(protocol, pipeline, telemetry, clock) for path, protocol in (*paths, *MORE_ROUTES)
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            raise RuntimeError(f"nothing here speaks {scope['type']}")  # servers take this for a no
        method, path = scope["method"], scope["path"]
        route = self._routes.get(path)
        if route and method == "POST":
            await route(scope, receive, send)
            return
        line = Line(scope, receive, send)
        if path == HEALTH and method in ("GET", "HEAD"):
            await _reply(line, 200, b'{"status":"ok"}')
        else:
            allowed = "POST" if route else "GET, HEAD" if path == HEALTH else None
            error = _no_route(method, path, known=allowed is not None)
            await _reply(line, error.status, OpenAiChat().error(error, None), {"allow": allowed} if allowed else {})


def chat_app(pipeline: Pipeline, telemetry: Telemetry, clock: Clock) -> ChatApp:
    return ChatApp(pipeline, telemetry, clock)


async def _reply(line: Line, status: int, body: bytes, headers: Mapping[str, str] = NO_HEADERS) -> None:
    await line.start(status, {"content-type": "application/json", "content-length": str(len(body)), **headers})
    await line.end(body)


def _no_route(method: str, path: str, *, known: bool) -> SwitchboardError:
    if not known:
        return NotFound(f"There is no route {method} {path}. The API is under /api/v1.")
    error = InvalidRequest(f"{method} is not possible at {path}.")
    error.status = 405
    return error


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

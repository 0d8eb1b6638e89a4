"""The inference routes: plain Starlette, because FastAPI would cost the chat function 300 ms of every cold start."""

from collections.abc import Callable
from urllib.parse import parse_qsl

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from switchboard.clock import Clock
from switchboard.errors import InvalidRequest, NotFound, PayloadTooLarge, SwitchboardError
from switchboard.pipeline import Call, Pipeline
from switchboard.protocols.google_generate import GoogleGenerate
from switchboard.protocols.interface import Arrival, ClientProtocol
from switchboard.protocols.openai_chat import OpenAiChat
from switchboard.telemetry import Telemetry
from switchboard.web.line import Line

PREFIXES = ("/api/v1", "/v1")
MAX_BODY_BYTES = 20 * 1024 * 1024
# API Gateway and Lambda both end a request after 15 minutes; a server keeps to the same, so that records agree.
LONGEST_SECONDS = 900.0
GRACE_SECONDS = 2.0

ROUTES: tuple[tuple[str, ClientProtocol], ...] = (("/chat/completions", OpenAiChat()),)
# Google's paths have prefixes of their own, and model ids with slashes and colons in them.
_VERTEX = "/api/vertex-ai/{version}"
_PUBLISHED = "/publishers/{publisher}/models/{target:path}"
WHOLE_PATHS: tuple[tuple[str, ClientProtocol], ...] = tuple(
    (path, GoogleGenerate())
    for path in (
        "/v1beta/models/{target:path}",
        "/api/v1beta/models/{target:path}",
        "/v1/models/{target:path}",  # google-genai's own default since its version 3; a GET is the catalog's
        "/api/v1/models/{target:path}",
        _VERTEX + _PUBLISHED,
        _VERTEX + "/projects/{project}/locations/{location}" + _PUBLISHED,
    )
)


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
            query = _query(scope)
            if "key" in query:  # Google's way of sending it without a header
                headers.setdefault("x-goog-api-key", query["key"])
            arrival = Arrival(body, scope.get("path_params", {}), query, headers)
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
        await line.start(error.status, {"content-type": "application/json", "content-length": str(len(body))})
        await line.end(body)


def chat_app(pipeline: Pipeline, telemetry: Telemetry, clock: Clock) -> Starlette:
    paths = [(prefix + path, protocol) for prefix in PREFIXES for path, protocol in ROUTES]
    routes = [
        Route(path, _endpoint(Inference(protocol, pipeline, telemetry, clock)), methods=["POST"])
        for path, protocol in (*paths, *WHOLE_PATHS)
    ]
    return Starlette(routes=[*routes, Route("/healthz", _healthy)], exception_handlers={HTTPException: _http_error})


def _endpoint(application: ASGIApp) -> Callable[..., object]:
    """Starlette takes an object that is no function for an ASGI application, which is what this is."""
    return application


async def _healthy(_: Request) -> Response:
    return Response(b'{"status":"ok"}', media_type="application/json")


async def _http_error(request: Request, error: Exception) -> Response:
    """Wrong path or method, in the shape that the SDKs read."""
    status = error.status_code if isinstance(error, HTTPException) else 500
    shown: SwitchboardError
    if status == 404:
        shown = NotFound(f"There is no route {request.method} {request.url.path}. The API is under /api/v1.")
    else:
        shown = InvalidRequest(f"{request.method} is not possible at {request.url.path}.")
        shown.status = status
    return Response(OpenAiChat().error(shown, None), status_code=status, media_type="application/json")


def _query(scope: Scope) -> dict[str, str]:
    """The last one holds where a parameter comes twice."""
    return dict(parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True))


async def _body(headers: dict[str, str], receive: Receive) -> bytes:
    """Raises PayloadTooLarge without reading on."""
    declared = headers.get("content-length", "0")
    if declared.isdigit() and int(declared) > MAX_BODY_BYTES:
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

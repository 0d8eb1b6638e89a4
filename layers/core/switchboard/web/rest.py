"""What the FastAPI applications have in common: errors in the caller's dialect, HEAD, CORS and a health check."""

from collections.abc import Callable, Mapping

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from switchboard.errors import InvalidRequest, SwitchboardError
from switchboard.telemetry import Telemetry
from switchboard.web.conditional import Conditional
from switchboard.web.cors import CrossOrigin
from switchboard.web.head import HeadAsGet
from switchboard.web.routes import dialect_of, missing_route

PREFIXES = ("/api/v1", "/v1")

# What a browser is shown where no route is; None: it is told as everybody else is.
MissingPage = Callable[[Request], Response | None]


def _no_page(_: Request) -> None:
    return None


def rest_app(title: str, telemetry: Telemetry, missing_page: MissingPage = _no_page) -> FastAPI:
    """FastAPI's own pages are off: they load their scripts from elsewhere."""
    app = FastAPI(title=title, version="1", docs_url=None, redoc_url=None, openapi_url=None, redirect_slashes=False)
    for layer in (Conditional, HeadAsGet, CrossOrigin):  # the last is the outermost
        app.add_middleware(layer)

    @app.get("/healthz", include_in_schema=False)
    async def healthz() -> Response:
        return JSONResponse({"status": "ok"})

    @app.exception_handler(SwitchboardError)
    async def foreseen(request: Request, error: SwitchboardError) -> Response:
        return error_response(request, error)

    @app.exception_handler(RequestValidationError)
    async def bad_request(request: Request, error: RequestValidationError) -> Response:
        return error_response(request, _invalid(error))

    @app.exception_handler(HTTPException)
    async def no_route(request: Request, error: HTTPException) -> Response:
        allowed = (error.headers or {}).get("Allow")
        page = None if allowed else missing_page(request)
        return page or error_response(request, *missing_route(request.method, request.url.path, allowed))

    @app.exception_handler(Exception)
    async def unforeseen(request: Request, _: Exception) -> Response:
        telemetry.failure("unexpected_error")
        return error_response(request, SwitchboardError("Something went wrong inside the gateway. It has been logged."))

    return app


def _invalid(error: RequestValidationError) -> InvalidRequest:
    first = error.errors()[0]
    name = str(first["loc"][-1])
    return InvalidRequest(f"`{name}`: {first['msg'].lower()}.", param=name)


def error_response(request: Request, error: SwitchboardError, headers: Mapping[str, str] | None = None) -> Response:
    """In the dialect of whoever asks; `headers` are those that belong to the status, as `allow` does to 405."""
    dialect = dialect_of(request.url.path, headers_of(request))
    waits = {} if error.retry_after is None else {"retry-after": str(max(1, round(error.retry_after)))}
    body = dialect.error(error, None)
    return Response(body, dialect.status(error), {**(headers or {}), **waits}, media_type="application/json")


def headers_of(request: Request) -> dict[str, str]:
    """By lower-case name."""
    return dict(request.headers.items())

"""What the FastAPI applications have in common: errors in the shape that SDKs read, and a health check."""

from collections.abc import Mapping

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from switchboard.errors import InvalidRequest, NotFound, SwitchboardError
from switchboard.protocols.openai_chat.errors import error_object
from switchboard.telemetry import Telemetry

PREFIXES = ("/api/v1", "/v1")


def rest_app(title: str, telemetry: Telemetry) -> FastAPI:
    """FastAPI's own pages are off: they load their scripts from elsewhere."""
    app = FastAPI(title=title, version="1", docs_url=None, redoc_url=None)

    @app.get("/healthz", include_in_schema=False)
    async def healthz() -> JSONResponse:
        return JSONResponse({"status": "ok"})

    @app.exception_handler(SwitchboardError)
    async def foreseen(_: Request, error: SwitchboardError) -> JSONResponse:
        return error_response(error)

    @app.exception_handler(RequestValidationError)
    async def bad_request(_: Request, error: RequestValidationError) -> JSONResponse:
        first = error.errors()[0]
        name = str(first["loc"][-1])
        return error_response(InvalidRequest(f"`{name}`: {first['msg'].lower()}.", param=name))

    @app.exception_handler(HTTPException)
    async def no_route(request: Request, error: HTTPException) -> JSONResponse:
        shown = NotFound(f"There is no route {request.method} {request.url.path}. The API is under /api/v1.")
        shown.status = error.status_code
        return error_response(shown, error.headers)

    @app.exception_handler(Exception)
    async def unforeseen(_: Request, __: Exception) -> JSONResponse:
        telemetry.failure("unexpected_error")
        return error_response(SwitchboardError("Something went wrong inside the gateway. It has been logged."))

    return app


def error_response(error: SwitchboardError, headers: Mapping[str, str] | None = None) -> JSONResponse:
    """`headers` are those that belong to the status, as `allow` does to 405."""
    waits = {} if error.retry_after is None else {"retry-after": str(max(1, round(error.retry_after)))}
    return JSONResponse({"error": error_object(error)}, error.status, {**(headers or {}), **waits})


def headers_of(request: Request) -> dict[str, str]:
    """By lower-case name."""
    return dict(request.headers.items())

"""API keys over HTTP: so far, the caller's own."""

from fastapi import APIRouter, FastAPI, Request
from fastapi.responses import JSONResponse

from switchboard.auth import Authenticator
from switchboard.telemetry import Telemetry
from switchboard.web.generations import key_object
from switchboard.web.rest import PREFIXES, headers_of, rest_app


def keys_app(authenticator: Authenticator, telemetry: Telemetry) -> FastAPI:
    app = rest_app("Switchboard keys", telemetry)
    for prefix in PREFIXES:
        app.include_router(_routes(authenticator), prefix=prefix, include_in_schema=prefix == PREFIXES[0])
    return app


def _routes(authenticator: Authenticator) -> APIRouter:
    router = APIRouter()

    @router.get("/key")
    async def get_key(request: Request) -> JSONResponse:
        """The key that the request was made with."""
        key = await authenticator.authenticate(headers_of(request))
        return JSONResponse({"data": key_object(key)})

    return router

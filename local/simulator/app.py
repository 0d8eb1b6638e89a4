"""The simulated providers' routes: /{provider}/... in every dialect, and /_faults to make them fail."""

import json
import random
import time
from collections.abc import Collection
from typing import Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from local.simulator.dialects import OPENAI_CHAT
from local.simulator.dialects.interface import Dialect
from local.simulator.embeddings import embeddings
from local.simulator.exchange import Exchange, refusal_response
from local.simulator.faults import Fault, FaultBoard, RuleError
from local.simulator.json_types import Json
from local.simulator.pace import load_providers
from local.simulator.paths import PATHS, Path
from local.simulator.playback import Abortable
from local.simulator.refusal import Refusal
from local.simulator.reply import Call
from local.simulator.tokens import PromptCache
from local.simulator.trouble import Trouble

KEY_PREFIX = "auth-required"
_VERSIONS = ("", "/{version:path}")  # a provider's address may go on after its name: /v1, /v1/projects/...


def create_app(*, providers: Collection[str] = (), seed: int = 0, fast: bool = False) -> ASGIApp:
    """The whole application; `providers` are known beside those of profiles.toml, `fast` drops every pause."""
    profiles = load_providers()
    board = FaultBoard({*profiles.named, *providers})
    routes = _Routes(Exchange(profiles, board, PromptCache(), random.Random(seed), fast), board)
    places = [f"{prefix}/{{provider}}{version}" for prefix in (f"/{KEY_PREFIX}", "") for version in _VERSIONS]
    app = Starlette(
        routes=[
            Route("/_faults", routes.faults, methods=["GET", "POST", "DELETE"]),
            *(Route(place + path.route, routes.calling(path), methods=["POST"]) for path in PATHS for place in places),
            *(Route(f"{place}/embeddings", embeddings, methods=["POST"]) for place in places),
            *(Route(f"{place}/models", routes.models, methods=["GET"]) for place in places),
        ],
        exception_handlers={HTTPException: _not_found},
    )
    return Abortable(app)


class _Routes:
    def __init__(self, exchange: Exchange, board: FaultBoard) -> None:
        self._exchange = exchange
        self._board = board

    def calling(self, path: Path) -> Any:  # an endpoint function, in Starlette's eyes
        async def answer(request: Request) -> Response:
            dialect = path.dialect
            if _lacks_key(request, dialect):
                return refusal_response(dialect.troubles[Trouble.NO_KEY], dialect)
            body = await _json(request)
            if not isinstance(body, dict):
                return refusal_response(dialect.troubles[Trouble.UNREADABLE], dialect)
            provider = request.path_params["provider"]
            model, streams = path.target(request.path_params.get("target", ""), body)
            headers, query = dict(request.headers), dict(request.query_params)
            call = Call(provider, self._exchange.traits_of(provider), model, body, streams, headers, query)
            if path.counts:
                return self._exchange.count(dialect, call)
            return await self._exchange.answer(request, dialect, call)

        return answer

    async def models(self, request: Request) -> Response:
        if _lacks_key(request, OPENAI_CHAT):
            return refusal_response(OPENAI_CHAT.troubles[Trouble.NO_KEY], OPENAI_CHAT)
        provider = request.path_params["provider"]
        created = int(time.time())
        data = [
            {"id": model, "object": "model", "created": created, "owned_by": provider}
            for model in self._exchange.models_of(provider)
        ]
        return JSONResponse({"object": "list", "data": data})

    async def faults(self, request: Request) -> Response:
        if request.method == "DELETE":
            self._board.clear(request.query_params.get("provider"))
        if request.method == "POST":
            try:
                return JSONResponse(self._board.set(await _json(request)).body())
            except RuleError as error:
                return refusal_response(Refusal(400, str(error)), OPENAI_CHAT)
        rules = [rule.body() for rule in self._board.rules]
        known = {"faults": [fault.value for fault in Fault], "providers": self._board.providers}
        return JSONResponse({"faults": rules, "known": known})


def _lacks_key(request: Request, dialect: Dialect) -> bool:
    """A key is asked for under /auth-required, and one that is shown in the wrong way is refused anywhere."""
    asked = request.url.path.startswith(f"/{KEY_PREFIX}/") or "authorization" in request.headers
    return asked and not dialect.has_key(request.headers, request.query_params)


async def _json(request: Request) -> Json:
    """The body's JSON, None if it is none."""
    try:
        body: Any = json.loads(await request.body())  # whatever the client sent
    except ValueError:
        return None
    return body if isinstance(body, dict | list | str | int | float | bool) else None


async def _not_found(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    words = f"Invalid URL ({request.method} {request.url.path})"
    return refusal_response(Refusal(error.status_code, words), OPENAI_CHAT)

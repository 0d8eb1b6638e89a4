"""The simulated providers' routes: /{provider}/.../chat/completions and /models, and /_faults to make them fail."""

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

from local.simulator.chat import Chat
from local.simulator.embeddings import embeddings
from local.simulator.faults import Fault, FaultBoard, RuleError
from local.simulator.json_types import Json
from local.simulator.pace import load_providers
from local.simulator.playback import Abortable
from local.simulator.refusals import NO_KEY, UNREADABLE, Refusal
from local.simulator.tokens import PromptCache

KEY_PREFIX = "auth-required"


def create_app(*, providers: Collection[str] = (), seed: int = 0, fast: bool = False) -> ASGIApp:
    """The whole application; `providers` are known beside those of profiles.toml, `fast` drops every pause."""
    profiles = load_providers()
    board = FaultBoard({*profiles.named, *providers})
    routes = _Routes(Chat(profiles, board, PromptCache(), random.Random(seed), fast), board)
    app = Starlette(
        routes=[
            Route("/_faults", routes.faults, methods=["GET", "POST", "DELETE"]),
            *(
                Route(f"{prefix}/{{provider}}{version}{path}", handler, methods=[method])
                for prefix in (f"/{KEY_PREFIX}", "")
                for version in ("", "/{version:path}")
                for path, handler, method in (
                    ("/chat/completions", routes.chat_completions, "POST"),
                    ("/embeddings", embeddings, "POST"),
                    ("/models", routes.models, "GET"),
                )
            ),
        ],
        exception_handlers={HTTPException: _not_found},
    )
    return Abortable(app)


class _Routes:
    def __init__(self, chat: Chat, board: FaultBoard) -> None:
        self._chat = chat
        self._board = board

    async def chat_completions(self, request: Request) -> Response:
        if _lacks_key(request):
            return refusal_response(NO_KEY)
        body = await _json(request)
        if not isinstance(body, dict):
            return refusal_response(UNREADABLE)
        return await self._chat.answer(request, request.path_params["provider"], body)

    async def models(self, request: Request) -> Response:
        if _lacks_key(request):
            return refusal_response(NO_KEY)
        provider = request.path_params["provider"]
        created = int(time.time())
        data = [
            {"id": model, "object": "model", "created": created, "owned_by": provider}
            for model in self._chat.models_of(provider)
        ]
        return JSONResponse({"object": "list", "data": data})

    async def faults(self, request: Request) -> Response:
        if request.method == "DELETE":
            self._board.clear(request.query_params.get("provider"))
        if request.method == "POST":
            try:
                return JSONResponse(self._board.set(await _json(request)).body())
            except RuleError as error:
                return refusal_response(Refusal(400, str(error)))
        rules = [rule.body() for rule in self._board.rules]
        known = {"faults": [fault.value for fault in Fault], "providers": self._board.providers}
        return JSONResponse({"faults": rules, "known": known})


def refusal_response(refusal: Refusal) -> Response:
    return JSONResponse(refusal.body(), refusal.status)


def _lacks_key(request: Request) -> bool:
    return request.url.path.startswith(f"/{KEY_PREFIX}/") and "authorization" not in request.headers


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
    return refusal_response(Refusal(error.status_code, words))

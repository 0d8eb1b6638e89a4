"""Look-ups: models, endpoints, providers, one generation. FastAPI, for its documentation."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Annotated, Protocol

from fastapi import APIRouter, FastAPI, Query, Request
from fastapi.responses import JSONResponse, Response

from switchboard.accounting.generation import Generation
from switchboard.auth import Authenticator
from switchboard.catalog.model import Catalog
from switchboard.clock import Clock
from switchboard.errors import NotFound
from switchboard.health.figures import NO_FIGURES
from switchboard.ids import bare_id, generation_time
from switchboard.json_types import JsonObject
from switchboard.rankings_cache import RankingsCache
from switchboard.routing.models import find_model
from switchboard.storage.rollups import RollupStore
from switchboard.storage.signals import SignalStore
from switchboard.telemetry import Telemetry
from switchboard.web.generations import generation_object
from switchboard.web.models import ModelSource, google_model_routes, model_routes
from switchboard.web.pages.kept_rollups import KeptRollups
from switchboard.web.pages.listing import Listing
from switchboard.web.pages.rankings_page import measured_models
from switchboard.web.pages.reply import wants_html
from switchboard.web.pages.routes import Pages, add_pages, front_page, missing_page, stats_routes
from switchboard.web.pauses import Pauses
from switchboard.web.reference.document import api_document
from switchboard.web.rest import PREFIXES, headers_of, rest_app
from switchboard.web.routes import ANTHROPIC_PREFIXES
from switchboard.web.views import endpoint_object, model_endpoints, provider_object

PUBLIC_FOR_A_MINUTE = {"cache-control": "public, max-age=60"}
# Where Google's SDK looks for models, at Google AI's address and at Vertex's (ZenMux's path for it).
GOOGLE_PREFIXES = ("/api/v1beta", "/v1beta", "/api/vertex-ai/v1beta", "/api/vertex-ai/v1")
# Records are written after the last byte: whoever asks at once is made to wait a little instead of being told no.
RECORD_PAUSES = (0.05, 0.1, 0.2, 0.4, 0.8)
LONGEST_SECONDS = 900.0


class Generations(Protocol):
    async def find(self, generation_id: str) -> Generation | None: ...


@dataclass(frozen=True, slots=True)
class Lookups:
    """What the routes read from."""

    catalog: Catalog
    rankings: RankingsCache
    rollups: RollupStore
    signals: SignalStore
    generations: Generations
    authenticator: Authenticator
    clock: Clock


def catalog_app(lookups: Lookups, telemetry: Telemetry, *, described: Sequence[FastAPI] = ()) -> FastAPI:
    """`described` are the applications of other functions: their routes stand in the one document of the API."""
    app = rest_app("Switchboard", telemetry, missing_page)
    described = (app, *described)
    pages = _pages(lookups, lambda: api_document(described))

    @app.get("/openapi.json", include_in_schema=False)
    async def openapi() -> JSONResponse:
        return JSONResponse(api_document(described), headers=PUBLIC_FOR_A_MINUTE)

    @app.get("/", include_in_schema=False)
    async def front(request: Request) -> Response:
        """Claude Code asks for its head to see whether anybody is there; browsers are shown the models."""
        if wants_html(request):
            return await front_page(pages, request)
        shown = {"name": "Switchboard", "api": PREFIXES[0], "openapi": "/openapi.json"}
        return JSONResponse(shown, headers={"vary": "accept"})

    add_pages(app, pages)
    for prefix in PREFIXES:
        for routes in _below_v1(lookups, pages):
            app.include_router(routes, prefix=prefix, include_in_schema=prefix == PREFIXES[0])
    for prefix in ANTHROPIC_PREFIXES:
        routes = model_routes(ModelSource(lookups.catalog, lookups.rankings, pages.rollups, lookups.clock))
        app.include_router(routes, prefix=prefix, include_in_schema=prefix == ANTHROPIC_PREFIXES[0])
    for prefix in GOOGLE_PREFIXES:
        googles = google_model_routes(lookups.catalog)
        app.include_router(googles, prefix=prefix, include_in_schema=prefix == GOOGLE_PREFIXES[0])
    return app


def _pages(lookups: Lookups, document: Callable[[], JsonObject]) -> Pages:
    kept, pauses = KeptRollups(lookups.rollups), Pauses(lookups.signals, lookups.clock)
    return Pages(lookups.catalog, Listing(lookups.catalog), lookups.rankings, kept, pauses, lookups.clock, document)


def _below_v1(lookups: Lookups, pages: Pages) -> tuple[APIRouter, ...]:
    return _routes(lookups, pages.pauses), _zero_retention_routes(lookups, pages.pauses), stats_routes(pages)


def _routes(lookups: Lookups, pauses: Pauses) -> APIRouter:
    router = APIRouter()

    @router.get("/models/{author}/{slug}/endpoints")
    async def list_endpoints(author: str, slug: str) -> JSONResponse:
        """A model's endpoints with their prices, limits and measured figures."""
        model = find_model(lookups.catalog, f"{author}/{slug}")
        rankings, paused = await asyncio.gather(lookups.rankings.fresh(), pauses.of_models([model.id]))
        shown = model_endpoints(model, rankings, paused)
        return JSONResponse({"data": shown}, headers={"cache-control": "public, max-age=10"})

    @router.get("/providers")
    async def list_providers() -> JSONResponse:
        rows = [provider_object(provider) for provider in lookups.catalog.providers.values()]
        return JSONResponse({"data": rows}, headers=PUBLIC_FOR_A_MINUTE)

    @router.get("/generation")
    async def get_generation(request: Request, id: Annotated[str, Query()]) -> JSONResponse:
        """One generation of the caller's own; anybody else's does not exist for him."""
        key = await lookups.authenticator.authenticate(headers_of(request))
        generation = await _settled(lookups, id)
        if generation is None or generation.key_id != key.id:
            raise NotFound(f"There is no generation `{id}`.", param="id")
        return JSONResponse({"data": generation_object(generation)})

    return router


def _zero_retention_routes(lookups: Lookups, pauses: Pauses) -> APIRouter:
    router = APIRouter(tags=["Models"])

    @router.get("/endpoints/zdr")
    async def list_zero_retention_endpoints() -> JSONResponse:
        """Every endpoint whose provider keeps no prompts; what is not known does not count."""
        rankings = await lookups.rankings.fresh()
        paused = await pauses.of_models(measured_models(lookups.catalog, rankings))
        rows = [
            endpoint_object(model, endpoint, rankings.endpoints.get(endpoint.id, NO_FIGURES), paused.get(endpoint.id))
            for model in lookups.catalog.models.values()
            for endpoint in model.endpoints
            if endpoint.data_policy.retention_days == 0
        ]
        return JSONResponse({"data": rows}, headers={"cache-control": "public, max-age=10"})

    return router


async def _settled(lookups: Lookups, generation_id: str) -> Generation | None:
    generation_id = bare_id(generation_id)
    began = generation_time(generation_id)
    may_be_running = began is not None and lookups.clock.now() - began < LONGEST_SECONDS
    for pause in RECORD_PAUSES if may_be_running else ():
        generation = await lookups.generations.find(generation_id)
        if generation:
            return generation
        await asyncio.sleep(pause)
    return await lookups.generations.find(generation_id)

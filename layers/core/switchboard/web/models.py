"""The routes that list models, for every reader: who asks decides which shape the answer has."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated

import orjson
from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import JSONResponse

from switchboard.catalog.model import Catalog, Model
from switchboard.clock import Clock
from switchboard.health.figures import Rankings
from switchboard.json_types import JsonObject
from switchboard.rankings_cache import RankingsCache
from switchboard.routing.models import find_model
from switchboard.storage.rollups import model_series
from switchboard.web.model_lists import Window, codex_models, google_model, google_models, models_page
from switchboard.web.model_query import Traffic, model_query, query_parameters, selected
from switchboard.web.pages.kept_rollups import Series
from switchboard.web.pages.rankings_page import DAYS_COUNTED, measured_models, week_of
from switchboard.web.pages.series import day_rollups
from switchboard.web.pricings import model_pricings, with_pricings
from switchboard.web.rest import headers_of
from switchboard.web.routes import reads_google
from switchboard.web.views import model_object

PUBLIC_FOR_A_MINUTE = {"cache-control": "public, max-age=60", "vary": "x-goog-api-client, x-goog-api-key"}
MOST_AT_ONCE = 1000

Limit = Annotated[int | None, Query(ge=1, le=MOST_AT_ONCE, description="How many; all of them if it is absent.")]
Offset = Annotated[int, Query(ge=0, description="How many to leave out at the beginning.")]
AfterId = Annotated[str | None, Query(description="Anthropic's cursor: what follows this model.")]
BeforeId = Annotated[str | None, Query(description="Anthropic's cursor: what precedes this model.")]
ClientVersion = Annotated[str | None, Query(description="Sent by Codex, which reads `models` instead of `data`.")]
Pricings = Annotated[bool, Query(description="Prices by prompt size as well, in ZenMux's form.")]
PageSize = Annotated[int | None, Query(alias="pageSize", ge=0, le=MOST_AT_ONCE)]
PageToken = Annotated[str | None, Query(alias="pageToken")]


@dataclass(frozen=True, slots=True)
class ModelSource:
    """What the lists are made from: the catalog, the figures and sums that some orders need, and the time."""

    catalog: Catalog
    rankings: RankingsCache
    rollups: Series
    clock: Clock

    async def chosen(self, given: Mapping[str, str]) -> Sequence[Model]:
        """Raises InvalidRequest for a filter that nothing could pass."""
        every = tuple(self.catalog.models.values())
        query = model_query(given, self.catalog)
        if not query.asks_for_anything():
            return every
        now, rankings = self.clock.now(), await self.rankings.fresh()
        tokens = await self._tokens(rankings, now) if query.asks_for_popularity() else {}
        return selected(every, query, Traffic(rankings.endpoints, tokens), now)

    async def _tokens(self, rankings: Rankings, now: float) -> dict[str, int]:
        """Of seven days, by model; raises StorageError."""
        names = measured_models(self.catalog, rankings)
        days = await day_rollups(self.rollups, [model_series(name) for name in names], DAYS_COUNTED, now)
        weeks = {name: week_of(days, name) for name in names}
        return {name: week.tokens_in + week.tokens_out for name, week in weeks.items()}


def model_routes(source: ModelSource) -> APIRouter:
    """Below /v1: OpenAI's, OpenRouter's, Anthropic's and Codex's readers, and Google's newest, known by its headers."""
    router, catalog = APIRouter(tags=["Models"]), source.catalog
    _list_routes(router, source)

    @router.get("/model/{author}/{slug}", summary="Get a model, OpenRouter's way")
    async def get_model_data(author: str, slug: str) -> Response:
        return _public({"data": model_object(find_model(catalog, f"{author}/{slug}"))})

    @router.get("/models/{model_id:path}", summary="Get a model")
    async def get_model(request: Request, model_id: str, pricings: Pricings = False) -> Response:
        """One model by its id or an alias, as `models.retrieve` of OpenAI's and Anthropic's SDKs reads it."""
        model = find_model(catalog, model_id)
        if reads_google(headers_of(request)):
            return _public(google_model(model))
        return _public({**model_object(model), **(model_pricings(model) if pricings else {})})

    return router


def _list_routes(router: APIRouter, source: ModelSource) -> None:
    every = tuple(source.catalog.models.values())

    @router.get("/models", summary="List models", openapi_extra={"parameters": query_parameters()})
    async def list_models(  # noqa: PLR0913, PLR0917  # one for each query parameter of four dialects
        request: Request,
        limit: Limit = None,
        offset: Offset = 0,
        after_id: AfterId = None,
        before_id: BeforeId = None,
        client_version: ClientVersion = None,
        pricings: Pricings = False,
    ) -> Response:
        """Models, in one shape that OpenAI's, OpenRouter's and Anthropic's readers all understand; all of them, unless
        filters are given."""
        if client_version is not None:
            return _tagged(codex_models(every))
        if reads_google(headers_of(request)):
            return _googles_page(every, request)
        models = await source.chosen(request.query_params)
        page = models_page(models, Window(limit, offset, after_id, before_id))
        return _public(with_pricings(page, source.catalog) if pricings else page)

    @router.get("/models/count", summary="Count models")
    async def count_models() -> Response:
        return _public({"data": {"count": len(every)}})


def google_model_routes(catalog: Catalog) -> APIRouter:
    """Below /v1beta: Google's readers."""
    router = APIRouter(tags=["Models"])
    every = tuple(catalog.models.values())

    @router.get("/models", summary="List models, Google's way")
    async def list_google_models(page_size: PageSize = None, page_token: PageToken = None) -> Response:
        return _public(google_models(every, page_size, page_token))

    @router.get("/models/{model_id:path}", summary="Get a model, Google's way")
    async def get_google_model(model_id: str) -> Response:
        return _public(google_model(find_model(catalog, model_id)))

    return router


def _googles_page(every: tuple[Model, ...], request: Request) -> Response:
    size = request.query_params.get("pageSize", "")
    page_size = int(size) if size.isascii() and size.isdecimal() and len(size) <= 4 else None
    return _public(google_models(every, page_size, request.query_params.get("pageToken")))


def _public(body: JsonObject) -> Response:
    return JSONResponse(body, headers=PUBLIC_FOR_A_MINUTE)


def _tagged(body: JsonObject) -> Response:
    """Codex keeps the list until its tag changes."""
    content = orjson.dumps(body)
    tag = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
    return Response(content, media_type="application/json", headers={**PUBLIC_FOR_A_MINUTE, "etag": tag})

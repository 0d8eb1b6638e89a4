"""The pages' routes: what each page is made of, and where. They take part in no OpenAPI document but for the series."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.responses import JSONResponse

from switchboard.catalog.model import Catalog
from switchboard.clock import Clock
from switchboard.errors import NotFound, SwitchboardError
from switchboard.json_types import JsonObject
from switchboard.rankings_cache import RankingsCache
from switchboard.routing.models import find_model
from switchboard.storage.rollups import endpoint_series, model_series
from switchboard.web.pages.calculator import question_of
from switchboard.web.pages.compare_page import compare_object, compared_models
from switchboard.web.pages.docs_page import docs_object, llms_text
from switchboard.web.pages.incidents import failing_minutes, incidents
from switchboard.web.pages.kept_rollups import Series
from switchboard.web.pages.listing import Listing, filters_of, list_object
from switchboard.web.pages.model_page import Measured, page_object
from switchboard.web.pages.provider_page import find_provider, provider_page
from switchboard.web.pages.rankings_page import DAYS_COUNTED, measured_models, rankings_object
from switchboard.web.pages.render import STYLE, STYLE_PATH
from switchboard.web.pages.reply import (
    HTML,
    JSON,
    MARKDOWN,
    SUFFIXES,
    Page,
    address_of,
    error_page,
    page_reply,
    suffix_of,
    tagged,
    wants_html,
)
from switchboard.web.pages.scripts import SCRIPT_FOLDER, SCRIPTS
from switchboard.web.pages.series import day_rollups, model_stats
from switchboard.web.pages.signed_in import activity_object, playground_object
from switchboard.web.pages.status_page import DAYS_SHOWN, History, status_object, watched_endpoints
from switchboard.web.pauses import Pauses

API_PATHS = ("/api/", "/v1/", "/v1beta/")
FOR_EVER = "public, max-age=31536000, immutable"
FOR_AN_HOUR = "public, max-age=3600"
LIVE = 10

Make = Callable[[Request], Awaitable[Page]]


@dataclass(frozen=True, slots=True)
class Pages:
    """What the pages read from. `listing` is made of the same catalog; `document` makes our OpenAPI document."""

    catalog: Catalog
    listing: Listing
    rankings: RankingsCache
    rollups: Series
    pauses: Pauses
    clock: Clock
    document: Callable[[], JsonObject]

    async def models(self, request: Request) -> Page:
        filters = filters_of(dict(request.query_params), self.listing)
        return Page("models", list_object(self.listing, await self.rankings.fresh(), filters), LIVE)

    async def model(self, request: Request) -> Page:
        now = self.clock.now()
        model = find_model(self.catalog, _name_in(request))
        question = question_of(dict(request.query_params), now)
        stats = await model_stats(self.rollups, model, now)
        measured = Measured(await self.rankings.fresh(), stats, await self.pauses.of_models([model.id]))
        return Page("model", page_object(model, measured, question, address_of(request)), LIVE)

    async def compare(self, request: Request) -> Page:
        question = question_of(dict(request.query_params), self.clock.now())
        models = compared_models(self.catalog, request.query_params.getlist("model"))
        return Page("compare", compare_object(self.catalog, await self.rankings.fresh(), models, question), LIVE)

    async def provider(self, request: Request) -> Page:
        provider = find_provider(self.catalog, _name_in(request))
        rankings = await self.rankings.fresh()
        asked = watched_endpoints(self.catalog, rankings).get(provider.id, ())
        paused = await self.pauses.of_models({endpoint.model for endpoint in asked})
        return Page("provider", provider_page(self.catalog, provider, rankings, paused), LIVE)

    async def ranking(self, _: Request) -> Page:
        now, rankings = self.clock.now(), await self.rankings.fresh()
        series = [model_series(name) for name in measured_models(self.catalog, rankings)]
        days = await day_rollups(self.rollups, series, DAYS_COUNTED, now)
        return Page("rankings", rankings_object(self.catalog, rankings, days, now))

    async def status(self, _: Request) -> Page:
        now, rankings = self.clock.now(), await self.rankings.fresh()
        watched = watched_endpoints(self.catalog, rankings)
        series = [endpoint_series(one.id) for endpoints in watched.values() for one in endpoints]
        days = await day_rollups(self.rollups, series, DAYS_SHOWN, now)
        found = incidents(await failing_minutes(self.rollups, watched, now), now)
        paused = await self.pauses.of_models(measured_models(self.catalog, rankings))
        history = History(days, found, paused)
        return Page("status", status_object(self.catalog, rankings, history, now), LIVE)

    async def docs(self, request: Request) -> Page:
        return Page("docs", docs_object(self.document(), self.catalog, address_of(request)))

    async def activity(self, request: Request) -> Page:
        return Page("activity", activity_object(address_of(request)), scripted=True)

    async def playground(self, request: Request) -> Page:
        wanted = request.query_params.get("model", "")
        return Page("playground", playground_object(self.catalog, address_of(request), wanted), scripted=True)


def add_pages(app: FastAPI, pages: Pages) -> None:
    """At the root: no prefix, and in no document."""

    async def llms(request: Request) -> Response:
        text = llms_text((await pages.docs(request)).shown, list(pages.catalog.models))
        return tagged(request, text.encode(), "text/plain; charset=utf-8", FOR_AN_HOUR)

    lists = (
        *(("/models", pages.models), ("/rankings", pages.ranking), ("/status", pages.status), ("/docs", pages.docs)),
        *(("/compare", pages.compare), ("/activity", pages.activity), ("/playground", pages.playground)),
    )
    routes = {path + suffix: _shown(make) for path, make in lists for suffix in SUFFIXES}
    routes |= {"/models/{name:path}": _shown(pages.model), "/providers/{name:path}": _shown(pages.provider)}
    routes |= {f"/{SCRIPT_FOLDER}{name}": _asset(content, "text/javascript") for name, content in SCRIPTS.items()}
    routes |= {"/" + STYLE_PATH: _asset(STYLE, "text/css"), "/llms.txt": llms}
    for path, show in routes.items():
        app.add_api_route(path, show, include_in_schema=False)


def stats_routes(pages: Pages) -> APIRouter:
    """Below /v1."""
    router = APIRouter(tags=["Models"])

    @router.get("/models/{author}/{slug}/stats", summary="A model's figures over time")
    async def get_stats(author: str, slug: str) -> JSONResponse:
        """Tokens by day, and each endpoint's requests, uptime, latency and throughput by hour. Null is no data."""
        model = find_model(pages.catalog, f"{author}/{slug}")
        stats = await model_stats(pages.rollups, model, pages.clock.now())
        return JSONResponse({"data": stats}, headers={"cache-control": f"public, max-age={LIVE}"})

    @router.get("/rankings", summary="Rankings")
    async def get_rankings(request: Request) -> JSONResponse:
        """Models by tokens of seven days, endpoints by throughput of half an hour, models by price."""
        page = await pages.ranking(request)
        return JSONResponse({"data": page.shown}, headers={"cache-control": f"public, max-age={page.seconds}"})

    return router


def missing_page(request: Request) -> Response | None:
    """For whoever asks for a page that is not there and can read one; None for all others, whom the API answers."""
    path = request.url.path
    if path.startswith(API_PATHS) or suffix_of(path) == JSON or not wants_html(request):
        return None
    return error_page(request, NotFound(f"There is no page {path}."))


async def front_page(pages: Pages, request: Request) -> Response:
    """The list, for a browser at `/`."""
    return await _shown(pages.models)(request)


def _shown(make: Make) -> Callable[[Request], Awaitable[Response]]:
    async def show(request: Request) -> Response:
        try:
            return page_reply(request, await make(request))
        except SwitchboardError as error:
            suffix = suffix_of(request.url.path)
            if suffix == MARKDOWN or (suffix == HTML and wants_html(request)):
                return error_page(request, error)
            raise

    return show


def _asset(content: bytes, kind: str) -> Callable[[Request], Awaitable[Response]]:
    async def asset(request: Request) -> Response:
        return tagged(request, content, f"{kind}; charset=utf-8", FOR_EVER)

    return asset


def _name_in(request: Request) -> str:
    """An id without the ending that says in which form the page is wanted."""
    name = str(request.path_params["name"])
    return name.removesuffix(suffix_of(name))

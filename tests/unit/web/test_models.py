import asyncio
from typing import Any

import pytest
from fastapi import FastAPI
from switchboard.health.figures import NO_FIGURES, Rankings
from switchboard.health.rollup import Observation, Rollup
from switchboard.rankings_cache import RankingsCache
from switchboard.storage.rankings import RankingStore
from switchboard.storage.rollups import DAYS, RollupStore, model_series
from switchboard.web.models import ModelSource, google_model_routes, model_routes
from switchboard.web.rest import rest_app

from tests.examples import catalog, endpoint, model
from tests.fakes import Answered, FakeClock, FakeDatabase, FakeTelemetry, ask

TOOLS = frozenset({"tools"})
CATALOG = catalog(
    model(endpoint(supported_parameters=TOOLS), aliases=("one",)),
    model(endpoint("b", model="lab/two"), name="lab/two"),
)
GOOGLES = {"x_goog_api_client": "google-genai-sdk/3.4.0"}


@pytest.fixture(scope="module")
def app() -> FastAPI:
    made = rest_app("Test", FakeTelemetry())
    clock, database = FakeClock(), FakeDatabase()
    rankings, rollups = RankingStore(database, "UptimeTable"), RollupStore(database, "UptimeTable")
    asyncio.run(rankings.publish(Rankings(30_000_000, {"lab/two@b": NO_FIGURES})))
    used = Rollup.of([Observation("ok", 1000, 200)])
    asyncio.run(rollups.write(DAYS, model_series("lab/two"), DAYS.start_of(clock.now()), used))
    source = ModelSource(CATALOG, RankingsCache(rankings, clock), rollups, clock)
    made.include_router(model_routes(source), prefix="/v1")
    made.include_router(google_model_routes(CATALOG), prefix="/v1beta")
    return made


def get(app: FastAPI, path: str, **headers: str) -> Answered:
    return asyncio.run(ask(app, "GET", path, b"", **headers))


def test_models_are_listed_for_everybody(app: FastAPI) -> None:
    listed = get(app, "/v1/models")
    assert listed.json()["object"] == "list"
    assert [row["id"] for row in listed.json()["data"]] == ["lab/one", "lab/two"]
    assert listed.headers["cache-control"] == "public, max-age=60"


def test_a_window_may_be_asked_for(app: FastAPI) -> None:
    assert [row["id"] for row in get(app, "/v1/models?limit=1&after_id=lab/one").json()["data"]] == ["lab/two"]


@pytest.mark.parametrize("query", ["limit=0", "limit=1001", "limit=x", "offset=-1", "after_id=lab/none"])
def test_a_window_that_is_none_is_refused_by_its_name(app: FastAPI, query: str) -> None:
    answered = get(app, f"/v1/models?{query}")
    assert (answered.status, answered.json()["error"]["param"]) == (400, query.partition("=")[0])


def test_the_list_may_be_filtered_and_ordered(app: FastAPI) -> None:
    found = get(app, "/v1/models?supported_parameters=tools&sort=newest").json()
    assert ([row["id"] for row in found["data"]], found["total_count"]) == (["lab/one"], 1)
    assert get(app, "/v1/models?providers=nobody").json()["error"]["param"] == "providers"


@pytest.mark.parametrize("sort", ["most-popular", "top-weekly"])
def test_the_most_popular_has_most_tokens_of_a_week(app: FastAPI, sort: str) -> None:
    assert [row["id"] for row in get(app, f"/v1/models?sort={sort}").json()["data"]] == ["lab/two", "lab/one"]


def test_prices_come_in_zenmuxs_form_for_those_who_ask(app: FastAPI) -> None:
    assert "pricings" not in get(app, "/v1/models").json()["data"][0]
    assert get(app, "/v1/models?pricings=true").json()["data"][0]["pricings"]["prompt"][0]["value"] == 2.0
    assert get(app, "/v1/models/lab/one?pricings=1").json()["pricings"]["completion"][0]["unit"] == "perMTokens"


def test_whoever_has_the_list_is_told_so(app: FastAPI) -> None:
    assert get(app, "/v1/models", if_none_match=get(app, "/v1/models").headers["etag"]).status == 304


def test_codex_reads_its_own_list_and_keeps_it_by_its_tag(app: FastAPI) -> None:
    listed = get(app, "/v1/models?client_version=0.169.0")
    assert [row["slug"] for row in listed.json()["models"]] == ["lab/one"]
    assert listed.headers["etag"] == get(app, "/v1/models?client_version=0.170.0").headers["etag"]


@pytest.mark.parametrize("name", ["lab/one", "one"])
def test_one_model_is_found_by_its_id_and_by_an_alias(app: FastAPI, name: str) -> None:
    found = get(app, f"/v1/models/{name}").json()
    assert (found["id"], found["object"], found["type"]) == ("lab/one", "model", "model")


def test_openrouters_readers_find_it_in_data(app: FastAPI) -> None:
    assert get(app, "/v1/model/lab/two").json()["data"]["id"] == "lab/two"
    assert get(app, "/v1/models/count").json() == {"data": {"count": 2}}


@pytest.mark.parametrize(("path", "headers"), [("/v1beta/models", {}), ("/v1/models", GOOGLES)])
def test_googles_readers_are_given_googles_shape(app: FastAPI, path: str, headers: dict[str, str]) -> None:
    page = get(app, f"{path}?pageSize=1", **headers).json()
    assert page["models"][0]["name"] == "models/lab/one"
    rest = get(app, f"{path}?pageToken={page['nextPageToken']}", **headers).json()
    assert [each["name"] for each in rest["models"]] == ["models/lab/two"]
    assert get(app, f"{path}/lab/one", **headers).json()["displayName"] == "lab/one"


def test_an_unknown_model_is_told_to_each_in_his_own_dialect(app: FastAPI) -> None:
    def error(path: str, **headers: str) -> Any:  # Any: JSON
        answered = get(app, path, **headers)
        assert answered.status == 404
        return answered.json()

    assert error("/v1/models/lab/onne")["error"]["code"] == "model_not_found"
    assert error("/v1/models/lab/onne", anthropic_version="2026-10-21")["error"]["type"] == "not_found_error"
    assert error("/v1beta/models/lab/onne")["error"]["status"] == "NOT_FOUND"

import asyncio
from dataclasses import dataclass, replace

import pytest
from fastapi import FastAPI
from switchboard.accounting.generation import Generation
from switchboard.auth import Authenticator
from switchboard.catalog.model import DataPolicy
from switchboard.health.figures import NO_FIGURES, Rankings, Uptime
from switchboard.ids import GENERATION_PREFIX
from switchboard.rankings_cache import RankingsCache
from switchboard.storage.keys import KeyStore
from switchboard.storage.rankings import RankingStore
from switchboard.storage.rollups import RollupStore
from switchboard.storage.signals import SignalStore
from switchboard.web.catalog import LONGEST_SECONDS, Lookups, catalog_app

from tests.examples import KEY, KEY_TEXT, catalog, endpoint, model
from tests.fakes import Answered, FakeClock, FakeDatabase, FakeTelemetry, ask
from tests.records import answered, ulid_at

CLOCK = FakeClock()
OFFER = endpoint()
KEEPS_NOTHING = endpoint("b", model="lab/two", data_policy=DataPolicy(retention_days=0))
# The last moment at which a generation that began then may still be running is over.
OLD = CLOCK.now() - LONGEST_SECONDS - 60


@dataclass(slots=True)
class FakeGenerations:
    """`late` is how many look-ups it takes until the record is there."""

    record: Generation
    late: int = 0
    asked: int = 0

    async def find(self, generation_id: str) -> Generation | None:
        self.asked += 1
        return self.record if generation_id == self.record.id and self.asked > self.late else None


def own(began: float) -> Generation:
    return replace(answered(began + 2), id=GENERATION_PREFIX + ulid_at(began, "0" * 16), key_id=KEY.id)


def app_with(generations: FakeGenerations) -> FastAPI:
    database = FakeDatabase()
    asyncio.run(KeyStore(database, "KeysTable").add(KEY))
    figures = replace(NO_FIGURES, uptime_1d=Uptime(9, 10))
    asyncio.run(RankingStore(database, "UptimeTable").publish(Rankings(30_000_000, {OFFER.id: figures})))
    lookups = Lookups(
        catalog=catalog(model(OFFER, aliases=("one",)), model(KEEPS_NOTHING, name="lab/two")),
        rankings=RankingsCache(RankingStore(database, "UptimeTable"), CLOCK),
        rollups=RollupStore(database, "UptimeTable"),
        signals=SignalStore(database, "KeysTable"),
        generations=generations,
        authenticator=Authenticator(KeyStore(database, "KeysTable"), CLOCK),
        clock=CLOCK,
    )
    return catalog_app(lookups, FakeTelemetry())


@pytest.fixture(scope="module")
def app() -> FastAPI:
    return app_with(FakeGenerations(own(OLD)))


def get(app: FastAPI, path: str, *, key: str | None = None) -> Answered:
    headers = {"authorization": f"Bearer {key}"} if key else {}
    return asyncio.run(ask(app, "GET", path, b"", **headers))


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_somebody_is_there(app: FastAPI, method: str) -> None:
    assert asyncio.run(ask(app, method, "/")).status == 200


def test_a_models_endpoints_are_shown_with_their_figures(app: FastAPI) -> None:
    shown = get(app, "/api/v1/models/lab/one/endpoints")
    (row,) = shown.json()["data"]["endpoints"]
    assert (row["provider_name"], row["uptime_last_1d"]) == ("Acme", 90.0)
    assert shown.headers["cache-control"] == "public, max-age=10"


def test_an_unknown_model_is_not_found_and_a_near_one_is_named(app: FastAPI) -> None:
    answered = get(app, "/api/v1/models/lab/onne/endpoints")
    assert answered.status == 404
    assert answered.json()["error"]["metadata"]["near_matches"][0] == "lab/one"


def test_endpoints_that_keep_nothing_are_listed_and_unknown_is_not_nothing(app: FastAPI) -> None:
    assert [row["id"] for row in get(app, "/api/v1/endpoints/zdr").json()["data"]] == [KEEPS_NOTHING.id]


def test_the_rankings_are_those_of_the_page(app: FastAPI) -> None:
    assert get(app, "/v1/rankings").json()["data"] == get(app, "/rankings.json").json()


PUBLIC = ("models", "models/lab/one", "models/lab/one/endpoints", "models/lab/one/stats", "providers", "rankings")


@pytest.mark.parametrize("path", [*PUBLIC, "endpoints/zdr", "models/count"])
def test_every_public_answer_may_be_kept_and_asked_for_again(app: FastAPI, path: str) -> None:
    first = get(app, f"/api/v1/{path}")
    assert first.headers["cache-control"].startswith("public, max-age=")
    again = asyncio.run(ask(app, "GET", f"/api/v1/{path}", b"", if_none_match=first.headers["etag"]))
    assert (again.status, again.body) == (304, b"")


def test_providers_are_listed_for_everybody(app: FastAPI) -> None:
    assert [row["slug"] for row in get(app, "/api/v1/providers").json()["data"]] == ["acme", "b"]


def test_a_generation_is_shown_to_its_owner(app: FastAPI) -> None:
    shown = get(app, f"/api/v1/generation?id={own(OLD).id}", key=KEY_TEXT)
    assert (shown.status, shown.json()["data"]["id"]) == (200, own(OLD).id)


def test_a_generation_is_not_shown_without_a_key(app: FastAPI) -> None:
    assert get(app, f"/api/v1/generation?id={own(OLD).id}").status == 401


def test_anybody_elses_generation_does_not_exist() -> None:
    app = app_with(FakeGenerations(replace(own(OLD), key_id="key-2")))
    answered = get(app, f"/api/v1/generation?id={own(OLD).id}", key=KEY_TEXT)
    assert (answered.status, answered.json()["error"]["code"]) == (404, "not_found")


@pytest.mark.parametrize("identifier", ["gen-nonsense", "x", own(OLD - 1).id])
def test_an_unknown_generation_is_not_found_at_once(identifier: str) -> None:
    generations = FakeGenerations(own(OLD))
    assert get(app_with(generations), f"/api/v1/generation?id={identifier}", key=KEY_TEXT).status == 404
    assert generations.asked == 1


def test_a_generation_must_be_named(app: FastAPI) -> None:
    answered = get(app, "/api/v1/generation", key=KEY_TEXT)
    assert (answered.status, answered.json()["error"]["param"]) == (400, "id")


def test_who_asks_too_early_waits_a_little() -> None:
    young = own(CLOCK.now() - 1)
    generations = FakeGenerations(young, late=1)
    assert get(app_with(generations), f"/api/v1/generation?id={young.id}", key=KEY_TEXT).status == 200
    assert generations.asked == 2


def test_the_api_is_described_once_though_it_has_two_prefixes(app: FastAPI) -> None:
    paths = get(app, "/openapi.json").json()["paths"]
    assert "/api/v1/models" in paths
    assert not any(path.startswith("/v1") for path in paths)

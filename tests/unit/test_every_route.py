"""Every route of every function asks who is calling: all are enumerated, so none can be forgotten."""

import asyncio
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import orjson
import pytest
from fastapi import FastAPI
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp
from switchboard.auth import Authenticator
from switchboard.gateway import Surroundings, chat_gateway
from switchboard.json_types import JsonObject
from switchboard.rankings_cache import RankingsCache
from switchboard.secret import Secret
from switchboard.settings import Settings
from switchboard.storage.keys import ApiKey, KeyKind, hash_key
from switchboard.storage.rankings import RankingStore
from switchboard.storage.rollups import RollupStore
from switchboard.storage.signals import SignalStore
from switchboard.storage.usage import UsageStore
from switchboard.web.catalog import Lookups, catalog_app
from switchboard.web.rest import PREFIXES
from switchboard.web.routes import INFERENCE

from tests.examples import KEY_TEXT, catalog, endpoint, model
from tests.fakes import FakeTelemetry, FakeTransport, ask
from tests.key_office import ADMIN_TEXT, FakeOffice

SETTINGS = Settings()
VECTORS = frozenset({"embedding"})
OFFERED = catalog(
    model(endpoint()),
    model(
        endpoint(model="lab/vectors", output_modalities=VECTORS), name="lab/vectors", output_modalities=("embedding",)
    ),
)
# Read by anybody: pages, the catalog and its document. What is added here needs a reason why no key is needed.
PUBLIC = re.compile(
    r"/|/healthz|/openapi\.json|(/api)?/v1/(models?|providers|rankings|endpoints/zdr|embeddings/models)(/.*)?"
    # The pages: what the catalog says, and figures in which no key and no prompt is left. Those for key holders are
    # empty until their script has asked the API with a key.
    r"|/(models|providers)/x|/(models|rankings|status|docs|compare|activity|playground)(\.json|\.md)?|/llms\.txt"
    r"|/assets/style\.\w+\.css|/assets/\w+/\w+\.js"
)
MANAGED = re.compile(r"(/api)?/v1/(keys(/.*)?|credits|activity)")
GOOGLE = "/v1beta/models/lab/one"
EXHAUSTED_TEXT = "sk-sb-exhausted"
INFERENCE_PATHS = (
    *INFERENCE,
    *(path + "/count_tokens" for path in INFERENCE if path.endswith("/messages")),
    *(prefix + "/route" for prefix in PREFIXES),
    *(f"{GOOGLE}:{verb}" for verb in ("generateContent", "streamGenerateContent", "countTokens")),
)
# Counting tokens is free, and so is asking for a plan.
FREE_ENDINGS = ("count_tokens", "counttokens", "/route")
MODEL_PATHS = [path for path in INFERENCE_PATHS if not path.lower().endswith(FREE_ENDINGS)]


# A query that is missing would be said before the key is looked at.
QUERIES = {"generation": "?id=gen-x"}


@dataclass(frozen=True)
class Call:
    method: str
    path: str
    app: ASGIApp


def keys_that_open_nothing() -> list[str]:
    return [f"sk-sb-{name}-{kind}" for name in ("disabled", "expired") for kind in ("inference", "management")]


def office() -> FakeOffice:
    """With a key of each kind that is disabled, and one that has expired."""
    made = FakeOffice()
    kinds: tuple[KeyKind, ...] = ("inference", "management")
    for kind in kinds:
        plain = ApiKey("", "", "name", "label", kind, created_at=1.0)
        disabled, expired = f"sk-sb-disabled-{kind}", f"sk-sb-expired-{kind}"
        for key in (replace(plain, id=disabled, disabled=True), replace(plain, id=expired, expires_at=2.0)):
            asyncio.run(made.keys.add(replace(key, hash=hash_key(key.id))))
    spent = ApiKey(hash_key(EXHAUSTED_TEXT), EXHAUSTED_TEXT, "name", "label", created_at=1.0, limit_nano=0)
    asyncio.run(made.keys.add(spent))
    return made


OFFICE = office()


def chat() -> ASGIApp:
    async def load(_: str) -> Secret:
        return Secret("sk-1")

    around = Surroundings(SETTINGS, OFFERED, OFFICE.database, load, FakeTransport([]), FakeTelemetry(), OFFICE.clock)
    return chat_gateway(around)


def look_ups() -> FastAPI:
    database = OFFICE.database
    return catalog_app(
        Lookups(
            catalog=OFFERED,
            rankings=RankingsCache(RankingStore(database, SETTINGS.uptime_table), OFFICE.clock),
            rollups=RollupStore(database, "UptimeTable"),
            signals=SignalStore(database, SETTINGS.keys_table),
            generations=UsageStore(database, SETTINGS.usage_table),
            authenticator=Authenticator(OFFICE.keys, OFFICE.clock),
            clock=OFFICE.clock,
        ),
        FakeTelemetry(),
    )


def calls() -> Iterator[Call]:
    inference = chat()
    yield from (Call("POST", path, inference) for path in INFERENCE_PATHS)
    for app in (OFFICE.app, look_ups()):
        for path, route in every(app.routes):
            shown = re.sub(r"\{\w+(:\w+)?\}", "x", path) + QUERIES.get(path.rpartition("/")[2], "")
            if not PUBLIC.fullmatch(shown):
                methods = (route.methods or set()) - {"HEAD", "OPTIONS"}
                yield from (Call(method, shown, app) for method in sorted(methods))


def every(routes: Sequence[BaseRoute], prefixes: Sequence[str] = ("",)) -> Iterator[tuple[str, Route]]:
    """With its whole path; FastAPI keeps the routes of a router that was included as they were, without its prefix."""
    for route in routes:
        if isinstance(route, Route):
            yield from ((prefix + route.path, route) for prefix in prefixes)
        else:
            included = getattr(route, "original_router")  # noqa: B009  # Starlette's type knows nothing of it
            yield from every(included.routes, PREFIXES)


CALLS = list(calls())


def body_at(path: str) -> JsonObject:
    """What a request to any dialect has to have."""
    hello: JsonObject = {"role": "user", "content": "hi"}
    if ":" in path:
        return {"contents": [{"role": "user", "parts": [{"text": "hi"}]}]}
    if path.endswith("/embeddings"):
        return {"model": "lab/vectors", "input": "hi"}
    if path.endswith("/responses"):
        return {"model": "lab/one", "input": "hi"}
    return {"model": "lab/one", "max_tokens": 5, "messages": [hello]}


def status(call: Call, text: str | None) -> int:
    headers = {} if text is None else {"authorization": f"Bearer {text}"}
    body = orjson.dumps(body_at(call.path))
    return asyncio.run(ask(call.app, call.method, call.path, body, **headers)).status


def named(call: Call) -> str:
    return f"{call.method} {call.path}"


def test_all_functions_are_looked_at() -> None:
    paths = {call.path for call in CALLS}
    assert paths >= {"/api/v1/chat/completions", "/v1/keys/x/rotate", "/v1/activity", "/api/v1/generation?id=gen-x"}


@pytest.mark.parametrize("text", [None, "sk-sb-unknown", *keys_that_open_nothing()])
@pytest.mark.parametrize("call", CALLS, ids=named)
def test_no_route_is_open_without_a_working_key(call: Call, text: str | None) -> None:
    assert status(call, text) == 401


@pytest.mark.parametrize("call", [call for call in CALLS if call.path in INFERENCE_PATHS], ids=named)
def test_a_management_key_asks_no_model(call: Call) -> None:
    assert status(call, ADMIN_TEXT) == 403


@pytest.mark.parametrize("call", [call for call in CALLS if call.path in MODEL_PATHS], ids=named)
def test_a_key_without_money_asks_no_model(call: Call) -> None:
    assert status(call, EXHAUSTED_TEXT) == 402


@pytest.mark.parametrize("call", [call for call in CALLS if MANAGED.fullmatch(call.path)], ids=named)
def test_an_inference_key_administers_nothing(call: Call) -> None:
    before = OFFICE.stored()
    assert status(call, KEY_TEXT) == 403
    assert OFFICE.stored() == before

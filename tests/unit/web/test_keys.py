import asyncio

import pytest
from fastapi import FastAPI
from switchboard.auth import Authenticator
from switchboard.storage.keys import KeyStore
from switchboard.web.keys import keys_app

from tests.examples import KEY, KEY_TEXT
from tests.fakes import FakeClock, FakeDatabase, FakeTelemetry, ask


@pytest.fixture(scope="module")
def app() -> FastAPI:
    store = KeyStore(FakeDatabase(), "KeysTable")
    asyncio.run(store.add(KEY))
    return keys_app(Authenticator(store, FakeClock()), FakeTelemetry())


@pytest.mark.parametrize("prefix", ["/api/v1", "/v1"])
def test_who_shows_a_key_is_told_about_it(app: FastAPI, prefix: str) -> None:
    answered = asyncio.run(ask(app, "GET", f"{prefix}/key", authorization=f"Bearer {KEY_TEXT}"))
    assert answered.json()["data"]["label"] == KEY.label


def test_who_shows_none_is_told_nothing(app: FastAPI) -> None:
    assert asyncio.run(ask(app, "GET", "/api/v1/key")).status == 401

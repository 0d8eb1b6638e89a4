import asyncio
from typing import Annotated, Any

import pytest
from fastapi import FastAPI, Query
from openai.types import ErrorObject
from switchboard.errors import KeyStoreUnavailable, NotAuthenticated
from switchboard.web.rest import rest_app

from tests.fakes import Answered, FakeTelemetry, ask

TELEMETRY = FakeTelemetry()


@pytest.fixture(scope="module")
def app() -> FastAPI:
    made = rest_app("Test", TELEMETRY)

    @made.get("/count")
    async def count(number: Annotated[int, Query()]) -> int:
        return number

    @made.get("/closed")
    async def closed() -> None:
        raise NotAuthenticated("No key.")

    @made.get("/busy")
    async def busy() -> None:
        error = KeyStoreUnavailable("Later.")
        error.retry_after = 2.4
        raise error

    @made.get("/broken")
    async def broken() -> None:
        raise ZeroDivisionError("secret detail")

    return made


def get(app: FastAPI, path: str, method: str = "GET") -> Answered:
    return asyncio.run(ask(app, method, path))


def error_of(answered: Answered) -> Any:
    error = answered.json()["error"]
    ErrorObject.model_validate(error, strict=True)
    return error


def test_it_says_that_it_is_healthy(app: FastAPI) -> None:
    assert get(app, "/healthz").json() == {"status": "ok"}


def test_what_is_foreseen_is_told_with_its_status(app: FastAPI) -> None:
    answered = get(app, "/closed")
    assert (answered.status, error_of(answered)["code"]) == (401, "invalid_api_key")


def test_how_long_to_wait_is_told(app: FastAPI) -> None:
    assert get(app, "/busy").headers["retry-after"] == "2"


@pytest.mark.parametrize("path", ["/count", "/count?number=x"])
def test_a_bad_query_names_its_field(app: FastAPI, path: str) -> None:
    answered = get(app, path)
    assert (answered.status, error_of(answered)["param"]) == (400, "number")


def test_a_wrong_path_is_not_found(app: FastAPI) -> None:
    answered = get(app, "/nowhere")
    assert (answered.status, error_of(answered)["code"]) == (404, "not_found")
    assert "/nowhere" in error_of(answered)["message"]


def test_a_wrong_method_is_not_allowed(app: FastAPI) -> None:
    answered = get(app, "/closed", "DELETE")
    assert (answered.status, answered.headers["allow"]) == (405, "GET")
    assert error_of(answered)["message"]


def test_what_nobody_foresaw_is_logged_and_not_told(app: FastAPI) -> None:
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    async def receive() -> Any:
        return {"type": "http.request"}

    async def run() -> None:
        scope = {"type": "http", "method": "GET", "path": "/broken", "query_string": b"", "headers": []}
        with pytest.raises(ZeroDivisionError):  # Starlette raises it again for the server's log
            await app(scope, receive, send)

    asyncio.run(run())
    assert sent[0]["status"] == 500
    assert b"secret detail" not in sent[1]["body"]
    assert TELEMETRY.failures == ["unexpected_error"]


def test_nothing_is_loaded_from_elsewhere(app: FastAPI) -> None:
    assert get(app, "/docs").status == 404
    assert get(app, "/redoc").status == 404

import asyncio

import pytest
from starlette.types import Receive, Scope, Send
from switchboard.web.cors import EXPOSED, CrossOrigin

from tests.fakes import Answered, ask

PATH = "/v1/chat/completions"
PAGE = "https://page.example"


async def teapot(scope: Scope, receive: Receive, send: Send) -> None:
    await send({"type": "http.response.start", "status": 418, "headers": [(b"x-generation-id", b"gen-1")]})
    await send({"type": "http.response.body", "body": b"short and stout"})


def asked(method: str = "POST", path: str = PATH, **headers: str) -> Answered:
    return asyncio.run(ask(CrossOrigin(teapot), method, path, b"", **headers))


def test_a_preflight_is_granted_what_it_asks_for() -> None:
    wanted = "authorization,x-stainless-lang,anthropic-dangerous-direct-browser-access"
    granted = asked("OPTIONS", origin=PAGE, access_control_request_headers=wanted)
    assert granted.status == 204
    assert granted.headers["access-control-allow-origin"] == "*"
    assert granted.headers["access-control-allow-headers"] == wanted
    assert "POST" in granted.headers["access-control-allow-methods"]
    assert "access-control-allow-credentials" not in granted.headers


def test_a_preflight_that_asks_for_no_headers_is_told_the_usual_ones() -> None:
    granted = asked("OPTIONS").headers["access-control-allow-headers"].split(", ")
    assert {"authorization", "x-api-key", "x-stainless-retry-count", "anthropic-version"} <= set(granted)


@pytest.mark.parametrize(
    ("asks", "granted"), [({"access_control_request_private_network": "true"}, "true"), ({}, None)]
)
def test_a_page_on_the_web_may_call_a_gateway_at_home_if_it_asks(asks: dict[str, str], granted: str | None) -> None:
    answered = asked("OPTIONS", origin=PAGE, **asks)
    assert answered.headers.get("access-control-allow-private-network") == granted


def test_a_page_may_read_the_reply_and_our_headers_whatever_the_status() -> None:
    answered = asked(origin=PAGE)
    assert (answered.status, answered.body) == (418, b"short and stout")
    assert answered.headers["access-control-allow-origin"] == "*"
    assert answered.headers["access-control-expose-headers"] == EXPOSED.decode()
    assert "x-generation-id" in EXPOSED.decode().split(", ")


def test_nothing_is_added_for_who_is_no_page() -> None:
    assert asked().headers == {"x-generation-id": "gen-1"}


@pytest.mark.parametrize("path", ["/", "/playground", "/activity"])
def test_the_gateways_own_pages_are_not_for_others(path: str) -> None:
    assert asked("GET", path, origin=PAGE).headers == {"x-generation-id": "gen-1"}
    assert asked("OPTIONS", path, origin=PAGE).status == 418

import asyncio

from starlette.types import Receive, Scope, Send
from switchboard.web.head import HeadAsGet

from tests.fakes import Answered, ask


async def echo(scope: Scope, receive: Receive, send: Send) -> None:
    body = scope["method"].encode()
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"3")]})
    await send({"type": "http.response.body", "body": body})


def asked(method: str) -> Answered:
    return asyncio.run(ask(HeadAsGet(echo), method, "/"))


def test_a_head_is_that_of_a_get_without_its_body() -> None:
    answered = asked("HEAD")
    assert (answered.status, answered.headers, answered.body) == (200, {"content-length": "3"}, b"")


def test_other_methods_are_left_alone() -> None:
    assert asked("GET").body == b"GET"

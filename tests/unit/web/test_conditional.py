import asyncio

import pytest
from starlette.responses import JSONResponse, Response
from starlette.types import Receive, Scope, Send
from switchboard.web.conditional import Conditional

from tests.fakes import Answered, ask

PUBLIC = {"cache-control": "public, max-age=60"}


def asked(answer: Response, method: str = "GET", **headers: str) -> Answered:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await answer(scope, receive, send)

    return asyncio.run(ask(Conditional(app), method, "/x", b"", **headers))


def test_whoever_has_a_public_answer_is_told_so() -> None:
    answer = JSONResponse({"data": 1}, headers=PUBLIC)
    first = asked(answer)
    assert (first.status, first.json()) == (200, {"data": 1})
    again = asked(answer, if_none_match=f'"other", W/{first.headers["etag"]}')
    assert (again.status, again.body, again.headers["etag"]) == (304, b"", first.headers["etag"])
    assert again.headers["cache-control"] == PUBLIC["cache-control"]
    assert "content-length" not in again.headers


def test_another_answer_has_another_tag() -> None:
    tags = {asked(JSONResponse({"data": number}, headers=PUBLIC)).headers["etag"] for number in (1, 2)}
    assert len(tags) == 2


@pytest.mark.parametrize(
    "answer",
    [
        JSONResponse({"data": "of one key"}),
        JSONResponse({}, headers={"cache-control": "no-store"}),
        JSONResponse({"error": {}}, 404, headers=PUBLIC),
    ],
)
def test_what_is_not_public_or_went_wrong_has_no_tag(answer: Response) -> None:
    assert "etag" not in asked(answer).headers


def test_a_tag_that_is_there_stays_and_other_methods_are_left_alone() -> None:
    own = JSONResponse({}, headers={**PUBLIC, "etag": '"mine"'})
    assert asked(own).headers["etag"] == '"mine"'
    assert "etag" not in asked(JSONResponse({}, headers=PUBLIC), "POST").headers

from typing import Any

import orjson
import pytest
from switchboard.errors import Failure
from switchboard.providers.google_generate import GoogleGenerateUpstream

from tests.fakes import FakeClock

INFO = "type.googleapis.com/google.rpc.ErrorInfo"
RETRY = "type.googleapis.com/google.rpc.RetryInfo"


def error(code: int, status: str, message: str = "x", *details: Any) -> Any:
    return {"error": {"code": code, "message": message, "status": status, "details": list(details)}}


@pytest.mark.parametrize(
    ("status", "body", "failure"),
    [
        (400, error(400, "INVALID_ARGUMENT"), Failure.BAD_REQUEST),
        (400, error(400, "INVALID_ARGUMENT", "x", {"@type": INFO, "reason": "API_KEY_INVALID"}), Failure.UPSTREAM_AUTH),
        (400, error(400, "INVALID_ARGUMENT", "API key not valid. Please pass a valid API key."), Failure.UPSTREAM_AUTH),
        (
            400,
            error(
                400,
                "INVALID_ARGUMENT",
                "The input token count (1100000) exceeds the maximum number of tokens allowed (1048576).",
            ),
            Failure.CONTEXT_LENGTH,
        ),
        (400, error(400, "FAILED_PRECONDITION", "User location is not supported"), Failure.UPSTREAM_AUTH),
        (401, error(401, "UNAUTHENTICATED"), Failure.UPSTREAM_AUTH),
        (403, error(403, "PERMISSION_DENIED"), Failure.UPSTREAM_AUTH),
        (404, error(404, "NOT_FOUND", "models/x is not found"), Failure.MODEL_MISSING),
        (429, error(429, "RESOURCE_EXHAUSTED"), Failure.RATE_LIMIT),
        (499, error(499, "CANCELLED"), Failure.SERVER),
        (500, error(500, "INTERNAL"), Failure.SERVER),
        (503, error(503, "UNAVAILABLE"), Failure.CAPACITY),
        (504, error(504, "DEADLINE_EXCEEDED"), Failure.TIMEOUT),
        (429, [error(429, "RESOURCE_EXHAUSTED")], Failure.RATE_LIMIT),
        (503, "plain words", Failure.CAPACITY),
        (413, {}, Failure.CONTEXT_LENGTH),
        (400, {"error": "just words"}, Failure.BAD_REQUEST),
    ],
)
def test_classes(status: int, body: Any, failure: Failure) -> None:
    found = GoogleGenerateUpstream(FakeClock()).classify(status, {}, orjson.dumps(body))
    assert found.failure is failure
    assert found.upstream_status == status


@pytest.mark.parametrize(
    ("details", "headers", "seconds"),
    [
        ([{"@type": RETRY, "retryDelay": "34.5s"}], {}, 34.5),
        ([{"@type": RETRY, "retryDelay": "soon"}], {"retry-after": "7"}, 7.0),
        ([], {"retry-after": "7"}, 7.0),
        ([], {}, None),
    ],
)
def test_how_long_to_wait(details: list[Any], headers: dict[str, str], seconds: float | None) -> None:
    body = orjson.dumps(error(429, "RESOURCE_EXHAUSTED", "slow down", *details))
    found = GoogleGenerateUpstream(FakeClock()).classify(429, headers, body)
    assert (found.retry_after, found.provider_code, found.message) == (seconds, "RESOURCE_EXHAUSTED", "slow down")


def test_a_body_that_is_no_json_still_has_a_class() -> None:
    assert GoogleGenerateUpstream().classify(502, {}, b"<html>").failure is Failure.SERVER

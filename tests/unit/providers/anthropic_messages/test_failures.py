"""Anthropic's errors, by type before status, with the words that tell three kinds of 400 apart."""

from typing import Any

import orjson
import pytest
from switchboard.errors import Failure
from switchboard.providers.anthropic_messages import AnthropicMessagesUpstream

from tests.fakes import FakeClock

UPSTREAM = AnthropicMessagesUpstream(FakeClock())
BAD = "invalid_request_error"
TABLE = [
    (400, BAD, "messages: roles must alternate", Failure.BAD_REQUEST),
    (400, BAD, "prompt is too long: 210000 tokens > 200000 maximum", Failure.CONTEXT_LENGTH),
    (400, BAD, "input length and `max_tokens` exceed context limit: 190000 + 64000 > 200000", Failure.CONTEXT_LENGTH),
    (400, BAD, "Your credit balance is too low to access the Anthropic API.", Failure.UPSTREAM_AUTH),
    (400, BAD, "You have reached your specified API usage limits.", Failure.UPSTREAM_AUTH),
    (400, BAD, "Output blocked by content filtering policy", Failure.CONTENT_POLICY),
    (401, "authentication_error", "invalid x-api-key", Failure.UPSTREAM_AUTH),
    (402, "billing_error", "pay", Failure.UPSTREAM_AUTH),
    (403, "permission_error", "no", Failure.UPSTREAM_AUTH),
    (404, "not_found_error", "model: claude-x", Failure.MODEL_MISSING),
    (413, "request_too_large", "Request exceeds the maximum size", Failure.CONTEXT_LENGTH),
    (429, "rate_limit_error", "slow down", Failure.RATE_LIMIT),
    (500, "api_error", "Internal server error", Failure.SERVER),
    (503, "api_error", "Service temporarily unavailable", Failure.CAPACITY),
    (504, "timeout_error", "late", Failure.TIMEOUT),
    (529, "overloaded_error", "Overloaded", Failure.CAPACITY),
    (200, "overloaded_error", "Overloaded", Failure.CAPACITY),
    (200, "api_error", "Internal server error", Failure.SERVER),
    (400, "future_error", "what?", Failure.BAD_REQUEST),
]


@pytest.mark.parametrize(("status", "kind", "message", "failure"), TABLE)
def test_errors_fall_into_classes(status: int, kind: str, message: str, failure: Failure) -> None:
    body = orjson.dumps({"type": "error", "error": {"type": kind, "message": message}, "request_id": "req_1"})
    failed = UPSTREAM.classify(status, {}, body)
    assert (failed.failure, failed.message, failed.provider_code) == (failure, message, kind)
    assert failed.upstream_status == status


@pytest.mark.parametrize(
    "body", [b"", b"<html>bad gateway</html>", b"[]", b'"x"', b'{"error": null}', b'{"error": {}}']
)
def test_an_error_without_words_goes_by_its_status(body: bytes) -> None:
    failed = UPSTREAM.classify(529, {}, body)
    assert (failed.failure, failed.message) == (Failure.CAPACITY, "The provider answered with status 529.")


@pytest.mark.parametrize(
    ("headers", "seconds"), [({"retry-after": "7"}, 7.0), ({"retry-after-ms": "250"}, 0.25), ({}, None)]
)
def test_the_time_to_wait_is_read_from_the_headers(headers: dict[str, str], seconds: float | None) -> None:
    assert UPSTREAM.classify(429, headers, b"{}").retry_after == seconds


def test_long_words_are_cut() -> None:
    error: Any = {"type": "error", "error": {"type": BAD, "message": "x" * 5000}}
    assert len(UPSTREAM.classify(400, {}, orjson.dumps(error)).message) == 300

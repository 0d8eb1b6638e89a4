import orjson
import pytest
from switchboard.errors import Failure
from switchboard.providers.openai_responses.failures import classify, failure_of

NOW = 1_800_000_000.0


@pytest.mark.parametrize(
    ("status", "error", "failure"),
    [
        (400, {"type": "invalid_request_error", "code": None, "message": "bad"}, Failure.BAD_REQUEST),
        (400, {"code": "context_length_exceeded", "message": "too long"}, Failure.CONTEXT_LENGTH),
        (400, {"code": "content_filter", "message": "no"}, Failure.CONTENT_POLICY),
        (401, {"code": "invalid_api_key", "message": "who?"}, Failure.UPSTREAM_AUTH),
        (403, {"message": "not you"}, Failure.UPSTREAM_AUTH),
        (404, {"code": "model_not_found", "message": "no model"}, Failure.MODEL_MISSING),
        (429, {"code": "insufficient_quota", "message": "pay"}, Failure.UPSTREAM_AUTH),
        (429, {"code": "rate_limit_exceeded", "message": "slow"}, Failure.RATE_LIMIT),
        (500, {"code": "server_error", "message": "sorry"}, Failure.SERVER),
        (503, {"message": "busy"}, Failure.CAPACITY),
        (200, {"code": "server_error", "message": "sorry"}, Failure.SERVER),
        (200, {"code": "server_is_overloaded", "message": "busy"}, Failure.CAPACITY),
        (200, {"code": "rate_limit_exceeded", "message": "slow"}, Failure.RATE_LIMIT),
        (200, {"code": "invalid_prompt", "message": "flagged"}, Failure.BAD_REQUEST),
        (200, {"code": "bio_policy", "message": "no"}, Failure.CONTENT_POLICY),
        (200, {"code": "invalid_image_url", "message": "no"}, Failure.BAD_REQUEST),
        (200, {"code": "image_content_policy_violation", "message": "no"}, Failure.CONTENT_POLICY),
        (200, {"code": "odd", "message": "This exceeds the maximum context length."}, Failure.CONTEXT_LENGTH),
        (200, {"code": "odd", "message": "odd"}, Failure.SERVER),
    ],
)
def test_each_error_has_its_class(status: int, error: dict[str, str], failure: Failure) -> None:
    assert classify(status, {}, orjson.dumps({"error": error}), NOW).failure is failure


def test_the_provider_s_words_and_code_are_kept() -> None:
    found = classify(400, {}, b'{"error": {"message": "m", "code": "c"}}', NOW)
    assert (found.message, found.provider_code, found.upstream_status) == ("m", "c", 400)


def test_a_header_says_how_long_to_wait_before_the_words_do() -> None:
    body = b'{"error": {"message": "Please try again in 250ms.", "code": "rate_limit_exceeded"}}'
    assert classify(429, {}, body, NOW).retry_after == 0.25
    assert classify(429, {"retry-after": "7"}, body, NOW).retry_after == 7


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b"null", b'"no"'])
def test_a_body_that_is_no_error_is_classed_by_its_status(body: bytes) -> None:
    found = classify(502, {}, body, NOW)
    assert found.failure is Failure.SERVER
    assert found.message == "The provider answered with status 502."


def test_an_error_event_says_it_without_a_wrapper() -> None:
    found = failure_of(200, {"type": "error", "code": None, "message": "oops"})
    assert (found.failure, found.message, found.provider_code) == (Failure.SERVER, "oops", None)
    assert failure_of(200, {"type": "response.failed", "error": None}).message == "The provider gave no reason."

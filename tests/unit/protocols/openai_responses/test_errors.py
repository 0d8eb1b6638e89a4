import re

import orjson
import pytest
from switchboard.errors import (
    AllAttemptsFailed,
    Failure,
    InvalidRequest,
    NoEndpointFits,
    NotAuthenticated,
    SwitchboardError,
    UpstreamFailure,
)
from switchboard.protocols.openai_responses.errors import error_body, stream_code, stream_message


def failed(last: Failure) -> AllAttemptsFailed:
    return AllAttemptsFailed("no", last=last, previous_errors=[])


def test_before_the_stream_it_is_openai_s_object() -> None:
    body = orjson.loads(error_body(InvalidRequest("`input` is odd.", param="input"), "gen-1"))
    assert body["error"] == {
        "message": "`input` is odd.",
        "type": "invalid_request_error",
        "param": "input",
        "code": "invalid_request",
        "metadata": {"error_type": "invalid_request"},
    }
    assert (body["error_type"], body["generation_id"]) == ("invalid_request", "gen-1")
    assert "generation_id" not in orjson.loads(error_body(InvalidRequest("x"), None))


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (failed(Failure.CONTEXT_LENGTH), "context_length_exceeded"),
        (UpstreamFailure(Failure.CONTEXT_LENGTH, "x"), "context_length_exceeded"),
        (failed(Failure.RATE_LIMIT), "rate_limit_exceeded"),
        (UpstreamFailure(Failure.RATE_LIMIT, "x"), "rate_limit_exceeded"),
        (failed(Failure.CONTENT_POLICY), "invalid_prompt"),
        (UpstreamFailure(Failure.BAD_REQUEST, "x"), "invalid_prompt"),
        (failed(Failure.BAD_REQUEST), "invalid_prompt"),
        (failed(Failure.UPSTREAM_AUTH), "server_error"),
        (failed(Failure.CAPACITY), "server_error"),
        (failed(Failure.TIMEOUT), "server_error"),
        (UpstreamFailure(Failure.CUT, "x"), "server_error"),
        (UpstreamFailure(Failure.UPSTREAM_AUTH, "x"), "server_error"),
        (NoEndpointFits("x"), "invalid_prompt"),
        (NotAuthenticated("x"), "invalid_prompt"),
        (SwitchboardError("x"), "server_error"),
    ],
)
def test_inside_the_stream_the_code_says_what_to_do(error: SwitchboardError, code: str) -> None:
    assert stream_code(error) == code


def test_a_caller_without_credit_reads_insufficient_quota() -> None:
    error = InvalidRequest("x")
    error.status, error.code = 402, "key_limit_exceeded"
    assert stream_code(error) == "insufficient_quota"


def test_codex_finds_the_wait_in_the_words() -> None:
    error = UpstreamFailure(Failure.RATE_LIMIT, "Slow down.", retry_after=11.4)
    found = re.search(r"(?i)try again in\s*(\d+(?:\.\d+)?)\s*(s|ms|seconds?)", stream_message(error))
    assert found is not None
    assert found.groups() == ("11", "s")


def test_a_wait_that_is_there_already_is_not_said_twice() -> None:
    told = "Please try again in 2s."
    assert stream_message(UpstreamFailure(Failure.RATE_LIMIT, told, retry_after=2)) == told
    assert stream_message(UpstreamFailure(Failure.SERVER, "x", retry_after=2)) == "x"
    assert stream_message(UpstreamFailure(Failure.RATE_LIMIT, "x")) == "x"

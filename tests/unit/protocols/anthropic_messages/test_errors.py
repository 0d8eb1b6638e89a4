"""Errors in Anthropic's shape: its types and status, and the words on which Claude Code compacts."""

from typing import Any

import orjson
import pytest
from switchboard.errors import (
    AllAttemptsFailed,
    Failure,
    InvalidRequest,
    ModelNotFound,
    NoEndpointFits,
    NotAuthenticated,
    NotPermitted,
    PayloadTooLarge,
    SwitchboardError,
    UpstreamFailure,
)
from switchboard.protocols.anthropic_messages import AnthropicMessages

CLIENT = AnthropicMessages()


def shown(error: SwitchboardError) -> Any:
    return orjson.loads(CLIENT.error(error, "gen-1"))


def all_failed(last: Failure, message: str = "x") -> AllAttemptsFailed:
    return AllAttemptsFailed(message, last=last, previous_errors=[])


class OutOfCredit(SwitchboardError):
    status = 402
    code = "insufficient_quota"


TABLE: list[tuple[SwitchboardError, int, str]] = [
    (InvalidRequest("x"), 400, "invalid_request_error"),
    (NotAuthenticated("x"), 401, "authentication_error"),
    (OutOfCredit("x"), 402, "billing_error"),
    (NotPermitted("x"), 403, "permission_error"),
    (ModelNotFound("x"), 404, "not_found_error"),
    (NoEndpointFits("x"), 404, "not_found_error"),
    (PayloadTooLarge("x"), 413, "request_too_large"),
    (all_failed(Failure.BAD_REQUEST), 400, "invalid_request_error"),
    (all_failed(Failure.CONTEXT_LENGTH), 400, "invalid_request_error"),
    (all_failed(Failure.CONTENT_POLICY), 400, "invalid_request_error"),
    (all_failed(Failure.RATE_LIMIT), 429, "rate_limit_error"),
    (all_failed(Failure.CAPACITY), 529, "overloaded_error"),
    (all_failed(Failure.TIMEOUT), 504, "timeout_error"),
    (all_failed(Failure.SERVER), 502, "api_error"),
    (all_failed(Failure.UPSTREAM_AUTH), 503, "api_error"),
    (UpstreamFailure(Failure.CUT, "x"), 502, "api_error"),
    (UpstreamFailure(Failure.RATE_LIMIT, "x"), 429, "rate_limit_error"),
    (SwitchboardError("x"), 500, "api_error"),
]


@pytest.mark.parametrize(("error", "status", "kind"), TABLE)
def test_every_error_has_anthropics_type_and_status(error: SwitchboardError, status: int, kind: str) -> None:
    made = shown(error)
    assert (made["type"], made["error"]["type"], made["request_id"]) == ("error", kind, "gen-1")
    assert CLIENT.status(error) == status


def test_details_stand_beside_the_message() -> None:
    error = InvalidRequest("`model` must be a string.", param="model", metadata={"near_matches": []})
    assert shown(error)["error"] == {
        "type": "invalid_request_error",
        "message": "`model` must be a string.",
        "error_type": "invalid_request",
        "param": "model",
        "metadata": {"near_matches": []},
    }


@pytest.mark.parametrize(
    ("message", "told"),
    [
        ("X said last: prompt is too long: 210000 tokens > 200000 maximum", "210000 tokens > 200000 maximum"),
        (
            "This model's maximum context length is 128000 tokens. However, your messages resulted in 130500 tokens.",
            "130500 tokens > 128000 maximum",
        ),
        (
            "The input token count (1200000) exceeds the maximum number of tokens allowed (1048576).",
            "1200000 tokens > 1048576 maximum",
        ),
        ("openai: the prompt has about 250000 tokens, its context is 200000", "250000 tokens > 200000 maximum"),
        ("current length is 9000 while limit is 8192", "9000 tokens > 8192 maximum"),
        ("Input is too long for requested model.", "Input is too long for requested model."),
    ],
)
def test_an_overflow_is_told_in_the_words_that_make_claude_code_compact(message: str, told: str) -> None:
    assert shown(all_failed(Failure.CONTEXT_LENGTH, message))["error"]["message"] == f"prompt is too long: {told}"


@pytest.mark.parametrize(
    ("excluded_by", "overflow"),
    [
        (["context_length"], True),
        (["context_length", "no_credential"], True),
        (["context_length", "modality"], False),
        (["no_credential"], False),
    ],
)
def test_a_prompt_that_the_planner_finds_too_long_is_an_overflow_too(excluded_by: Any, overflow: bool) -> None:
    error = NoEndpointFits("a: the prompt has about 250000 tokens, its context is 200000.")
    error.availability = {"excluded_by": excluded_by}
    assert (CLIENT.status(error) == 400) is overflow
    assert shown(error)["error"]["message"].startswith("prompt is too long") is overflow

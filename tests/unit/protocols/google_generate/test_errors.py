from typing import cast

import pytest
from switchboard.errors import AllAttemptsFailed, Failure, InvalidRequest, SwitchboardError
from switchboard.json_types import JsonObject
from switchboard.protocols.google_generate.errors import TOO_LONG, error_object


def overflow(message: str) -> AllAttemptsFailed:
    return AllAttemptsFailed(message, last=Failure.CONTEXT_LENGTH, previous_errors=[])


def told(error: SwitchboardError) -> JsonObject:
    return cast(JsonObject, error_object(error)["error"])


@pytest.mark.parametrize(
    ("message", "begins"),
    [
        ("prompt is too long: 210000 tokens > 200000 maximum", f"The input token count (210000) {TOO_LONG} (200000). "),
        ("Input is too long for requested model.", f"The input token count {TOO_LONG}. Input is too long"),
    ],
)
def test_a_prompt_that_is_too_long_is_told_in_googles_words(message: str, begins: str) -> None:
    shown = told(overflow(message))
    assert str(shown["message"]).startswith(begins)
    assert (shown["code"], shown["status"]) == (400, "INVALID_ARGUMENT")
    assert cast(list[JsonObject], shown["details"])[0]["reason"] == "CONTEXT_LENGTH_EXCEEDED"


def test_googles_own_words_are_left_alone() -> None:
    message = f"The input token count (5) {TOO_LONG} (4)."
    assert told(overflow(message))["message"] == message


def test_other_errors_keep_their_words() -> None:
    assert told(InvalidRequest("`contents` is missing.", param="contents"))["message"] == "`contents` is missing."

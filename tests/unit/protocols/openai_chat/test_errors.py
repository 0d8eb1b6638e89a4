import orjson
import pytest
from openai.types import ErrorObject
from switchboard.errors import AllAttemptsFailed, Failure, InvalidRequest, NoEndpointFits
from switchboard.protocols.openai_chat.errors import error_body, error_object, status_of


def test_an_error_has_the_shape_that_sdks_read() -> None:
    shown = error_object(InvalidRequest("`n` must be 1.", param="n"))
    assert ErrorObject.model_validate(shown, strict=True).param == "n"
    assert (shown["message"], shown["type"]) == ("`n` must be 1.", "invalid_request_error")


def test_the_code_is_a_text_and_the_status_is_not_repeated_in_it() -> None:
    assert error_object(InvalidRequest("no"))["code"] == "invalid_request"


def test_openrouters_readers_get_the_status_as_code_and_the_word_beside_it() -> None:
    shown = error_object(NoEndpointFits("none"), numbered=True)
    assert shown["code"] == 404
    assert shown["metadata"] == {"error_type": "no_endpoints"}


def test_the_metadata_names_the_kind_of_error() -> None:
    error = AllAttemptsFailed("no", last=Failure.TIMEOUT, previous_errors=[{"message": "late"}])
    assert error_object(error)["metadata"] == {"error_type": "timeout", "previous_errors": [{"message": "late"}]}


def test_availability_is_there_only_when_something_was_not() -> None:
    error = NoEndpointFits("none")
    assert "availability" not in error_object(error)
    error.availability = {"code": "constraint_filtered"}
    assert error_object(error)["availability"] == {"code": "constraint_filtered"}


def test_the_body_names_the_generation_if_there_is_one() -> None:
    assert orjson.loads(error_body(InvalidRequest("no"), "gen-1"))["generation_id"] == "gen-1"
    assert orjson.loads(error_body(InvalidRequest("no"), None)).keys() == {"error"}


@pytest.mark.parametrize(
    ("message", "shown"),
    [
        (
            "acme: the prompt has about 9000 tokens, its context is 1000",
            "The maximum context length is 1000 tokens, the request needs about 9000. acme: the prompt",
        ),
        ("Input is too long for requested model.", "The prompt exceeds the maximum context length. Input is too long"),
        ("This model's maximum context length is 10 tokens.", "This model's maximum context length is 10 tokens."),
    ],
)
def test_a_prompt_that_fits_nowhere_is_told_in_openais_words_with_its_code_and_status(message: str, shown: str) -> None:
    error = NoEndpointFits(message)
    error.availability = {"excluded_by": ["context_length"]}
    told = error_object(error)
    assert str(told["message"]).startswith(shown)
    assert (status_of(error), told["code"]) == (400, "context_length_exceeded")


def test_other_errors_keep_their_status() -> None:
    assert status_of(NoEndpointFits("none")) == 404

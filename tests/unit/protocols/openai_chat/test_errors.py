import orjson
from openai.types import ErrorObject
from switchboard.errors import AllAttemptsFailed, Failure, InvalidRequest, NoEndpointFits
from switchboard.protocols.openai_chat.errors import error_body, error_object


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

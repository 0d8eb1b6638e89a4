from collections.abc import Iterator

import pytest
from switchboard import errors
from switchboard.errors import AllAttemptsFailed, Failure, SwitchboardError, UpstreamFailure
from switchboard.json_types import JsonObject


def family(member: type[SwitchboardError] = SwitchboardError) -> Iterator[type[SwitchboardError]]:
    yield member
    for child in member.__subclasses__():
        if child.__module__ == errors.__name__:
            yield from family(child)


FAMILY = list(family())


def test_the_drawing_of_the_family_is_complete() -> None:
    assert errors.__doc__ is not None
    assert [member.__name__ for member in FAMILY if member.__name__ not in errors.__doc__] == []


@pytest.mark.parametrize("member", FAMILY)
def test_every_member_has_a_status_a_code_and_a_type(member: type[SwitchboardError]) -> None:
    assert 400 <= member.status <= 599
    assert member.code
    assert member.type.endswith("_error")


@pytest.mark.parametrize("member", FAMILY)
def test_a_refusal_is_never_retryable(member: type[SwitchboardError]) -> None:
    assert not (member.retryable and member.status < 500)


def test_an_error_keeps_what_it_is_told() -> None:
    error = SwitchboardError("no", param="n", metadata={"a": 1})
    assert (str(error), error.message, error.param, error.metadata) == ("no", "no", "n", {"a": 1})
    assert (error.retry_after, error.availability) == (None, None)


def test_metadata_is_ones_own() -> None:
    given: JsonObject = {}
    SwitchboardError("no", metadata=given).metadata["a"] = 1
    assert given == {}


@pytest.mark.parametrize("failure", Failure)
def test_every_failure_has_an_outcome_for_the_caller(failure: Failure) -> None:
    error = AllAttemptsFailed("no", last=failure, previous_errors=[])
    assert error.status in (400, 429, 502, 503)
    assert error.retryable is (error.status != 400)


@pytest.mark.parametrize("failure", Failure)
def test_only_what_anybody_would_refuse_blames_the_request(failure: Failure) -> None:
    assert failure.blames_the_request is (failure in (Failure.BAD_REQUEST, Failure.CONTENT_POLICY))


def test_an_upstream_failure_keeps_the_providers_own_words() -> None:
    failure = UpstreamFailure(
        Failure.RATE_LIMIT, "slow down", upstream_status=429, provider_code="tpm", retry_after=7.0
    )
    assert (failure.upstream_status, failure.provider_code, failure.retry_after) == (429, "tpm", 7.0)
    assert failure.status == 502

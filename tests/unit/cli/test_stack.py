from typing import Any

import pytest
from botocore.exceptions import BotoCoreError, ClientError, EndpointConnectionError, NoCredentialsError, NoRegionError

from cli.outcome import Refused, Unreachable
from cli.stack import NEEDED, aws_error, objection_to

OURS = [{"OutputKey": name, "OutputValue": "x"} for name in NEEDED]


def described(status: str, outputs: list[dict[str, str]]) -> dict[str, Any]:
    return {"StackStatus": status, "Outputs": outputs}


@pytest.mark.parametrize("status", ["CREATE_COMPLETE", "UPDATE_COMPLETE", "UPDATE_ROLLBACK_COMPLETE"])
def test_our_own_stack_can_be_deployed_again(status: str) -> None:
    assert objection_to(described(status, OURS)) == ""


def test_a_name_that_is_free_can_be_taken() -> None:
    assert objection_to(None) == ""
    assert objection_to(described("REVIEW_IN_PROGRESS", [])) == ""


@pytest.mark.parametrize(
    ("status", "outputs", "advice"),
    [
        ("CREATE_COMPLETE", [], "switchboard init"),
        ("UPDATE_COMPLETE", [{"OutputKey": "Url", "OutputValue": "x"}], "would be replaced"),
        ("ROLLBACK_COMPLETE", [], "sam delete"),
        ("UPDATE_IN_PROGRESS", OURS, "when that is done"),
    ],
)
def test_somebody_elses_stack_is_left_alone_and_so_is_one_that_cannot_change(
    status: str, outputs: list[dict[str, str]], advice: str
) -> None:
    assert advice in objection_to(described(status, outputs))


@pytest.mark.parametrize(
    ("error", "kind", "advice"),
    [
        (NoCredentialsError(), Unreachable, "aws sso login"),
        (NoRegionError(), Unreachable, "AWS_REGION"),
        (EndpointConnectionError(endpoint_url="https://sts.eu-nowhere-9.test/"), Unreachable, "such a region"),
        (ClientError({"Error": {"Code": "AccessDenied", "Message": "no"}}, "DescribeStacks"), Refused, "profile"),
    ],
)
def test_what_aws_refuses_comes_with_what_to_look_at(
    error: BotoCoreError | ClientError, kind: type[Exception], advice: str
) -> None:
    told = aws_error("the stack cannot be read", error)
    assert type(told) is kind
    assert advice in str(told)
    assert ".." not in str(told)

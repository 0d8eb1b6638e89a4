"""The AWS account that a stack lies in, as the commands need it. Beside stack.py the only file here with boto3."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Any, Protocol, TypeVar

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from cli.stack import aws_error

Found = TypeVar("Found")


@dataclass(frozen=True, slots=True)
class Identity:
    """Who the credentials belong to; `clock` is AWS's, in Unix seconds."""

    account: str
    name: str
    clock: float


@dataclass(frozen=True, slots=True)
class LogLine:
    """`moment` is milliseconds since 1970; `id` tells lines of one moment apart."""

    id: str
    moment: int
    text: str


class Account(Protocol):
    """Any method raises Refused or Unreachable."""

    @property
    def region(self) -> str: ...

    def identity(self) -> Identity: ...

    def concurrency(self) -> int:
        """How many Lambda calls may run at once, over all functions."""

    def secret_names(self, path: str) -> set[str]:
        """Of the SSM parameters below the path, the last part of each name."""

    def keep_secret(self, name: str, value: str) -> int:
        """Write a SecureString over whatever is there; its version."""

    def forget_secret(self, name: str) -> None: ...

    def bedrock_models(self) -> set[str]:
        """Ids of the models that Bedrock offers in the region."""

    def may_use(self, model: str) -> bool:
        """Whether the account may call a Bedrock model."""

    def alarms(self, prefix: str) -> list[str]:
        """Names of the alarms that are ringing."""

    def log_lines(self, group: str, since: int, pattern: str) -> Iterator[LogLine]:
        """Oldest first, from `since` (milliseconds) on."""


class AwsAccount:
    """By whatever credentials and region boto3 finds."""

    @property
    def region(self) -> str:
        return boto3.session.Session().region_name or ""

    def identity(self) -> Identity:
        told = _asked("who you are is not known to AWS", lambda: boto3.client("sts").get_caller_identity())
        date = told["ResponseMetadata"]["HTTPHeaders"].get("date", "")
        return Identity(told["Account"], told["Arn"].rpartition(":")[2], parsedate_to_datetime(date).timestamp())

    def concurrency(self) -> int:
        limits = _asked("Lambda's limits cannot be read", lambda: boto3.client("lambda").get_account_settings())
        return int(limits["AccountLimit"]["ConcurrentExecutions"])

    def secret_names(self, path: str) -> set[str]:
        pages = _asked(
            f"the parameters below {path} cannot be read",
            lambda: list(boto3.client("ssm").get_paginator("get_parameters_by_path").paginate(Path=path)),
        )
        return {each["Name"].rpartition("/")[2] for page in pages for each in page["Parameters"]}

    def keep_secret(self, name: str, value: str) -> int:
        kept = _asked(
            f"{name} cannot be written",
            lambda: boto3.client("ssm").put_parameter(Name=name, Value=value, Type="SecureString", Overwrite=True),
        )
        return int(kept["Version"])

    def forget_secret(self, name: str) -> None:
        _asked(f"{name} cannot be deleted", lambda: boto3.client("ssm").delete_parameter(Name=name))

    def bedrock_models(self) -> set[str]:
        listed = _asked("Bedrock's models cannot be listed", lambda: boto3.client("bedrock").list_foundation_models())
        return {each["modelId"] for each in listed["modelSummaries"]}

    def may_use(self, model: str) -> bool:
        found = _asked(
            f"access to {model} cannot be asked for",
            lambda: boto3.client("bedrock").get_foundation_model_availability(modelId=model),
        )
        return (found["authorizationStatus"], found["entitlementAvailability"]) == ("AUTHORIZED", "AVAILABLE")

    def alarms(self, prefix: str) -> list[str]:
        found = _asked(
            "alarms cannot be read",
            lambda: boto3.client("cloudwatch").describe_alarms(AlarmNamePrefix=prefix, StateValue="ALARM"),
        )
        return [each["AlarmName"] for each in found["MetricAlarms"] if each["StateValue"] == "ALARM"]

    def log_lines(self, group: str, since: int, pattern: str) -> Iterator[LogLine]:
        pages = boto3.client("logs").get_paginator("filter_log_events")
        try:
            for page in pages.paginate(logGroupName=group, startTime=since, filterPattern=pattern):
                yield from (LogLine(one["eventId"], one["timestamp"], one["message"]) for one in page["events"])
        except (BotoCoreError, ClientError) as error:
            raise aws_error(f"the log group {group} cannot be read", error) from error


def _asked(what: str, call: Callable[[], Any]) -> Any:  # Any: each service's own reply
    try:
        return call()
    except (BotoCoreError, ClientError) as error:
        raise aws_error(what, error) from error


def first_of(found: Sequence[str], shown: int = 5) -> str:
    """As many names as one line takes."""
    more = f" and {len(found) - shown} more" if len(found) > shown else ""
    return ", ".join(found[:shown]) + more

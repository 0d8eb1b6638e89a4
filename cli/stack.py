"""A deployed stack by its outputs, and its log; or the tables of a running `make run`."""

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    EndpointConnectionError,
    NoCredentialsError,
    NoRegionError,
    ProfileNotFound,
)
from switchboard.settings import Settings
from switchboard.storage.usage import SPILL

from cli.outcome import CommandError, Refused, Unreachable
from cli.settings import use_engine
from local.settings import ENGINE_FILE

DAY = 86_400

NEEDED = ("KeysTableName", "UsageTableName", "UptimeTableName")
ADVICE: tuple[tuple[type[BotoCoreError | ClientError], str], ...] = (
    (NoCredentialsError, "Log in (aws sso login), or name a profile of yours: AWS_PROFILE."),
    (NoRegionError, "Name one: AWS_REGION, or --region."),
    (ProfileNotFound, "`aws configure list-profiles` names those there are."),
    (EndpointConnectionError, "Is there such a region, and a way to it from here?"),
    (BotoCoreError, "Are profile and region right?"),
    (ClientError, "Are profile, region and stack right?"),
)


@dataclass(frozen=True, slots=True)
class Stack:
    """Outputs by name."""

    name: str
    outputs: dict[str, str]

    @classmethod
    def read(cls, name: str) -> "Stack":
        """Raises Refused or Unreachable."""
        described = _described(name)
        if described is None:
            raise Refused(f"There is no stack `{name}` in this account and region. Make it with: switchboard deploy")
        outputs = _outputs(described)
        for output in NEEDED:
            if output not in outputs:
                raise Refused(f"the stack `{name}` has no output {output}: is it a Switchboard stack?")
        return cls(name, outputs)

    @property
    def url(self) -> str:
        return self.outputs["ApiUrl"].removesuffix("/api/v1")

    def settings(self) -> Settings:
        keys, usage, uptime = (self.outputs[name] for name in NEEDED)
        return Settings(keys, usage, uptime, self.name)


def check_deployable(name: str) -> None:
    """A stack of this name is ours and at rest, or not there yet. Raises Refused or Unreachable."""
    objection = objection_to(_described(name))
    if objection:
        raise Refused(f"The stack `{name}` {objection}")


def objection_to(described: Mapping[str, Any] | None) -> str:
    """Why nothing can be deployed over what CloudFormation describes so; empty if it can."""
    status = described["StackStatus"] if described else "REVIEW_IN_PROGRESS"
    if described is None or status == "REVIEW_IN_PROGRESS":  # there is a change set, and nothing made from it
        return ""
    if status in ("ROLLBACK_COMPLETE", "ROLLBACK_FAILED", "CREATE_FAILED", "DELETE_FAILED"):
        return f"is what is left of one that failed ({status}). Delete it with `sam delete`, then deploy again."
    if status.endswith("_IN_PROGRESS"):
        return f"is being changed right now ({status}). Deploy when that is done."
    if not set(NEEDED) <= _outputs(described).keys():
        return "is none of Switchboard's: all in it would be replaced. Choose a name of its own: switchboard init"
    return ""


def _described(name: str) -> Mapping[str, Any] | None:
    """None if there is no such stack."""
    try:
        found: Mapping[str, Any] = boto3.client("cloudformation").describe_stacks(StackName=name)["Stacks"][0]
    except (BotoCoreError, ClientError) as error:
        if "does not exist" in str(error):
            return None
        raise aws_error(f"the stack `{name}` cannot be read", error) from error
    return found


def _outputs(described: Mapping[str, Any]) -> dict[str, str]:
    return {output["OutputKey"]: output["OutputValue"] for output in described.get("Outputs", [])}


def aws_error(what: str, error: BotoCoreError | ClientError) -> CommandError:
    """A refusal where AWS answered, else unreachable."""
    kind = Refused if isinstance(error, ClientError) else Unreachable
    advice = next(words for family, words in ADVICE if isinstance(error, family))
    return kind(f"{what}: {str(error).rstrip('.')}. {advice}")


def use_local_engine(state_dir: Path) -> Settings:
    """The tables of the running `make run`. Raises Unreachable if there is none."""
    file = state_dir / ENGINE_FILE
    if not file.exists():
        raise Unreachable(f"There is no running `make run` in {state_dir}. Start it, or give --stack.")
    use_engine(file.read_text(encoding="utf-8").strip())
    return Settings()


def spilled_lines(stack: Stack, days: int) -> Iterator[str]:
    """What the chat function wrote to CloudWatch Logs. Raises Refused or Unreachable."""
    pages = boto3.client("logs").get_paginator("filter_log_events")
    try:
        for page in pages.paginate(
            logGroupName=f"/aws/lambda/{stack.name}-chat",
            filterPattern=f'"{SPILL}"',
            startTime=int((time.time() - days * DAY) * 1000),
        ):
            yield from (event["message"] for event in page["events"])
    except (BotoCoreError, ClientError) as error:
        raise aws_error(f"the log of the stack `{stack.name}` cannot be read", error) from error

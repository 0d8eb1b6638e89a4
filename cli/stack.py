"""A deployed stack by its outputs, and its log; or the tables of a running `make run`."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import boto3
from botocore.exceptions import BotoCoreError, ClientError
from switchboard.settings import Settings
from switchboard.storage.usage import SPILL

from cli.outcome import CommandError, Refused, Unreachable
from cli.settings import use_engine
from local.settings import ENGINE_FILE

DAY = 86_400

NEEDED = ("KeysTableName", "UsageTableName", "UptimeTableName")


@dataclass(frozen=True, slots=True)
class Stack:
    """Outputs by name."""

    name: str
    outputs: dict[str, str]

    @classmethod
    def read(cls, name: str) -> "Stack":
        """Raises Refused or Unreachable."""
        try:
            described = boto3.client("cloudformation").describe_stacks(StackName=name)["Stacks"][0]
        except (BotoCoreError, ClientError) as error:
            raise aws_error(f"the stack `{name}` cannot be read", error) from error
        outputs = {output["OutputKey"]: output["OutputValue"] for output in described.get("Outputs", [])}
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


def aws_error(what: str, error: BotoCoreError | ClientError) -> CommandError:
    """A refusal where AWS answered, else unreachable."""
    kind = Refused if isinstance(error, ClientError) else Unreachable
    return kind(f"{what}: {error}. Check --profile, --region and --stack.")


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

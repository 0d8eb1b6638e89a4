"""The only reader of the environment. Each variable that template.yaml sets is a field here, and vice versa."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, fields


@dataclass(frozen=True, slots=True)
class Settings:
    """One field for each variable, under its name in capitals; the defaults suit a laptop."""

    keys_table: str = "KeysTable"
    usage_table: str = "UsageTable"
    uptime_table: str = "UptimeTable"
    stack_name: str = "switchboard"
    log_level: str = "INFO"
    usage_shards: int = 4
    usage_days: int = 60

    @classmethod
    def read(cls, environment: Mapping[str, str] | None = None) -> "Settings":
        """Read the variables that are set; a number that is none raises ValueError with the variable's name."""
        source = os.environ if environment is None else environment
        values: dict[str, str | int] = {}
        for field in fields(cls):
            name = field.name.upper()
            if name in source:
                values[field.name] = _number(name, source[name]) if field.type is int else source[name]
        return cls(**values)  # type: ignore[arg-type]  # the loop above gives each field its own type


@dataclass(frozen=True, slots=True)
class AwsEnvironment:
    """What Lambda, or a developer's shell, says about AWS. `endpoint` replaces every service's address if it is set."""

    region: str
    access_key: str
    secret_key: str
    session_token: str | None
    endpoint: str | None

    @classmethod
    def read(cls, environment: Mapping[str, str] | None = None) -> "AwsEnvironment":
        source = os.environ if environment is None else environment
        return cls(
            region=source.get("AWS_REGION") or source.get("AWS_DEFAULT_REGION") or "us-east-1",
            access_key=source.get("AWS_ACCESS_KEY_ID", ""),
            secret_key=source.get("AWS_SECRET_ACCESS_KEY", ""),
            session_token=source.get("AWS_SESSION_TOKEN") or None,
            endpoint=source.get("AWS_ENDPOINT_URL") or None,
        )


@dataclass(frozen=True, slots=True)
class LambdaEnvironment:
    """What Lambda tells the process that is to take its invocations; `pollers` is how many it may hold at once."""

    runtime_api: str
    pollers: int
    snap_start: bool
    buffered: bool  # `sam local` cannot read a streamed answer

    @classmethod
    def read(cls, environment: Mapping[str, str] | None = None) -> "LambdaEnvironment":
        source = os.environ if environment is None else environment
        return cls(
            runtime_api=source.get("AWS_LAMBDA_RUNTIME_API", ""),
            pollers=_number("AWS_LAMBDA_MAX_CONCURRENCY", source.get("AWS_LAMBDA_MAX_CONCURRENCY") or "1"),
            snap_start=source.get("AWS_LAMBDA_INITIALIZATION_TYPE") == "snap-start",
            buffered=bool(source.get("AWS_SAM_LOCAL")),
        )


def trace_id() -> str | None:
    """X-Ray's id of the invocation that runs now, None where nothing is traced."""
    return os.environ.get("_X_AMZN_TRACE_ID", "").partition(";")[0].removeprefix("Root=") or None


def _number(name: str, text: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise ValueError(f"{name} must be a whole number, not {text!r}") from None

"""What the command reads from the environment, and from the state that `make run` keeps."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

ROOT = Path(__file__).resolve().parent.parent
DEFAULT_PORT = "8787"

KeyKind = Literal["management", "inference"]
_VARIABLES: Mapping[KeyKind, str] = {"management": "SWITCHBOARD_ADMIN_KEY", "inference": "SWITCHBOARD_KEY"}


@dataclass(frozen=True, slots=True)
class CliSettings:
    """`keys` are those in the environment; `state_dir` is where `make run` keeps the ones that it made."""

    url: str
    keys: Mapping[KeyKind, str]
    state_dir: Path

    @classmethod
    def read(cls, environment: Mapping[str, str] | None = None) -> "CliSettings":
        source = os.environ if environment is None else environment
        keys: dict[KeyKind, str] = {kind: source[name] for kind, name in _VARIABLES.items() if source.get(name)}
        return cls(
            source.get("SWITCHBOARD_URL") or f"http://127.0.0.1:{source.get('PORT') or DEFAULT_PORT}",
            keys,
            Path(source.get("STATE_DIR") or ROOT / ".switchboard"),
        )

    def key(self, kind: KeyKind) -> str | None:
        """From the environment, else the one that `make run` made."""
        kept = self.state_dir / f"{kind}-key"
        if kind in self.keys:
            return self.keys[kind]
        return kept.read_text(encoding="utf-8").strip() if kept.exists() else None


def variable_of(kind: KeyKind) -> str:
    """The variable that holds such a key."""
    return _VARIABLES[kind]


def use_profile(profile: str | None, region: str | None) -> None:
    """For boto3, and for all that reads the same variables: as if they had been exported."""
    _export({"AWS_PROFILE": profile, "AWS_REGION": region, "AWS_DEFAULT_REGION": region})


def use_engine(url: str) -> None:
    """The embedded engine of `make run` instead of AWS; it takes any credentials."""
    _export(
        {
            "AWS_ENDPOINT_URL": url,
            "AWS_ACCESS_KEY_ID": "local",
            "AWS_SECRET_ACCESS_KEY": "local",
            "AWS_REGION": "us-east-1",
        }
    )


def _export(variables: Mapping[str, str | None]) -> None:
    os.environ.update({name: value for name, value in variables.items() if value})

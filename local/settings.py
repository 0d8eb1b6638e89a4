"""What `make run` reads from the environment (docs/operations.md lists it)."""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from switchboard.storage.secrets import read_env_file

ROOT = Path(__file__).resolve().parent.parent
MOST_PORTS = 65535
LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")
# In the state directory: where the embedded engine of the last start listens, for the command line.
ENGINE_FILE = "engine-url"


@dataclass(frozen=True, slots=True)
class LocalSettings:
    """`variables` are the environment over the .env file: that is where provider keys are looked for."""

    host: str
    port: int
    state_dir: Path
    catalog_dir: Path
    simulate: bool
    simulate_fast: bool
    demo: bool
    probes: bool
    rankings_seconds: float
    key: str | None
    admin_key: str | None
    log_level: str
    variables: Mapping[str, str]

    @classmethod
    def read(cls) -> "LocalSettings":
        """Raises ValueError, saying which variable is wrong."""
        variables = {**read_env_file(ROOT / ".env"), **os.environ}
        return cls(
            host=variables.get("HOST", "127.0.0.1"),
            port=_port(variables.get("PORT", "8787")),
            state_dir=Path(variables.get("STATE_DIR", ROOT / ".switchboard")),
            catalog_dir=_catalog_dir(variables.get("CATALOG_DIR")),
            simulate=variables.get("SIMULATE", "1") != "0",
            simulate_fast=variables.get("SIMULATE") == "fast",
            demo=variables.get("DEMO") == "1",
            probes=variables.get("PROBES") == "1",
            rankings_seconds=_seconds("RANKINGS_SECONDS", variables.get("RANKINGS_SECONDS", "10")),
            key=_key("SWITCHBOARD_KEY", variables.get("SWITCHBOARD_KEY")),
            admin_key=_key("SWITCHBOARD_ADMIN_KEY", variables.get("SWITCHBOARD_ADMIN_KEY")),
            log_level=variables.get("LOG_LEVEL", "WARNING").upper(),
            variables=variables,
        )

    def checked_log_level(self) -> str:
        """Only who logs needs it: other programs have levels of their own under this name. Raises ValueError."""
        if self.log_level not in LOG_LEVELS:
            raise ValueError(f"LOG_LEVEL must be one of {', '.join(LOG_LEVELS)}, not {self.log_level}")
        return self.log_level


def _port(text: str) -> int:
    if not text.isdigit() or not 0 <= int(text) <= MOST_PORTS:
        raise ValueError(f"PORT must be a number from 0 to {MOST_PORTS}, not {text!r}")
    return int(text)


def _catalog_dir(text: str | None) -> Path:
    """One that is named must be there; the usual one need not."""
    if text is not None and not Path(text).is_dir():
        raise ValueError(f"CATALOG_DIR must be a directory, and {text!r} is none")
    return Path(text) if text is not None else ROOT / "catalog.d"


def _seconds(name: str, text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0.0
    if not 0 < seconds < float("inf"):
        raise ValueError(f"{name} must be a number of seconds above 0, not {text!r}")
    return seconds


def _key(name: str, text: str | None) -> str | None:
    """The text itself is never repeated."""
    if text and not re.fullmatch(r"[!-~]+", text):
        raise ValueError(f"{name} must be one word of plain letters, digits and signs: it has to fit into a header")
    return text or None

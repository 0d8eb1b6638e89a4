"""What `make run` reads from the environment (docs/operations.md lists it)."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from switchboard.storage.secrets import read_env_file

ROOT = Path(__file__).resolve().parent.parent
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
    rankings_seconds: float
    key: str | None
    admin_key: str | None
    log_level: str
    variables: Mapping[str, str]

    @classmethod
    def read(cls) -> "LocalSettings":
        """Raises ValueError, saying which variable is wrong."""
        variables = {**read_env_file(ROOT / ".env"), **os.environ}
        port = variables.get("PORT", "8787")
        if not port.isdigit() or not 0 <= int(port) <= 65535:
            raise ValueError(f"PORT must be a number from 0 to 65535, not {port!r}")
        return cls(
            host=variables.get("HOST", "127.0.0.1"),
            port=int(port),
            state_dir=Path(variables.get("STATE_DIR", ROOT / ".switchboard")),
            catalog_dir=Path(variables.get("CATALOG_DIR", ROOT / "catalog.d")),
            simulate=variables.get("SIMULATE", "1") != "0",
            simulate_fast=variables.get("SIMULATE") == "fast",
            demo=variables.get("DEMO") == "1",
            rankings_seconds=float(variables.get("RANKINGS_SECONDS", "10")),
            key=variables.get("SWITCHBOARD_KEY") or None,
            admin_key=variables.get("SWITCHBOARD_ADMIN_KEY") or None,
            log_level=variables.get("LOG_LEVEL", "WARNING"),
            variables=variables,
        )

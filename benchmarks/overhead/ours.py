"""Switchboard in server mode: the chat function as it is, and the same without leaving the process for its tables."""

import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.overhead.aws import PROVIDER
from benchmarks.overhead.contestants import ROOT, Contestant, Entrant, Mocks, Program, Serving, started
from benchmarks.overhead.known_key import KEY
from benchmarks.overhead.processes import free_port
from benchmarks.overhead.upstream import MODEL

CATALOG = """\
[provider]
id = "{provider}"
name = "Bench"
protocol = "openai-chat"
base_url = "http://127.0.0.1:{port}/v1"
key_env = "BENCH_API_KEY"

[[endpoints]]
model = "{provider}/{model}"
upstream_id = "{model}"
context = 2000000
max_output = 8192
price = {{ input = "2", output = "8" }}
"""


@dataclass(frozen=True, slots=True)
class Switchboard:
    """How it is started: under uvicorn and uvloop, with a catalog built for it."""

    home: Path
    mocked: Mocks

    def variables(self) -> dict[str, str]:
        return {
            "PATH": os.environ["PATH"],
            "PYTHONPATH": f"{ROOT / 'layers' / 'core'}:{self.home / 'catalog' / 'python'}:{ROOT}",
            "AWS_ENDPOINT_URL": f"http://127.0.0.1:{self.mocked.aws_port}",
            "AWS_REGION": "us-east-1",
            "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE",
            "AWS_SECRET_ACCESS_KEY": "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
        }

    def build_catalog(self) -> None:
        """The shipped catalog with the simulated provider over it, as `sam build` would."""
        operator = self.home / "catalog.d"
        operator.mkdir()
        text = CATALOG.format(provider=PROVIDER, model=MODEL, port=self.mocked.upstream_port)
        (operator / "bench.toml").write_text(text)
        build = [sys.executable, str(ROOT / "layers" / "catalog" / "build.py"), str(self.home / "catalog")]
        subprocess.run([*build, "--operator", str(operator)], check=True, stdout=subprocess.DEVNULL, timeout=60)

    def metered(self) -> Entrant:
        """functions/chat/app.py, unchanged: key looked up, usage recorded for every answer."""
        app = ("app:app", "--app-dir", str(ROOT / "functions" / "chat"))
        return Entrant("switchboard", lambda: self._serve("switchboard", app, metered=True))

    def pass_through(self) -> Entrant:
        name, app = "switchboard, pass-through", ("benchmarks.overhead.pass_through:app",)
        return Entrant(name, lambda: self._serve(name, app, metered=False))

    def _serve(self, name: str, app: Sequence[str], *, metered: bool) -> Serving:
        contestant = Contestant(
            name=name,
            port=free_port(),
            path="/api/v1/chat/completions",
            model=f"{PROVIDER}/{MODEL}",
            headers={"authorization": f"Bearer {KEY}"},
            metered=metered,
        )
        command = [
            *(sys.executable, "-m", "uvicorn", *app, "--host", "127.0.0.1", "--port", str(contestant.port)),
            *("--loop", "uvloop", "--lifespan", "off", "--log-level", "warning", "--no-access-log"),
        ]
        return started(contestant, Program(command, self.variables(), self.home / "switchboard.log"))

"""TensorZero's gateway, which its Python package can start (Rust, inside a Python process). No key, no ClickHouse."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.overhead.contestants import Contestant, Entrant, Mocks
from benchmarks.overhead.peers.environments import install_python, locked_python, python_environment
from benchmarks.overhead.processes import GATEWAY_CORE, Child
from benchmarks.overhead.upstream import MODEL

NAME = "TensorZero"
HOST = Path(__file__).with_name("tensorzero_host.py")
CONFIGURATION = """\
[gateway]
observability.enabled = false
disable_pseudonymous_usage_analytics = true

[models.{model}]
routing = ["upstream"]

[models.{model}.providers.upstream]
type = "openai"
model_name = "{model}"
api_base = "http://127.0.0.1:{upstream}/v1/"
api_key_location = "none"
"""


def entrant(mocked: Mocks, home: Path) -> Entrant:
    return Entrant(
        name=NAME,
        serve=lambda: _serve(mocked, home),
        prepare=lambda: install_python("tensorzero"),
        version=locked_python("tensorzero"),
    )


@contextmanager
def _serve(mocked: Mocks, home: Path) -> Iterator[tuple[Contestant, Child]]:
    """It takes a port of its own choice and says which."""
    configuration = home / "tensorzero.toml"
    configuration.write_text(CONFIGURATION.format(model=MODEL, upstream=mocked.upstream_port))
    python = python_environment("tensorzero") / "bin" / "python"
    command = [str(python), "-P", str(HOST), str(configuration), str(home / "tensorzero.log")]
    with Child(command, GATEWAY_CORE, variables={"PATH": os.environ["PATH"], "HOME": str(home)}) as child:
        _, port = child.line().split()
        path, model = "/openai/v1/chat/completions", f"tensorzero::model_name::{MODEL}"
        yield Contestant(NAME, int(port), path, model, pid=child.pid, guest=True), child

"""One `make run` for all contract tests: the real processes, simulated providers without pauses, a state of its own."""

import os
import re
import signal
import socket
import subprocess
import sys
import threading
import urllib.request
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.contract.faults import Faults
from tests.contract.python.upstreams import write_catalog

ROOT = Path(__file__).resolve().parents[2]
# The SDKs live in an environment of their own, in which the gateway itself does not run.
INTERPRETER = os.environ.get("SWITCHBOARD_PYTHON", sys.executable)
ADMIN_KEY = "sk-sb-contract-admin"
SIMULATOR = re.compile(r"curl (http://\S+)/_faults")


@dataclass(frozen=True)
class Running:
    process: subprocess.Popen[str]
    url: str
    key: str
    simulator: str

    def stop(self) -> int:
        """Ctrl-C, and the exit code."""
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(60)

    def get(self, path: str, key: str | None = None) -> bytes:
        headers = {"authorization": f"Bearer {key}"} if key else {}
        request = urllib.request.Request(self.url + path, headers=headers)
        with urllib.request.urlopen(request, timeout=20) as reply:
            body: bytes = reply.read()
        return body


def start(state: Path, **variables: str) -> Running:
    """Start the gateway and wait until it says that it is ready."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    environment = {
        **os.environ,
        "PYTHONPATH": f"{ROOT / 'layers' / 'core'}:{ROOT}",
        "PORT": str(port),
        "STATE_DIR": str(state),
        "SWITCHBOARD_KEY": "sk-sb-contract",
        "SWITCHBOARD_ADMIN_KEY": ADMIN_KEY,
        "SIMULATE": "fast",
        "RANKINGS_SECONDS": "0.5",
        **variables,
    }
    for name in ("OPENAI_API_KEY", "AZURE_API_KEY"):
        environment.pop(name, None)
    process = subprocess.Popen(
        [INTERPRETER, "-m", "local"], cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    printed = ""
    for line in process.stdout:
        printed += line
        if line.startswith("Ctrl-C"):
            break
    # A full pipe would stop the gateway in the middle of a line of its log.
    threading.Thread(target=deque, args=(process.stdout, 0), daemon=True).start()
    found = SIMULATOR.search(printed)
    assert found, f"make run did not get ready; it said: {printed!r}"
    return Running(process, f"http://127.0.0.1:{port}", "sk-sb-contract", found.group(1))


@contextmanager
def contract_gateway(folder: Path, **variables: str) -> Iterator[Running]:
    """A gateway that knows the contract's upstreams, while the block lasts."""
    write_catalog(folder / "catalog.d")
    running = start(folder / "state", CATALOG_DIR=str(folder / "catalog.d"), **variables)
    yield running
    running.stop()
    assert running.process.stdout is not None
    running.process.stdout.close()


@pytest.fixture(scope="session")
def gateway(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with contract_gateway(tmp_path_factory.mktemp("gateway")) as running:
        yield running


@pytest.fixture
def faults(gateway: Running) -> Iterator[Faults]:
    switched = Faults(gateway.simulator)
    yield switched
    switched.clear()

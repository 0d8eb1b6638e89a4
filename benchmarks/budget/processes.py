"""The two engines as processes of their own, which end with the block."""

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DYNALITE = Path(__file__).parent / "dynalite" / "node_modules" / "dynalite" / "cli.js"
START_SECONDS = 30.0


@contextmanager
def ended(process: subprocess.Popen[str]) -> Iterator[subprocess.Popen[str]]:
    try:
        yield process
    finally:
        process.terminate()
        process.communicate(timeout=START_SECONDS)


@contextmanager
def embedded(state: Path) -> Iterator[str]:
    command = [sys.executable, "-m", "local.engine", "--state-dir", str(state)]
    pipe = subprocess.PIPE
    with ended(subprocess.Popen(command, cwd=ROOT, stdin=pipe, stdout=pipe, text=True)) as process:
        assert process.stdout is not None
        yield process.stdout.readline().split()[1]


@contextmanager
def dynalite() -> Iterator[str]:
    if not DYNALITE.exists():
        raise SystemExit("dynalite is not installed: run `make engines`, which does that with npm.")
    port = free_port()
    command = ["node", str(DYNALITE), "--port", str(port), "--host", "127.0.0.1", "--createTableMs", "0"]
    with ended(subprocess.Popen(command, stdout=subprocess.DEVNULL, text=True)):
        _wait_for(port)
        yield f"http://127.0.0.1:{port}"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_for(port: int) -> None:
    until = time.monotonic() + START_SECONDS
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            if time.monotonic() > until:
                raise
            time.sleep(0.1)

"""The local processes as the tests run them: each ends with its test, however that ends."""

import contextlib
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]


def launch(module: str, *arguments: str) -> tuple[subprocess.Popen[str], str]:
    """Start `python -m module` with a pipe as stdin and wait for its ready line; returns it and its address."""
    process = subprocess.Popen(
        [sys.executable, "-m", module, *arguments],
        cwd=ROOT,
        env={**os.environ, "PYTHONWARNINGS": "error::ResourceWarning"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    words = process.stdout.readline().split()
    if words[:1] != ["ready"]:
        raise AssertionError(f"{module} did not start: {words} {end(process)}")
    return process, words[1]


def end(process: subprocess.Popen[str]) -> str:
    """Close stdin, wait, and return what the process said on stderr."""
    try:
        _, errors = process.communicate(timeout=10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()
        raise
    return errors


@contextlib.contextmanager
def running(module: str, *arguments: str) -> Iterator[str]:
    """The process's address, while it runs."""
    process, url = launch(module, *arguments)
    try:
        yield url
    finally:
        end(process)


def wait_until(holds: Callable[[], bool], patience: float = 10.0) -> None:
    """Look again and again, for so many seconds at most: what a process does in its own time is not slept through."""
    ends = time.monotonic() + patience
    while not holds():
        assert time.monotonic() < ends, "it did not come true in time"
        time.sleep(0.01)


def free_port() -> int:
    """A port that nobody listens at."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
    return port

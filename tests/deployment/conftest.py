"""An emulated AWS account on a port of this machine, once for the session: ministack, in an environment of its own."""

import os
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest

from tests.infrastructure.tools import ROOT, build

MINISTACK = ROOT / ".venv-account" / "bin" / "ministack"
PATIENCE = 60.0


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(url: str, process: "subprocess.Popen[bytes]") -> None:
    """Until somebody answers, whatever the answer is."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end and process.poll() is None:
        try:
            urlopen(url, timeout=2).close()
        except HTTPError as answered:
            answered.close()
        except OSError:
            time.sleep(0.1)
            continue
        return
    pytest.fail(f"nobody answers at {url}")


@pytest.fixture(scope="session")
def account(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The account's URL; the variables that lead boto3 and SAM there are set as long as it is there."""
    if not MINISTACK.exists():
        pytest.fail("no emulated account; install it with: make .venv-account/installed")
    port, home = free_port(), tmp_path_factory.mktemp("account")
    url = f"http://127.0.0.1:{port}"
    there = {"GATEWAY_PORT": str(port), "BIND_HOST": "127.0.0.1", "IOT_MTLS_ENABLED": "0", "AWS_ENDPOINT_URL": url}
    with (home / "log").open("wb") as log:
        process = subprocess.Popen(
            [MINISTACK], cwd=home, env={**os.environ, **there}, stdout=log, stderr=subprocess.STDOUT
        )
        try:
            wait_for(url, process)
            yield url
        finally:
            process.terminate()
            process.wait(PATIENCE)


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What `sam build` makes, nested stacks included."""
    return build(tmp_path_factory.mktemp("built"), "x86_64")

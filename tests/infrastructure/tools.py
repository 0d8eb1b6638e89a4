"""The programs the infrastructure tests run: the SAM CLI, its Lambda emulator, Lambda's own Python."""

import hashlib
import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from layers.build import LAMBDA_PYTHON, find_python, find_uv

ROOT = Path(__file__).resolve().parents[2]
INSTALL_SAM = (
    "no SAM CLI found; install it beside the project with\n"
    "  uv venv .venv-sam && uv pip install -p .venv-sam/bin/python --require-hashes -r requirements/sam.txt\n"
    "or name another with SAM=/path/to/sam"
)
# The runtime a function meets on Lambda, beside the interpreter itself.
RUNTIME_LOCK = ROOT / "requirements" / "lambda.txt"
HERE = {"x86_64": "x86_64", "amd64": "x86_64", "aarch64": "arm64", "arm64": "arm64"}.get(platform.machine().lower(), "")


@dataclass(frozen=True, slots=True)
class LambdaPython:
    """An interpreter with what the managed runtime brings; `version` is 3.13 wherever there is one."""

    path: Path
    version: str


def sam() -> str:
    """The command; a test that needs it fails without it, as a skipped check of the template is no check."""
    own = ROOT / ".venv-sam" / "bin" / "sam"
    found = os.environ.get("SAM") or (str(own) if own.exists() else shutil.which("sam"))
    if not found:
        pytest.fail(INSTALL_SAM)
    return found


def emulator() -> Path:
    """AWS's Runtime Interface Emulator, which the SAM CLI's wheel carries for its images."""
    prefix = Path(sam()).resolve().parent.parent
    found = sorted(prefix.glob(f"lib/python*/site-packages/samcli/local/rapid/aws-lambda-rie-{HERE}"))
    if not found:
        pytest.fail(f"this SAM CLI ({prefix}) carries no emulator for {HERE or platform.machine()}")
    return found[0]


def build(folder: Path, architecture: str, python: str = LAMBDA_PYTHON) -> Path:
    """`sam build` into the folder; every function and layer has one of its own there."""
    options = ["--build-dir", str(folder), "--parameter-overrides", f"Architecture={architecture}"]
    run([sam(), "build", *options], {"LAYER_PYTHON": python})
    return folder


def run(command: Sequence[str], variables: Mapping[str, str] | None = None) -> str:
    """What the command prints; its whole output is the failure's message."""
    environment = {
        **os.environ,
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",  # uv lives there
        "SAM_CLI_TELEMETRY": "0",
        "AWS_DEFAULT_REGION": "us-east-1",
        **(variables or {}),
    }
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.fail(f"{' '.join(command)}\n{done.stdout}\n{done.stderr}", pytrace=False)
    return done.stdout + done.stderr


def lambda_python() -> LambdaPython:
    """Lambda's Python in an environment kept beside the project; the interpreter at hand if there is no 3.13."""
    version, base = LAMBDA_PYTHON, find_python(LAMBDA_PYTHON)
    if base is None:
        version, base = ".".join(map(str, sys.version_info[:2])), sys.executable
    lock = hashlib.sha256(RUNTIME_LOCK.read_bytes()).hexdigest()[:12]
    home = ROOT / f".venv-lambda-{version}"
    mark = home / lock
    python = home / "bin" / "python"
    if not mark.exists():
        uv = find_uv() or pytest.fail("no uv; `make install` puts it into .venv")
        run([*uv, "venv", "-q", "--clear", "-p", base, str(home)])
        run([*uv, "pip", "install", "-q", "-p", str(python), "--require-hashes", "-r", str(RUNTIME_LOCK)])
        mark.touch()
    return LambdaPython(python, version)

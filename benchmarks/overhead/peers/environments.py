"""Where peers are installed: each Python one in an environment of its own, hash-checked; Node's by `npm ci`."""

import json
import subprocess
import sys
from pathlib import Path

from benchmarks.overhead.contestants import ROOT, Unavailable
from tests.node_packages import NoNode, install

INSTALL_SECONDS = 900


def locked_python(name: str) -> str:
    """The version of the package `name` that requirements/peers-<name>.txt holds."""
    lock = (ROOT / "requirements" / f"peers-{name}.txt").read_text(encoding="utf-8")
    return next(line.split("==")[1].split()[0] for line in lock.splitlines() if line.startswith(f"{name}=="))


def locked_node(folder: Path, package: str) -> str:
    lock = json.loads((folder / "package-lock.json").read_text(encoding="utf-8"))
    return str(lock["packages"][f"node_modules/{package}"]["version"])


def python_environment(name: str) -> Path:
    """Where the environment of requirements/peers-<name>.txt is, or will be."""
    return ROOT / f".venv-peers-{name}"


def install_python(name: str) -> None:
    """Make it, unless it is there and younger than its lock. Raises Unavailable."""
    environment, lock = python_environment(name), Path("requirements") / f"peers-{name}.txt"
    done = environment / "installed"
    if done.exists() and done.stat().st_mtime >= (ROOT / lock).stat().st_mtime:
        return
    command = ["sh", "scripts/install.sh", sys.executable, str(environment), str(lock)]
    _run(command, f"{lock} cannot be installed; run `{' '.join(command)}` to see why")


def install_node(folder: Path) -> None:
    """`npm ci` there, unless it is done. Raises Unavailable."""
    try:
        install(folder)
    except (NoNode, subprocess.CalledProcessError) as failure:
        raise Unavailable(f"npm packages in {folder.relative_to(ROOT)}: {failure}") from failure


def _run(command: list[str], otherwise: str) -> None:
    try:
        subprocess.run(command, cwd=ROOT, check=True, stdout=sys.stderr, timeout=INSTALL_SECONDS)
    except (OSError, subprocess.SubprocessError) as failure:
        raise Unavailable(otherwise) from failure

"""Node programs beside the Python ones: their packages, installed from a lock that names no registry."""

import shutil
import subprocess
from pathlib import Path

OLDEST_NODE = 20


class NoNode(RuntimeError):
    """Node or npm is missing or too old; says what to install."""


def install(folder: Path) -> None:
    """`npm ci` in a folder with a package.json and its lock, unless it is done already. Raises NoNode."""
    _check_node()
    done, lock = folder / "node_modules" / ".package-lock.json", folder / "package-lock.json"
    if done.exists() and done.stat().st_mtime >= lock.stat().st_mtime:
        return
    subprocess.run(["npm", "ci", "--loglevel=error"], cwd=folder, check=True)


def _check_node() -> None:
    if not (shutil.which("node") and shutil.which("npm")):
        raise NoNode(f"needs Node {OLDEST_NODE} or newer with npm on the PATH; there is none")
    version = subprocess.run(["node", "--version"], capture_output=True, text=True, check=True).stdout.strip()
    if int(version.removeprefix("v").split(".")[0]) < OLDEST_NODE:
        raise NoNode(f"needs Node {OLDEST_NODE} or newer; `node --version` says {version}")

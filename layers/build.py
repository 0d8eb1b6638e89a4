"""Fills the three Lambda layers for `sam build`. Standard library only, so that any Python from 3.11 can run it.

    build.py dependencies {arm64,x86_64} OUT     the locked wheels of the target platform
    build.py core OUT                            the switchboard package and the streaming wrapper
    build.py catalog OUT                         the catalog, compiled to one JSON

OUT becomes /opt on Lambda. The same sources give the same bytes, so that an unchanged layer is not published again.
"""

import argparse
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LOCK = ROOT / "requirements" / "runtime.txt"
LAMBDA_PYTHON = "3.13"
MACHINE = {"arm64": "aarch64", "x86_64": "x86_64"}
# Lambda's Amazon Linux 2023 has glibc 2.34; 2.28 also runs on the older systems that tests run on.
GLIBC = "manylinux_2_28"
PIP_GLIBC = ("manylinux_2_28", "manylinux_2_17", "manylinux2014")
NOT_FOR_LAMBDA = ("__pycache__", "tests", "*.pyi", "*.pyc", ".lock")
# The wrapper is found here by AWS_LAMBDA_EXEC_WRAPPER in template.yaml.
WRAPPER = "switchboard-stream"


def main(arguments: Sequence[str]) -> None:
    choice = _parser().parse_args(arguments)
    out: Path = choice.out.resolve()
    out.mkdir(parents=True, exist_ok=True)
    match choice.layer:
        case "dependencies":
            dependencies(choice.architecture, out, choice.python)
        case "core":
            core(out, choice.python)
        case "catalog":
            catalog(out, choice.python)


def dependencies(architecture: str, out: Path, python: str) -> None:
    site = out / "python"
    if installer := find_uv():
        run([*installer, *_uv_arguments(architecture, site, python)])
    else:
        run([sys.executable, *_pip_arguments(architecture, site, python)])
    prune(site)
    byte_compile(site, python)


def core(out: Path, python: str) -> None:
    source = ROOT / "layers" / "core"
    shutil.copytree(
        source / "switchboard",
        out / "python" / "switchboard",
        ignore=shutil.ignore_patterns(*NOT_FOR_LAMBDA),
        dirs_exist_ok=True,
    )
    shutil.copy(source / WRAPPER, out / WRAPPER)
    (out / WRAPPER).chmod(0o755)
    byte_compile(out / "python", python)


def catalog(out: Path, python: str) -> None:
    operator = ROOT / "catalog.d"
    merge = ["--operator", str(operator)] if operator.is_dir() else []
    run([sys.executable, str(ROOT / "layers" / "catalog" / "build.py"), str(out), *merge])
    byte_compile(out / "python", python)


def find_uv() -> list[str] | None:
    """The command of the first uv that answers: on PATH, in the project's environment, or as a module."""
    for command in (["uv"], [str(ROOT / ".venv" / "bin" / "uv")], [sys.executable, "-m", "uv"]):
        if answer([*command, "--version"]) is not None:
            return command
    return None


def prune(site: Path) -> None:
    """Drop what never runs on Lambda. Package metadata stays: versions and entry points are read at run time."""
    shutil.rmtree(site / "bin", ignore_errors=True)
    for pattern in NOT_FOR_LAMBDA:
        for found in sorted(site.rglob(pattern)):
            if found.is_dir():
                shutil.rmtree(found)
            else:
                found.unlink(missing_ok=True)


def byte_compile(site: Path, python: str) -> None:
    """Lambda cannot write beside the sources, so what is not compiled here is compiled at each cold start."""
    interpreter = find_python(python)
    if interpreter is None:
        say(f"no Python {python} here: the layer ships without bytecode and starts more slowly")
        return
    # Unchecked hashes survive the zip's file times; the paths inside are those a traceback on Lambda should show.
    options = ["-q", "--invalidation-mode", "unchecked-hash", "-s", str(site), "-p", "/opt/python"]
    run([interpreter, "-m", "compileall", *options, str(site)])


def find_python(version: str) -> str | None:
    return next((path for path in _candidates(version) if _is_python(path, version)), None)


def _candidates(version: str) -> Iterator[str]:
    yield sys.executable
    yield f"python{version}"
    if found := answer([*(find_uv() or ["uv"]), "python", "find", "--no-project", version]):
        yield found
    for home in sorted((Path.home() / ".pyenv" / "versions").glob(f"{version}*"), reverse=True):
        yield str(home / "bin" / "python")


def _is_python(path: str, version: str) -> bool:
    # Asked, not trusted by its name: a version manager's stand-in exists under the name and fails when it is run.
    return answer([path, "-c", "import sys; print('%d.%d' % sys.version_info[:2])"]) == version


def _uv_arguments(architecture: str, site: Path, python: str) -> list[str]:
    platform = f"{MACHINE[architecture]}-{GLIBC}"
    target = ["--python-version", python, "--python-platform", platform, "--target", str(site)]
    return ["pip", "install", "--quiet", *target, *_locked()]


def _pip_arguments(architecture: str, site: Path, python: str) -> list[str]:
    platforms = [part for glibc in PIP_GLIBC for part in ("--platform", f"{glibc}_{MACHINE[architecture]}")]
    target = [*platforms, "--python-version", python, "--implementation", "cp", "--target", str(site)]
    return ["-m", "pip", "install", "--quiet", *target, *_locked()]


def _locked() -> list[str]:
    return ["--require-hashes", "--only-binary=:all:", "--no-deps", "--no-compile", "-r", str(LOCK)]


def run(command: Sequence[str]) -> None:
    # A fixed hash seed keeps the order of sets inside bytecode, and so the layer's bytes, the same in every build.
    environment = {**os.environ, "PYTHONHASHSEED": "0"}
    done = subprocess.run(command, env=environment, check=False)  # noqa: S603  # our own command lines
    if done.returncode:
        raise SystemExit(f"{' '.join(command[:4])} ... ended with {done.returncode}")


def answer(command: Sequence[str]) -> str | None:
    """What the command prints, or None if it cannot be run or fails."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)  # noqa: S603
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout.strip()


def say(text: str) -> None:
    sys.stderr.write(f"layers/build.py: {text}\n")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    layers = parser.add_subparsers(dest="layer", required=True)
    for name in ("dependencies", "core", "catalog"):
        layer = layers.add_parser(name)
        if name == "dependencies":
            layer.add_argument("architecture", choices=MACHINE)
        layer.add_argument("out", type=Path)
        layer.add_argument("--python", default=LAMBDA_PYTHON, help="the functions' Python, as major.minor")
    return parser


if __name__ == "__main__":
    main(sys.argv[1:])

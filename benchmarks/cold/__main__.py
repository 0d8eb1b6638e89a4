"""`python -m benchmarks.cold`: what each function's cold start costs, from the start of Python to the first answer.

CPU time over that of a Python which does nothing, since wall time says more about the machine; modules loaded, and
resident memory at its most. Every run is a process of its own on one core, all functions in turns. The catalog, keys
and rankings functions talk to the embedded engine, chat to the provider and the AWS of benchmarks.overhead.
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import boto3

from benchmarks.markdown import table
from benchmarks.overhead.contestants import ROOT, mocks
from benchmarks.overhead.ours import Switchboard
from benchmarks.overhead.processes import GATEWAY_CORE
from benchmarks.overhead.starts import first_request
from local.processes import Beside
from local.tables import TableClient, create_tables

NOTHING = ("-c", "import time; print(time.process_time() * 1000)")
# What API Gateway and the scheduler send first, as far as each is concerned.
EVENTS = {"catalog": "models", "keys": "key", "rankings": "schedule"}


@dataclass(frozen=True, slots=True)
class Start:
    """One cold start: CPU milliseconds, with those of a bare Python still in them."""

    imported: float
    answered: float
    modules: int
    peak_mb: float


@dataclass(frozen=True, slots=True)
class Function:
    name: str
    command: Sequence[str]
    variables: Mapping[str, str]


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.cold", description=__doc__)
    parser.add_argument("--repetitions", type=int, default=9)
    parser.add_argument("--python", default=sys.executable, help="another interpreter with the functions' libraries")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, ExitStack() as closing:
        functions = _functions(Path(folder), closing)
        starts: dict[str, list[Start]] = {function.name: [] for function in functions}
        bare: list[float] = []
        for _ in range(options.repetitions):
            bare.append(float(_run([options.python, *NOTHING], functions[0].variables)[0]))
            for function in functions:
                starts[function.name].append(_start(options.python, function))
    print(
        f"{_version(options.python)}, bare {statistics.median(bare):.0f} ms, {options.repetitions} starts each, median"
    )
    print()
    print(table([HEAD, *(_row(name, runs, statistics.median(bare)) for name, runs in starts.items())]))
    return 0


HEAD = ("function", "import, CPU ms", "first answer, CPU ms", "least", "modules", "memory, MB")


def _row(name: str, runs: Sequence[Start], bare: float) -> tuple[str, ...]:
    return (
        name,
        f"{statistics.median(run.imported for run in runs) - bare:.0f}",
        f"{statistics.median(run.answered for run in runs) - bare:.0f}",
        f"{min(run.answered for run in runs) - bare:.0f}",
        str(max(run.modules for run in runs)),
        f"{statistics.median(run.peak_mb for run in runs):.0f}",
    )


def _functions(home: Path, closing: ExitStack) -> list[Function]:
    """All four, with what they talk to running."""
    mocked = closing.enter_context(mocks())
    switchboard = Switchboard(home, mocked)
    switchboard.build_catalog()
    chat, _ = closing.enter_context(switchboard.metered().serve())
    request = home / "request"
    request.write_bytes(first_request(chat))
    engine = Beside.start("local.engine", ("--port", "0", "--state-dir", str(home)))
    closing.callback(engine.stop)
    create_tables(_client(engine.url), ROOT / "template.yaml")
    beside = {**switchboard.variables(), "AWS_ENDPOINT_URL": engine.url, "AWS_DEFAULT_REGION": "us-east-1"}
    first = str(ROOT / "benchmarks" / "cold" / "first_answer.py")
    asked = str(ROOT / "benchmarks" / "overhead" / "cold.py")
    return [
        Function("chat", (asked, str(request)), switchboard.variables()),
        *(
            Function(name, (first, name, str(ROOT / "events" / f"{event}.json")), beside)
            for name, event in EVENTS.items()
        ),
    ]


def _client(url: str) -> TableClient:
    client: TableClient = boto3.client(
        "dynamodb",
        endpoint_url=url,
        region_name="us-east-1",
        aws_access_key_id="bench",
        aws_secret_access_key="bench",
    )
    return client


def _start(python: str, function: Function) -> Start:
    (_, imported, answered, modules), peak_mb = _measured([python, *function.command], function.variables)
    return Start(float(imported), float(answered), int(modules), peak_mb)


def _run(command: Sequence[str], variables: Mapping[str, str]) -> list[str]:
    return _measured(command, variables)[0]


def _measured(command: Sequence[str], variables: Mapping[str, str]) -> tuple[list[str], float]:
    """The words of the last line that it prints (its log comes before), and its resident memory at most, in MB."""
    process = subprocess.Popen(
        command,
        env=dict(variables),
        preexec_fn=lambda: os.sched_setaffinity(0, {GATEWAY_CORE}),  # noqa: PLW1509  # there are no threads
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    lines = process.stdout.read().splitlines()
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{' '.join(command)} ended with {process.returncode}")
    return lines[-1].split(), used.ru_maxrss / 1024


def _version(python: str) -> str:
    return subprocess.run([python, "--version"], check=True, capture_output=True, text=True).stdout.strip()


if __name__ == "__main__":
    sys.exit(main())

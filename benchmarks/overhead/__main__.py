"""`make bench`: both sides in one run, in turns. Prints a table; --json keeps every figure of every repetition."""

import argparse
import json
import os
import platform
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from benchmarks.overhead import contestants
from benchmarks.overhead.contestants import Contestant, Switchboard
from benchmarks.overhead.measure import Bench, Figures, Unsound
from benchmarks.overhead.processes import CORES, GATEWAY_CORE, TOOLS_CORE, Child, memory_mb, wait_for_port
from benchmarks.overhead.report import document, table
from benchmarks.overhead.starts import function_start, server_start

STARTS = 5


def main() -> int:
    arguments = _arguments()
    began, load_before = time.time(), os.getloadavg()
    with tempfile.TemporaryDirectory(prefix="switchboard-bench-") as home:
        try:
            names, repetitions, answered = run(Path(home), arguments)
        except (Unsound, RuntimeError) as error:
            print(f"the run is worth nothing: {error}", file=sys.stderr)
            return 1
    about = {
        "date": time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime(began)),
        "seconds": round(time.time() - began),
        "machine": f"{_processor()}, {len(CORES)} cores, Linux {platform.release()}",
        "python": platform.python_version(),
        "load_average": [load_before, os.getloadavg()],
        "cores": {"gateway": GATEWAY_CORE, "provider, AWS and load": TOOLS_CORE},
        "repetitions": arguments.repetitions,
        "seconds_per_load": arguments.seconds,
        "answers_checked": answered,
    }
    print("\n".join(f"{name.replace('_', ' ')}: {_shown(value)}" for name, value in about.items()), end="\n\n")
    print(table(names, repetitions))
    print("\nmedian [middle half] of the repetitions; every answer was complete, and every one of ours is on record")
    if arguments.json:
        arguments.json.write_text(json.dumps(document(names, repetitions, about), indent=1) + "\n")
    return 0


def run(home: Path, arguments: argparse.Namespace) -> tuple[list[str], list[dict[str, Figures]], int]:
    """Names of the contestants, their figures by repetition, and how many answers were looked at."""
    with ExitStack() as closing:
        mocked = closing.enter_context(contestants.mocks())
        switchboard = Switchboard(home, mocked)
        switchboard.build_catalog()
        proxy = closing.enter_context(contestants.plain_proxy(mocked, home))
        ours, child = closing.enter_context(switchboard.serve())
        wait_for_port(ours.port, child)
        generator = Child(contestants.tool("load"), TOOLS_CORE, variables=contestants.tool_variables())
        bench = Bench(closing.enter_context(generator), mocked, arguments.seconds)
        racing = [contestants.direct(mocked), proxy, ours]
        repetitions: list[dict[str, Figures]] = []
        for number in range(arguments.repetitions):
            repetitions.append(bench.repetition(racing))
            if number < STARTS:
                repetitions[-1][ours.name] |= server_start(switchboard) | function_start(switchboard, ours)
                bench.answered_beside(2)
            print(f"repetition {number + 1} of {arguments.repetitions}", file=sys.stderr)
        _add_memory(racing, repetitions[-1])
        return [contestant.name for contestant in racing], repetitions, bench.answered


def _add_memory(racing: Sequence[Contestant], figures: dict[str, Figures]) -> None:
    for contestant in racing:
        if contestant.pid:
            rss, pss = memory_mb(contestant.pid)
            figures[contestant.name] |= {"rss_mb": rss, "pss_mb": pss}


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.overhead", description=__doc__)
    parser.add_argument("--seconds", type=float, default=1.0, help="for each load and contestant (default 1)")
    parser.add_argument("--repetitions", type=int, default=9, help="of everything, in turns (default 9)")
    parser.add_argument("--quick", action="store_true", help="2 repetitions of 0.3 s: does it work at all")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write every figure there")
    arguments = parser.parse_args()
    if arguments.quick:
        arguments.seconds, arguments.repetitions = 0.3, 2
    return arguments


def _processor() -> str:
    rows = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    return next((row.partition(": ")[2] for row in rows if row.startswith("model name")), platform.machine())


def _shown(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{name} {entry}" for name, entry in value.items())
    if isinstance(value, list):
        return " before, ".join(" ".join(f"{load:.1f}" for load in loads) for loads in value) + " after"
    return str(value)


if __name__ == "__main__":
    sys.exit(main())

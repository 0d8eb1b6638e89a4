"""`make bench`: both sides in one run, in turns. Prints a table; --json keeps every figure of every repetition.

With --peers (`make bench-peers`) other gateways run beside ours; who cannot be installed or started is named, with the
reason.
"""

import argparse
import json
import os
import platform
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks.overhead.measure import Unsound
from benchmarks.overhead.processes import CORES, GATEWAY_CORE, TOOLS_CORE
from benchmarks.overhead.report import comparison, document
from benchmarks.overhead.run import Outcome, Plan, run


def main() -> int:
    arguments = _arguments()
    began, load_before = time.time(), os.getloadavg()
    plan = Plan(arguments.repetitions, arguments.seconds, peers=arguments.peers)
    with tempfile.TemporaryDirectory(prefix="switchboard-bench-") as home:
        try:
            outcome = run(Path(home), plan)
        except (Unsound, RuntimeError) as error:
            print(f"the run is worth nothing: {error}", file=sys.stderr)
            return 1
    about = {
        "date": time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime(began)),
        "seconds": round(time.time() - began),
        "machine": f"{_processor()}, {len(CORES)} cores, Linux {platform.release()}",
        "python": platform.python_version(),
        "versions": outcome.versions,
        "load_average": [load_before, os.getloadavg()],
        "cores": {"gateway": GATEWAY_CORE, "provider, AWS and load": TOOLS_CORE},
        "repetitions": plan.repetitions,
        "seconds_per_load": plan.seconds,
        "answers_checked": outcome.answered,
    }
    _print(outcome, about)
    if arguments.json:
        everything = document(outcome.names, outcome.repetitions, about | {"missing": outcome.missing})
        arguments.json.write_text(json.dumps(everything, indent=1) + "\n")
    return 0


def _print(outcome: Outcome, about: dict[str, Any]) -> None:
    print("\n".join(f"{name.replace('_', ' ')}: {_shown(value)}" for name, value in about.items()), end="\n\n")
    print(comparison(outcome.names, outcome.repetitions))
    print("\nmedian and half the width of the middle half of the repetitions;")
    print("every answer was complete, and every one of ours that is metered is on record")
    for reason in outcome.missing:
        print(f"missing: {reason}")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.overhead", description=__doc__)
    parser.add_argument("--peers", action="store_true", help="LiteLLM, Portkey and TensorZero too; installs them")
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

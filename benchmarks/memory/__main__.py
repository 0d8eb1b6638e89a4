"""`python -m benchmarks.memory`: the chat function in server mode, its resident memory after and during each load.

Then RSS per answer over the requests that follow: what is kept of each shows as a slope. Every answer is checked and
must be on record, as in benchmarks.overhead.
"""

import argparse
import sys
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from benchmarks.markdown import table
from benchmarks.memory.slope import Point, bytes_per_answer
from benchmarks.overhead.contestants import Contestant, mocks, tool, tool_variables
from benchmarks.overhead.measure import Bench, Load, Unsound
from benchmarks.overhead.ours import Switchboard
from benchmarks.overhead.processes import (
    TOOLS_CORE,
    Child,
    allow_open_files,
    forget_peak,
    memory_mb,
    peak_mb,
    wait_for_port,
)
from benchmarks.overhead.upstream import CHUNKS

TARGET_BYTES = 1024
SPILLED = b'"usage_record_spilled"'
OPEN_FILES = 8192
SECONDS = 1.0
PATIENCE = 240.0
# 500 streams of 25 s, two contents a second: a fifth of what one core can do. Were they in step, all would end at once,
# which no crowd does.
PACE = 0.5
STREAM_SECONDS = PACE * CHUNKS
WARMING_UP = Load("warming up", connections=64)
LARGE = (
    Load("100 KB prompts, 8 at a time", connections=8, prompt_bytes=100_000),
    Load("4 MB prompts, one at a time", prompt_bytes=4_000_000),
    Load("4 MB prompts, 8 at a time", connections=8, prompt_bytes=4_000_000),
)
MANY = Load("64 at a time", connections=64)


def streams(count: int) -> Load:
    return Load(
        f"{count} streams at once",
        connections=count,
        stream=True,
        share=STREAM_SECONDS,
        spread=STREAM_SECONDS,
        patience=PATIENCE,
    )


@dataclass(frozen=True, slots=True)
class Held:
    """Resident megabytes: before a load, at most during it, and after it."""

    load: str
    answers: int
    before: float
    peak: float
    after: float

    @property
    def cells(self) -> list[str]:
        megabytes = (self.before, self.peak, self.after)
        return [self.load, f"{self.answers:,}", *(f"{mb:.1f}" for mb in megabytes)]


@dataclass(frozen=True, slots=True)
class Outcome:
    """`spilled` records were written to the log, since the table did not answer in time."""

    held: list[Held]
    points: list[Point]
    spilled: int


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.memory", description=__doc__)
    parser.add_argument("--requests", type=int, default=10_000, help="whose slope is taken (default 10,000)")
    parser.add_argument("--streams", type=int, default=500, help="at once; fewer for a busy machine (default 500)")
    parser.add_argument("--streamed", action="store_true", help="those requests streamed, as many at once: 9 minutes")
    arguments = parser.parse_args()
    allow_open_files(OPEN_FILES)
    with tempfile.TemporaryDirectory(prefix="switchboard-memory-") as home:
        try:
            crowd = streams(arguments.streams)
            outcome = run(Path(home), crowd, crowd if arguments.streamed else MANY, arguments.requests)
        except (Unsound, RuntimeError) as error:
            print(f"the run is worth nothing: {error}", file=sys.stderr)
            return 1
    print(table([["load", "answers", "before, MB", "peak, MB", "after, MB"], *(each.cells for each in outcome.held)]))
    print(f"\n{_verdict(outcome.points)}")
    if outcome.spilled:
        print(f"{outcome.spilled} records went to the log: the machine was too busy for a table that answers in 0.5 s")
    return 0


def run(home: Path, crowd: Load, many: Load, requests: int) -> Outcome:
    """Raises Unsound, or RuntimeError if the gateway does not start."""
    with ExitStack() as closing:
        mocked = closing.enter_context(mocks(PACE))
        switchboard = Switchboard(home, mocked)
        switchboard.build_catalog()
        ours, child = closing.enter_context(switchboard.metered().serve())
        wait_for_port(ours.port, child)
        generator = closing.enter_context(Child(tool("load"), TOOLS_CORE, variables=tool_variables()))
        log = home / "switchboard.log"
        bench = Bench(generator, mocked, SECONDS, lambda: log.read_bytes().count(SPILLED))
        held = [_under(load, bench, ours, child.pid) for load in (WARMING_UP, crowd, crowd)]
        points = _over(many, requests, bench, ours, child.pid)
        held += [_under(load, bench, ours, child.pid) for load in LARGE]
        return Outcome(held, points, log.read_bytes().count(SPILLED))


def _under(load: Load, bench: Bench, ours: Contestant, pid: int) -> Held:
    print(load.name, file=sys.stderr)
    before, _ = memory_mb(pid)
    forget_peak(pid)
    measured = bench.run(load, ours)
    after, _ = memory_mb(pid)
    return Held(load.name, measured.outcome["answered"], before, peak_mb(pid), after)


def _over(load: Load, requests: int, bench: Bench, ours: Contestant, pid: int) -> list[Point]:
    """RSS after each second of them."""
    points = [Point(0, memory_mb(pid)[0])]
    while points[-1].answers < requests:
        answered = points[-1].answers + bench.run(load, ours).outcome["answered"]
        points.append(Point(answered, memory_mb(pid)[0]))
        print(f"{answered:,} of {requests:,}: {points[-1].rss_mb:.1f} MB", file=sys.stderr)
    return points


def _verdict(points: Sequence[Point]) -> str:
    slope = bytes_per_answer(points)
    first, last = points[0], points[-1]
    said = "met" if slope < TARGET_BYTES else "MISSED"
    grown = f"{last.answers:,} requests, {first.rss_mb:.1f} to {last.rss_mb:.1f} MB"
    return f"RSS per request: {slope:.0f} bytes ({grown}), target < {TARGET_BYTES} {said}"


if __name__ == "__main__":
    sys.exit(main())

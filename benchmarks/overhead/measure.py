"""One repetition: every contestant under every load, in turns, and the checks that each figure stands on."""

import json
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any
from urllib.request import urlopen

from benchmarks.overhead.contestants import Contestant, Mocks
from benchmarks.overhead.figures import Figures, percentile
from benchmarks.overhead.load import GIVE_UP_SECONDS, Job
from benchmarks.overhead.processes import Child, cpu_ms

SETTLE_SECONDS = 20.0


class Unsound(AssertionError):
    """An answer was wrong, missing or not on record: no figure of this run means anything."""


@dataclass(frozen=True, slots=True)
class Load:
    """`figures` reads an outcome; `share` is of the seconds given for a load; the rest is as in Job."""

    name: str
    figures: Callable[["Measured"], Figures] = lambda measured: {}  # noqa: ARG005  # for who only wants it run
    connections: int = 1
    prompt_bytes: int = 100
    stream: bool = False
    share: float = 1.0
    spread: float = 0.0
    patience: float = GIVE_UP_SECONDS


@dataclass(frozen=True, slots=True)
class Measured:
    outcome: dict[str, Any]
    cpu_ms: float
    seconds: float


def _single(prefix: str) -> Callable[[Measured], Figures]:
    def figures(measured: Measured) -> Figures:
        totals = measured.outcome["totals"]
        return {
            f"{prefix}p50_ms": percentile(totals, 50) / 1e6,
            f"{prefix}p99_ms": percentile(totals, 99) / 1e6,
            f"{prefix}cpu_us": measured.cpu_ms * 1000 / measured.outcome["answered"],
        }

    return figures


def _streamed(measured: Measured) -> Figures:
    return {
        "first_p50_ms": percentile(measured.outcome["first"], 50) / 1e6,
        "lag_p50_ms": percentile(measured.outcome["lags"], 50) / 1e6,
        "lag_p99_ms": percentile(measured.outcome["lags"], 99) / 1e6,
        "chunk_cpu_us": measured.cpu_ms * 1000 / measured.outcome["contents"],
    }


def _throughput(connections: int) -> Callable[[Measured], Figures]:
    def figures(measured: Measured) -> Figures:
        return {
            f"c{connections}_per_second": measured.outcome["answered"] / measured.seconds,
            f"c{connections}_cpu_us": measured.cpu_ms * 1000 / measured.outcome["answered"],
        }

    return figures


LOADS = (
    Load("one at a time", _single("one_")),
    Load("100 KB prompt", _single("large_"), prompt_bytes=100_000, share=0.5),
    Load("streamed", _streamed, stream=True, share=2.0),
    Load("8 at a time", _throughput(8), connections=8),
    Load("64 at a time", _throughput(64), connections=64),
)


class Bench:
    """Holds the load generator and the count of what the gateway must have on record.

    `failures` says, by guest and load, why a figure is missing: what failed once is not tried again. `spilled` counts
    the records that may be in the gateway's log, not in the table: what it does when the table does not answer in time.
    """

    def __init__(self, generator: Child, mocked: Mocks, seconds: float, spilled: Callable[[], int] = lambda: 0) -> None:
        self._generator = generator
        self._mocked = mocked
        self._seconds = seconds
        self._spilled = spilled
        self._expected = 0
        self.answered = 0
        self.failures: dict[tuple[str, str], str] = {}

    def repetition(self, contestants: Sequence[Contestant]) -> dict[str, Figures]:
        figures: dict[str, Figures] = {contestant.name: {} for contestant in contestants}
        for load in LOADS:
            for contestant in contestants:
                figures[contestant.name] |= self._figures(load, contestant)
        return figures

    def _figures(self, load: Load, contestant: Contestant) -> Figures:
        if (contestant.name, load.name) in self.failures:
            return {}
        try:
            return load.figures(self.run(load, contestant))
        except Unsound as failure:
            if not contestant.guest:
                raise
            self.failures[contestant.name, load.name] = str(failure)
            return {}

    def answered_beside(self, count: int) -> None:
        """Answers that somebody else has had from the gateway: they must be on record as well."""
        self._expected += count
        self._check_records()

    def run(self, load: Load, contestant: Contestant) -> Measured:
        """Raises Unsound."""
        job = Job(
            port=contestant.port,
            path=contestant.path,
            model=contestant.model,
            connections=load.connections,
            seconds=self._seconds * load.share,
            prompt_bytes=load.prompt_bytes,
            stream=load.stream,
            headers=dict(contestant.headers),
            spread=load.spread,
            patience=load.patience,
        )
        began, used = time.perf_counter(), cpu_ms(contestant.pid) if contestant.pid else 0.0
        self._generator.tell(json.dumps(asdict(job)).encode())
        outcome = json.loads(self._generator.line())
        seconds = time.perf_counter() - began
        if outcome["errors"] or not outcome["measured"]:
            raise Unsound(f"{contestant.name}, {load.name}: {outcome['errors']} errors, first: {outcome['error']}")
        if contestant.metered:
            self._expected += outcome["answered"]
            self._check_records()
        used = cpu_ms(contestant.pid) - used if contestant.pid else 0.0
        self.answered += outcome["answered"]
        return Measured(outcome, used, seconds)

    def _check_records(self) -> None:
        """As many records as answers, each with the right price; they are written after the last byte."""
        until = time.monotonic() + SETTLE_SECONDS
        while (counts := records(self._mocked))["records"] < self._fewest() and time.monotonic() < until:
            time.sleep(0.01)
        if not self._fewest() <= counts["records"] <= self._expected or counts["wrong"]:
            raise Unsound(f"{self._expected} answers, on record: {counts}")

    def _fewest(self) -> int:
        return self._expected - self._spilled()


def records(mocked: Mocks) -> dict[str, int]:
    with urlopen(f"http://127.0.0.1:{mocked.aws_port}/counts", timeout=5) as reply:
        counts = json.load(reply)
        assert isinstance(counts, dict)
        return counts

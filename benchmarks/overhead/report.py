"""What a run says: for each figure the median of its repetitions and their spread, contestant by contestant."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

from benchmarks.markdown import table
from benchmarks.overhead.figures import Figures, percentile

Repetition = Mapping[str, Figures]
OURS = "switchboard"


@dataclass(frozen=True, slots=True)
class Row:
    """`added` rows show what a contestant adds to the provider's own figure (`over`) in the same repetition."""

    label: str
    figure: str
    digits: int = 2
    target: float | None = None
    at_least: bool = False
    over: str | None = None


ROWS = (
    Row("added latency, c=1, p50, ms", "one_p50_ms", target=0.5, over="one_p50_ms"),
    Row("added latency, c=1, p99 over direct p50, ms", "one_p99_ms", target=1.5, over="one_p50_ms"),
    Row("added latency, 100 KB prompt, p50, ms", "large_p50_ms", target=0.7, over="large_p50_ms"),
    Row("added time to first token, p50, ms", "first_p50_ms", target=1.0, over="first_p50_ms"),
    Row("added lag per chunk, p50, ms", "lag_p50_ms", 3, target=0.15, over="lag_p50_ms"),
    Row("added lag per chunk, p99 over direct p50, ms", "lag_p99_ms", 3, over="lag_p50_ms"),
    Row("requests/s, c=8", "c8_per_second", 0),
    Row("requests/s, c=64", "c64_per_second", 0, target=3000, at_least=True),
    Row("CPU per request, c=1, us", "one_cpu_us", 0),
    Row("CPU per request, 100 KB prompt, us", "large_cpu_us", 0),
    Row("CPU per request, c=64, us", "c64_cpu_us", 0),
    Row("CPU per streamed chunk, us", "chunk_cpu_us", 0),
    Row("cold start, function, CPU over bare Python, ms", "function_start_cpu_ms", 0, target=200),
    Row("  of which import, ms", "import_cpu_ms", 0),
    Row("  bare Python itself, ms", "bare_python_cpu_ms", 0),
    Row("cold start, server, fork to first answer, CPU ms", "server_start_cpu_ms", 0),
    Row("cold start, server, fork to first answer, wall ms", "server_start_ms", 0),
    Row("resident memory after the run, MB", "rss_mb", 1, target=60),
    Row("proportional memory after the run, MB", "pss_mb", 1),
)


def values(row: Row, contestant: str, repetitions: Sequence[Repetition], direct: str) -> list[float]:
    """Of every repetition that has the figure."""
    found: list[float] = []
    for repetition in repetitions:
        value = repetition[contestant].get(row.figure)
        if value is not None:
            found.append(value - repetition[direct][row.over] if row.over else value)
    return found


def comparison(names: Sequence[str], repetitions: Sequence[Repetition]) -> str:
    """Markdown: figures as rows, contestants as columns (the provider itself first), and the target for ours."""
    direct = names[0]
    head = ["figure", *names, "target"]
    lines = [head]
    for row in ROWS:
        columns = {name: values(row, name, repetitions, direct) for name in names}
        shown = ["" if row.over and name == direct else _cell(row, column) for name, column in columns.items()]
        lines.append([row.label, *shown, _target(row, columns.get(OURS, []))])
    return table(lines)


def document(names: Sequence[str], repetitions: Sequence[Repetition], about: Mapping[str, Any]) -> dict[str, Any]:
    """Everything that was measured, for --json."""
    medians = {
        row.label.strip(): {
            name: median(found) for name in names if (found := values(row, name, repetitions, names[0]))
        }
        for row in ROWS
    }
    return {"about": about, "medians": medians, "repetitions": list(repetitions)}


def _cell(row: Row, found: Sequence[float]) -> str:
    """Median, and half the distance of the quartiles."""
    if not found or not any(found):
        return ""
    spread = (percentile(found, 75) - percentile(found, 25)) / 2
    text = f"{median(found):.{row.digits}f}"
    return f"{text} ±{spread:.{row.digits}f}" if len(found) > 1 else text


def _target(row: Row, ours: Sequence[float]) -> str:
    if row.target is None or not ours:
        return ""
    met = median(ours) >= row.target if row.at_least else median(ours) <= row.target
    return f"{'>=' if row.at_least else '<='} {row.target:g} {'met' if met else 'MISSED'}"

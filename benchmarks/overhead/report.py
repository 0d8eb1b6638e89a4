"""What a run says: for each figure the median of its repetitions and their middle half, beside target and proxy."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

from benchmarks.overhead.measure import Figures, percentile

Repetition = Mapping[str, Figures]
PLAIN, DIRECT, OURS = 1, 0, 2


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


def table(names: Sequence[str], repetitions: Sequence[Repetition]) -> str:
    """Markdown: the columns are the figure, the contestants in order, the ratio to the proxy, the target."""
    direct, proxy, ours = names
    head = ["figure", *names, f"{ours} / {proxy}", "target"]
    lines = [head, ["---", *["---:"] * (len(head) - 1)]]
    for row in ROWS:
        columns = [values(row, name, repetitions, direct) for name in names]
        shown = [
            "" if row.over and name == direct else _cell(row, column)
            for name, column in zip(names, columns, strict=True)
        ]
        lines.append([row.label, *shown, _ratio(columns[PLAIN], columns[OURS]), _target(row, columns[OURS])])
    widths = [max(len(line[column]) for line in lines) for column in range(len(head))]
    return "\n".join(f"| {' | '.join(_aligned(line, widths))} |" for line in lines)


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
    """median [lower quartile..upper quartile]"""
    if not found or not any(found):
        return ""
    write: Callable[[float], str] = lambda value: f"{value:.{row.digits}f}"  # noqa: E731
    text = write(median(found))
    return f"{text} [{write(percentile(found, 25))}..{write(percentile(found, 75))}]" if len(found) > 1 else text


def _ratio(plain: Sequence[float], ours: Sequence[float]) -> str:
    return f"{median(ours) / median(plain):.1f}" if plain and ours and median(plain) > 0 else ""


def _target(row: Row, ours: Sequence[float]) -> str:
    if row.target is None or not ours:
        return ""
    met = median(ours) >= row.target if row.at_least else median(ours) <= row.target
    return f"{'>=' if row.at_least else '<='} {row.target:g} {'met' if met else 'MISSED'}"


def _aligned(line: Sequence[str], widths: Sequence[int]) -> list[str]:
    first, *rest = (text.rjust(width) for text, width in zip(line, widths, strict=True))
    return [line[0].ljust(len(first)), *rest]

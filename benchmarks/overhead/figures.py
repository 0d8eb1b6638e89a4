"""What is measured of a contestant, by name, and how many numbers become one."""

from collections.abc import Sequence

Figures = dict[str, float]


def percentile(values: Sequence[float], percent: int) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, len(ordered) * percent // 100)]

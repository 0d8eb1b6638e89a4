"""How memory grows with the number of answers."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import linear_regression

KB = 1024


@dataclass(frozen=True, slots=True)
class Point:
    """After so many answers, so much is resident."""

    answers: int
    rss_mb: float


def bytes_per_answer(points: Sequence[Point]) -> float:
    """The slope of the straight line nearest to the points; needs two that differ in answers."""
    line = linear_regression([point.answers for point in points], [point.rss_mb for point in points])
    return line.slope * KB * KB

"""Geometry of the small charts that templates draw as inline SVG. Pure."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

GAP = 1.0
# What is there must be seen, however little it is.
LEAST_HEIGHT = 2.0
LOWEST_UPTIME = 50.0


@dataclass(frozen=True, slots=True)
class Bar:
    """One column, in the units of the chart's viewBox; `place` is that of its value in the series."""

    place: int
    x: float
    y: float
    width: float
    height: float


def column(rows: Sequence[Mapping[str, float | None]], name: str) -> list[float | None]:
    """One field of each row: a template's own filter takes ten times as long."""
    return [row[name] for row in rows]


def has_values(values: Sequence[float | None]) -> bool:
    """False where there is nothing but gaps; zero is a value."""
    return any(value is not None for value in values)


def bars(values: Sequence[float | None], width: float, height: float, most: float | None = None) -> list[Bar]:
    """From the baseline up, the highest over the full height; nothing is drawn for None, nor for 0."""
    top = most if most is not None else max((value for value in values if value is not None), default=0)
    if not values or top <= 0:
        return []
    step = width / len(values)
    return [
        _bar(place, step, height, max(LEAST_HEIGHT, height * min(value / top, 1)))
        for place, value in enumerate(values)
        if value
    ]


def uptime_bars(values: Sequence[float | None], width: float, height: float) -> list[Bar]:
    """One for each hour or day: full at 100 %, a quarter at 50 % and below, a thin line for None."""
    step = width / max(1, len(values))
    return [_bar(place, step, height, _uptime_height(value, height)) for place, value in enumerate(values)]


def lines(values: Sequence[float | None], width: float, height: float, most: float) -> list[str]:
    """The points of each unbroken piece of a line, for a polyline; a value between two gaps is a dash of its own."""
    step = width / max(1, len(values))
    pieces: list[list[str]] = [[]]
    for place, value in enumerate(values):
        if value is None:
            pieces.append([])
            continue
        x, y = (place + 0.5) * step, height * (1 - min(value / most, 1)) if most > 0 else height
        pieces[-1].append(f"{x:.1f},{y:.1f}")
    return [" ".join(piece) if len(piece) > 1 else _dash(piece[0], step) for piece in pieces if piece]


def nice_top(values: Sequence[float | None]) -> float:
    """A round number that no value is above: 1, 2 or 5 times a power of ten; 0 where there is nothing."""
    highest = max((value for value in values if value is not None), default=0)
    if highest <= 0:
        return 0
    power = 10.0 ** math.floor(math.log10(highest))
    return next(step * power for step in (1, 2, 5, 10) if step * power >= highest)


def uptime_class(value: float | None) -> str:
    """The colour's name; the height says the same, for those who do not see colours."""
    if value is None:
        return "none"
    return "good" if value >= 99 else "fair" if value >= 95 else "poor" if value >= 80 else "bad"


def _uptime_height(value: float | None, height: float) -> float:
    if value is None:
        return LEAST_HEIGHT
    share = max(0.0, (value - LOWEST_UPTIME) / (100 - LOWEST_UPTIME))
    return height * (0.25 + 0.75 * share)


def _dash(point: str, step: float) -> str:
    x, y = point.split(",")
    return f"{float(x) - step / 3:.1f},{y} {float(x) + step / 3:.1f},{y}"


@lru_cache(maxsize=4096)  # most hours are good ones, and the same bars stand on every card
def _bar(place: int, step: float, height: float, tall: float) -> Bar:
    width = max(step - GAP, step / 2)
    return Bar(place, round(place * step, 2), round(height - tall, 2), round(width, 2), round(tall, 2))

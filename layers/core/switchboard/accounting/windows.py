"""The windows that a limit can run for, in UTC: what the current one is called, and when the next one begins. Pure."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Literal

Window = Literal["day", "week", "month", "total"]
Reset = Literal["daily", "weekly", "monthly"]

WINDOWS: tuple[Window, ...] = ("day", "week", "month", "total")
# The windows that end. Their labels sort by time as text, so that a condition can tell an old one from a new one.
ROLLING: tuple[Window, ...] = ("day", "week", "month")
WINDOW_OF: Mapping[Reset | None, Window] = {"daily": "day", "weekly": "week", "monthly": "month", None: "total"}

SECONDS_PER_MINUTE = 60


def labels_at(now: float) -> dict[Window, str]:
    """`2026-11-23`, `2026-W48` and `2026-11` for Unix seconds."""
    moment = datetime.fromtimestamp(now, UTC)
    year, week, _ = moment.isocalendar()
    return {"day": f"{moment:%Y-%m-%d}", "week": f"{year:04d}-W{week:02d}", "month": f"{moment:%Y-%m}"}


def next_start(window: Window, now: float) -> float | None:
    """Unix seconds at which the window after the current one begins: midnight, Monday, the first. None: never."""
    midnight = datetime.fromtimestamp(now, UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    match window:
        case "day":
            start = midnight + timedelta(days=1)
        case "week":
            start = midnight + timedelta(days=7 - midnight.weekday())
        case "month":
            start = (midnight.replace(day=1) + timedelta(days=32)).replace(day=1)
        case "total":
            return None
    return start.timestamp()


def minute_at(now: float) -> int:
    return int(now) // SECONDS_PER_MINUTE


def until_next_minute(now: float) -> float:
    """Seconds."""
    return SECONDS_PER_MINUTE - now % SECONDS_PER_MINUTE

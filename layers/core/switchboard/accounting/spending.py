"""What a key has spent in each window of UTC time that a limit may reset by. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple


class Spend(NamedTuple):
    """What was spent on one day, in nano-dollars."""

    day: date
    cost: int


@dataclass(frozen=True, slots=True)
class Spent:
    """Nano-dollars: for ever, and in the day, the week (from Monday) and the month that go on."""

    total: int = 0
    daily: int = 0
    weekly: int = 0
    monthly: int = 0

    @classmethod
    def of(cls, spends: Iterable[Spend], today: date) -> "Spent":
        rows = list(spends)
        monday, first = today - timedelta(days=today.weekday()), today.replace(day=1)
        return cls(*(sum(row.cost for row in rows if row.day >= start) for start in (date.min, today, monday, first)))

    def since_reset(self, limit_reset: str | None) -> int:
        """In the window of a limit that resets daily, weekly, monthly or (None) never."""
        windows: Mapping[str | None, int] = {"daily": self.daily, "weekly": self.weekly, "monthly": self.monthly}
        return windows.get(limit_reset, self.total)

    def left(self, limit: int | None, limit_reset: str | None) -> int | None:
        """Of a limit; never below zero, and None if there is no limit."""
        return None if limit is None else max(0, limit - self.since_reset(limit_reset))


NOTHING_SPENT = Spent()

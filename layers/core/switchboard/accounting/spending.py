"""What a key has spent in each window of UTC time that a limit may reset by. Pure."""

from collections.abc import Iterable
from dataclasses import astuple, dataclass
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

    def at_least(self, other: "Spent") -> "Spent":
        """In each window, what the better informed of the two says."""
        return Spent(*(max(pair) for pair in zip(astuple(self), astuple(other), strict=True)))


NOTHING_SPENT = Spent()


@dataclass(frozen=True, slots=True)
class Account:
    """A key's money: what was spent, and what is left of its limit (nano-dollars; None: it has none)."""

    spent: Spent = NOTHING_SPENT
    left: int | None = None

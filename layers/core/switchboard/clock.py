"""Time as an argument: the library asks a Clock, tests hand in one they can turn."""

import time
from dataclasses import dataclass
from typing import Protocol


class Clock(Protocol):
    """Two readings, both in seconds."""

    def now(self) -> float:
        """Unix time, for records."""

    def monotonic(self) -> float:
        """Never goes back, for durations and deadlines."""


@dataclass(frozen=True, slots=True)
class SystemClock:
    """The machine's own time."""

    def now(self) -> float:
        return time.time()

    def monotonic(self) -> float:
        return time.monotonic()

"""The matrix: which endpoints of four have which fault, who asks, and whether the answer is streamed."""

import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

from tests.wall.clients import CLIENTS, Client
from tests.wall.faults import FAULTS, Fault, Kind
from tests.wall.stand import DIALECTS, Offer

ENDPOINTS = 4
# Every choice of one to three out of four.
PATTERNS = tuple(chosen for count in (1, 2, 3) for chosen in combinations(range(ENDPOINTS), count))
FIRST = (0,)
# Too much to send thousands of times.
HEAVY = ("huge-event", "gzip-bomb")


@dataclass(frozen=True, slots=True)
class Case:
    """`failing` are the places, in the order of planning, at which `fault` is."""

    fault: Fault
    failing: tuple[int, ...]
    dialects: tuple[str, ...]
    client: Client
    stream: bool

    @property
    def offers(self) -> list[Offer]:
        return [
            Offer(dialect, self.fault if place in self.failing else None) for place, dialect in enumerate(self.dialects)
        ]

    @property
    def draw(self) -> int:
        """Always the same one, and as if by lot: which HTTP client, and whether the answer is to be kept."""
        return zlib.crc32(str(self).encode())

    @property
    def failing_first(self) -> int:
        """How many fail before a healthy one is reached."""
        return next(place for place in range(ENDPOINTS) if place not in self.failing)

    @property
    def broken_at(self) -> int | None:
        """The first place, in a stream, where the answer begins and breaks off; those before it fail at once."""
        for place in range(self.failing_first):
            if self.fault.kind is Kind.BROKEN or self.dialects[place] in self.fault.begins_in:
                return place
        return None

    def __str__(self) -> str:
        how = "streamed" if self.stream else "whole"
        return f"{self.fault.number} at {self.failing} of {self.dialects}, asked as {self.client.name}, {how}"


def every_case() -> Iterator[Case]:
    """Every fault in every pattern, with dialects taking turns; and every fault in every dialect, in front."""
    for number, fault in enumerate(FAULTS):
        for client in CLIENTS:
            for stream in (True, False):
                yield from _patterns(fault, number, client, stream)
                yield from (Case(fault, FIRST, (dialect,) * ENDPOINTS, client, stream) for dialect in DIALECTS)


def _patterns(fault: Fault, number: int, client: Client, stream: bool) -> Iterator[Case]:
    for turn, failing in enumerate([FIRST] if fault.plays in HEAVY else PATTERNS):
        start = number + turn
        dialects = tuple(DIALECTS[(start + place) % len(DIALECTS)] for place in range(ENDPOINTS))
        yield Case(fault, failing, dialects, client, stream)

"""The embedded AWS engine that the tests share: starting one takes longer than most of them."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Engine:
    """`state` is the directory that it keeps its snapshot in. Who uses it stays in a region, or a table, of its own."""

    url: str
    state: Path

"""A reply's body as steps to play: what is sent after which pause, and where it breaks."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias


@dataclass(frozen=True, slots=True)
class Send:
    """Bytes that take as long as `tokens` take; empty ones only take time. `content`: a client sees progress.

    `part` names events that some servers leave out: the token counts, and the last word of a stream.
    """

    data: bytes
    tokens: float = 0.0
    content: bool = False
    part: Literal["", "usage", "end"] = ""


@dataclass(frozen=True, slots=True)
class Silence:
    """Nothing more, the connection stays open; or only `noise`, every so many `seconds`."""

    noise: bytes = b""
    seconds: float = 1.0


@dataclass(frozen=True, slots=True)
class Pause:
    """Nothing for so many `seconds`, at any pace: what was sent has long been read when the next step comes."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Cut:
    """The connection ends in the middle of the body."""


Step: TypeAlias = Send | Pause | Silence | Cut
Script: TypeAlias = Sequence[Step]

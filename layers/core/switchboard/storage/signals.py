"""What the last attempts say about each endpoint of a model: one item for all of them, which every process shares.

Small and short-lived. Whoever writes says what he has read, so that nobody's news is overwritten unseen.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from operator import attrgetter

import orjson

from switchboard.health.breaker import Signals
from switchboard.storage.database import (
    PARTITION,
    SORT,
    Compare,
    ConditionFailed,
    Database,
    Item,
    Key,
    Missing,
    StorageError,
)

TEXT = "s"
HOUR = 3600
_numbers = attrgetter(*(each.name for each in fields(Signals)))


@dataclass(frozen=True, slots=True)
class Board:
    """`signals` by endpoint; `text` is how they are stored, None if nothing is."""

    signals: Mapping[str, Signals] = field(default_factory=dict)
    text: str | None = None


class Changed(StorageError):
    """Somebody else has written since; `board` is what stands there now."""

    status = 409
    code = "signals_changed"

    def __init__(self, board: Board) -> None:
        super().__init__("another process has written")
        self.board = board


@dataclass(frozen=True, slots=True)
class SignalStore:
    """In the keys' table. Both methods raise StorageUnavailable."""

    database: Database
    table: str

    async def read(self, model: str) -> Board:
        """An item that cannot be read counts as none: what is written next replaces it."""
        return _board(await self.database.get(self.table, _key(model), consistent=True))

    async def write(self, model: str, signals: Mapping[str, Signals], seen: Board, now: float) -> Board:
        """`now` is in Unix seconds. Raises Changed unless `seen` is what stands there."""
        text = _encoded(signals)
        last = max((one.limited_until for one in signals.values()), default=now)
        key = _key(model)
        item: Item = {PARTITION: key.partition, SORT: key.sort, TEXT: text, "exp": int(max(now, last)) + HOUR}
        unchanged = Missing(TEXT) if seen.text is None else Compare(TEXT, "=", seen.text)
        try:
            await self.database.put(self.table, item, condition=unchanged)
        except ConditionFailed as refusal:
            raise Changed(_board(refusal.item) if refusal.item else await self.read(model)) from None
        return Board(signals, text)


def _key(model: str) -> Key:
    return Key(f"B#{model}", "-")


def _encoded(signals: Mapping[str, Signals]) -> str:
    rows = {name: [round(number, 3) for number in _numbers(one)] for name, one in signals.items()}
    return orjson.dumps(rows, option=orjson.OPT_SORT_KEYS).decode()


def _board(item: Item | None) -> Board:
    text = item.get(TEXT) if item else None
    if not isinstance(text, str):
        return Board()
    try:
        return Board({name: Signals(*row) for name, row in orjson.loads(text).items()}, text)
    except (ValueError, TypeError, AttributeError):
        return Board(text=text)

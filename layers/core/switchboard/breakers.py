"""The breakers of all endpoints: what this process has seen at once, what others have seen within two seconds.

One shared item for each model (storage/signals.py). It is read beside the key and written when there is news; a table
out of reach costs a request next to nothing, and the process goes on with what it has seen itself.
"""

import asyncio
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from switchboard.clock import Clock
from switchboard.health.breaker import ALL_WELL, Answered, Door, Event, Signals, TrialBegun
from switchboard.storage.database import StorageError
from switchboard.storage.signals import Board, Changed

FRESH_SECONDS = 2.0
# From then on it is read again while requests go on with what is known: a busy process never waits.
AHEAD_SECONDS = 1.0
# The longest that a request waits for what others have seen.
PATIENCE_SECONDS = 0.1
# Answers of a healthy endpoint are no news: so many are written at once.
ANSWERS_AT_ONCE = 10
# What is kept for later while it cannot be written.
MOST_UNWRITTEN = 100
TRIES = 5


class SignalsTable(Protocol):
    async def read(self, model: str) -> Board: ...

    async def write(self, model: str, signals: Mapping[str, Signals], seen: Board, now: float) -> Board: ...


@dataclass(slots=True)
class _Model:
    """What is known of one model's endpoints: as the table had it, and what happened here since."""

    name: str
    board: Board = field(default_factory=Board)
    signals: Mapping[str, Signals] = field(default_factory=dict)
    unwritten: list[tuple[str, Event]] = field(default_factory=list)
    read_at: float = -math.inf
    due: bool = False
    reading: asyncio.Task[None] | None = None
    writing: asyncio.Task[None] | None = None
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)

    def stands(self, board: Board) -> None:
        """This is in the table, and what is not yet written comes on top."""
        self.board = board
        self.signals = _after(board.signals, self.unwritten)


@dataclass(slots=True)
class Breakers:
    """One per process. Endpoints go by the name of their breaker, models by their id."""

    table: SignalsTable
    clock: Clock
    _models: dict[str, _Model] = field(default_factory=dict)

    def expect(self, model: str) -> None:
        """Begin to read what others have seen, if that is due: `known` will find it there."""
        known = self._model(model)
        if self.clock.monotonic() - known.read_at > AHEAD_SECONDS and not _runs(known.reading):
            known.reading = asyncio.create_task(self._read(known))

    async def known(self, models: Iterable[str]) -> Mapping[str, Signals]:
        """By endpoint; never older than FRESH_SECONDS while the table answers."""
        wanted = [self._model(model) for model in models]
        for model in wanted:
            self.expect(model.name)
        old = [model.reading for model in wanted if model.reading and self._is_old(model)]
        if old:
            await asyncio.wait(old, timeout=PATIENCE_SECONDS)
        if len(wanted) == 1:
            return wanted[0].signals
        return {name: signals for model in wanted for name, signals in model.signals.items()}

    def signals(self, model: str, name: str) -> Signals:
        """As far as this process knows, now."""
        known = self._models.get(model)
        return known.signals.get(name, ALL_WELL) if known else ALL_WELL

    def note(self, model: str, name: str, event: Event) -> None:
        """It counts here at once; others hear of it soon if it is news."""
        known = self._model(model)
        before = known.signals.get(name, ALL_WELL)
        known.signals = {**known.signals, name: before.after(event)}
        known.unwritten = [*known.unwritten, (name, event)][-MOST_UNWRITTEN:]
        if not isinstance(event, Answered) or before.is_troubled or len(known.unwritten) >= ANSWERS_AT_ONCE:
            known.due = True
            if not _runs(known.writing):
                known.writing = asyncio.create_task(self._write_all(known))

    async def begin_trial(self, model: str, name: str) -> bool:
        """True for the one, among all processes, who is to find out whether an endpoint has healed."""
        known = self._model(model)
        async with known.lock:
            for _ in range(TRIES):
                if known.signals.get(name, ALL_WELL).door(self.clock.now()) is not Door.ONE_TRIAL:
                    return False
                begun = (name, TrialBegun(self.clock.now()))
                if await self._written(known, begun):
                    return True
        return False

    async def settled(self) -> None:
        """Once all that was begun is read and written: what is left unfinished may freeze with the process."""
        tasks = [task for model in self._models.values() for task in (model.reading, model.writing) if task]
        running = [task for task in tasks if not task.done()]
        if running:
            await asyncio.wait(running)

    def _model(self, name: str) -> _Model:
        return self._models.setdefault(name, _Model(name))

    def _is_old(self, model: _Model) -> bool:
        return self.clock.monotonic() - model.read_at > FRESH_SECONDS

    async def _read(self, model: _Model) -> None:
        began, board_then = self.clock.monotonic(), model.board
        try:
            board = await self.table.read(model.name)
        except StorageError:
            return
        finally:
            model.read_at = began  # a table that fails is not asked more often than one that answers
        if model.board is board_then:  # else something newer was written meanwhile
            model.stands(board)

    async def _write_all(self, model: _Model) -> None:
        """Until nothing is due. What cannot be written now goes with the next that is."""
        while model.due:
            model.due = False
            async with model.lock:
                for _ in range(TRIES):
                    if await self._written(model):
                        break

    async def _written(self, model: _Model, *more: tuple[str, Event]) -> bool:
        """One try. False if another process came first: what it wrote is known then. A table that fails is no reason
        to try again.
        """
        events = [*model.unwritten, *more]
        now = self.clock.now()
        signals = {name: one for name, one in _after(model.board.signals, events).items() if not one.is_past(now)}
        try:
            board = await self.table.write(model.name, signals, model.board, now)
        except Changed as change:
            model.stands(change.board)
            return False
        except StorageError:
            model.signals = _after(model.signals, more)
            return True
        done = {id(event) for event in events}
        model.unwritten = [event for event in model.unwritten if id(event) not in done]
        model.stands(board)
        return True


def _after(signals: Mapping[str, Signals], events: Iterable[tuple[str, Event]]) -> Mapping[str, Signals]:
    found = dict(signals)
    for name, event in events:
        found[name] = found.get(name, ALL_WELL).after(event)
    return found


def _runs(task: asyncio.Task[None] | None) -> bool:
    return task is not None and not task.done()

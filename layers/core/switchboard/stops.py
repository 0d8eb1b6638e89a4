"""Running generations, and how their owner stops one: in this process at once, in another through a mark in a table.

A generation looks for its mark only after its first second, and then once a second: most never look.
"""

import asyncio
from dataclasses import dataclass, field
from types import TracebackType
from typing import Protocol, Self

from switchboard.clock import Clock
from switchboard.errors import GenerationStopped
from switchboard.ids import generation_time
from switchboard.storage.database import StorageError

SECONDS_BETWEEN_LOOKS = 1.0
# Whoever stops a generation of another process waits for its word: a look, and what reading and writing take.
PAUSES_FOR_AN_ANSWER = (0.25,) * 10
LONGEST_SECONDS = 900.0


class Marks(Protocol):
    async def ask(self, key_id: str, generation_id: str, now: float) -> None: ...

    async def is_asked(self, key_id: str, generation_id: str) -> bool: ...

    async def answer(self, key_id: str, generation_id: str) -> None: ...

    async def is_answered(self, key_id: str, generation_id: str) -> bool: ...


@dataclass(slots=True)
class Stops:
    """The generations that run in this process, by their key's id and their own."""

    marks: Marks
    clock: Clock
    seconds_between_looks: float = SECONDS_BETWEEN_LOOKS
    pauses: tuple[float, ...] = PAUSES_FOR_AN_ANSWER
    _running: dict[tuple[str, str], "Stoppable"] = field(default_factory=dict)

    def stoppable(self, key_id: str, generation_id: str) -> "Stoppable":
        """`with` it around the work of the task that runs now."""
        return Stoppable(self, key_id, generation_id)

    async def stop(self, key_id: str, generation_id: str) -> bool:
        """True once it is over; False if no such generation of this key runs. Raises StorageUnavailable."""
        running = self._running.get((key_id, generation_id))
        if running:
            running.stop()
            await running.over.wait()
            return True
        began = generation_time(generation_id)
        if began is None or not 0 <= self.clock.now() - began + 1 <= LONGEST_SECONDS:
            return False
        await self.marks.ask(key_id, generation_id, self.clock.now())
        for pause in self.pauses:
            await asyncio.sleep(pause)
            if await self.marks.is_answered(key_id, generation_id):
                return True
        return False

    def running(self) -> list[tuple[str, str]]:
        """Of this process: each key's id with the generation's."""
        return list(self._running)

    def enter(self, running: "Stoppable") -> None:
        self._running[running.name] = running

    def leave(self, running: "Stoppable") -> None:
        self._running.pop(running.name, None)


class Stoppable:
    """Work that ends with GenerationStopped when its owner says so, wherever it is waiting."""

    def __init__(self, stops: Stops, key_id: str, generation_id: str) -> None:
        self.name = (key_id, generation_id)
        self.over = asyncio.Event()
        self._stops = stops
        self._asked = False
        self._task: asyncio.Task[object] | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._look: asyncio.Task[None] | None = None

    def __enter__(self) -> Self:
        self._task = asyncio.current_task()
        self._stops.enter(self)
        self._look_later()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self._stops.leave(self)
        self.over.set()
        if self._timer:
            self._timer.cancel()
        if self._look:
            self._look.cancel()
        if self._asked and isinstance(error, asyncio.CancelledError) and self._task:
            self._task.uncancel()  # the wish was ours; what follows (settling) must go on
            raise GenerationStopped("This generation was stopped by a request to delete it.") from None

    def stop(self) -> None:
        if self._task and not self._asked and not self.over.is_set():
            self._asked = True
            self._task.cancel()

    def _look_later(self) -> None:
        loop = asyncio.get_running_loop()
        self._timer = loop.call_later(self._stops.seconds_between_looks, self._begin_to_look)

    def _begin_to_look(self) -> None:
        self._look = asyncio.create_task(self._look_for_a_mark())

    async def _look_for_a_mark(self) -> None:
        """A table that cannot be read stops nothing: the next look may find it again."""
        try:
            asked = await self._stops.marks.is_asked(*self.name)
            if asked:
                await self._stops.marks.answer(*self.name)
        except StorageError:
            asked = False
        if asked:
            self.stop()
        else:
            self._look_later()

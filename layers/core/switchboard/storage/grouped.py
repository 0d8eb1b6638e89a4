"""Items that are ready at about the same time are written in one call: what group commit is to a log.

Who comes alone writes alone, at once and as ever. Those that come while a write is on its way wait for it, and are
written together behind it. So a busy process makes few calls, and a quiet one waits for nobody.
"""

import asyncio
from dataclasses import dataclass, field

from switchboard.storage.database import Database, Item, StorageError, StorageUnavailable

# As many as DynamoDB takes in one batch.
MOST_AT_ONCE = 25

Waiting = tuple[Item, asyncio.Future[None]]


@dataclass(slots=True)
class GroupedPuts:
    """Puts into one table that replace whole items: a batch may be sent again. Belongs to one event loop."""

    database: Database
    table: str
    _waiting: list[Waiting] = field(default_factory=list, init=False, repr=False)
    _writes: bool = field(default=False, init=False, repr=False)
    _behind: asyncio.Task[None] | None = field(default=None, init=False, repr=False)

    async def put(self, item: Item) -> None:
        """Done once it is written. Raises StorageError if it, or the batch that it went with, could not be."""
        if self._writes:
            written: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            self._waiting.append((item, written))
            await written
            return
        self._writes = True
        try:
            await self.database.put(self.table, item)
        finally:
            self._writes = bool(self._waiting)
            if self._waiting:  # by a task of its own: who has just been served does not wait for others
                self._behind = asyncio.create_task(self._write_waiting())

    async def _write_waiting(self) -> None:
        try:
            while self._waiting:
                batch, self._waiting = self._waiting[:MOST_AT_ONCE], self._waiting[MOST_AT_ONCE:]
                await self._write(batch)
        finally:
            left, self._waiting, self._writes = self._waiting, [], False
            _tell(left, "the process is stopping")

    async def _write(self, batch: list[Waiting]) -> None:
        outcome = "the write was given up"
        try:
            await self.database.put_all(self.table, [item for item, _ in batch])
            outcome = ""
        except StorageError as failure:
            outcome = failure.message
        finally:
            _tell(batch, outcome)


def _tell(batch: list[Waiting], failure: str) -> None:
    """Each hears how it ended; a request that was cancelled meanwhile listens no more."""
    for _, written in batch:
        if written.done():
            continue
        if failure:
            written.set_exception(StorageUnavailable(failure))
        else:
            written.set_result(None)

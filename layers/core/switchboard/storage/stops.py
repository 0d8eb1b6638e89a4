"""Marks that ask for a running generation to be stopped, and the word that it was.

A mark lies under the key of whoever asks, and a generation looks only under its own key: nobody stops another's.
"""

from dataclasses import dataclass

from switchboard.storage.database import PARTITION, SORT, ConditionFailed, Database, Exists, Key, Update

HOUR = 3600


@dataclass(frozen=True, slots=True)
class StopMarks:
    """In the keys' table. Every method raises StorageUnavailable."""

    database: Database
    table: str

    async def ask(self, key_id: str, generation_id: str, now: float) -> None:
        """`now` is Unix seconds; a mark that nobody finds is gone after an hour."""
        key = _key(key_id, generation_id)
        await self.database.put(self.table, {PARTITION: key.partition, SORT: key.sort, "exp": int(now) + HOUR})

    async def is_asked(self, key_id: str, generation_id: str) -> bool:
        """Half a read unit."""
        return await self.database.get(self.table, _key(key_id, generation_id)) is not None

    async def answer(self, key_id: str, generation_id: str) -> None:
        """Say that the generation was running and stops now; does nothing if the mark has gone."""
        try:
            await self.database.update(
                self.table,
                _key(key_id, generation_id),
                Update(set={"ok": True}),
                condition=Exists(PARTITION),
                repeatable=True,
            )
        except ConditionFailed:
            return

    async def is_answered(self, key_id: str, generation_id: str) -> bool:
        item = await self.database.get(self.table, _key(key_id, generation_id), consistent=True)
        return item is not None and item.get("ok") is True


def _key(key_id: str, generation_id: str) -> Key:
    return Key(f"STOP#{key_id}", generation_id)

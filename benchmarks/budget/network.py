"""A Database behind a network that treats each write as it is told to."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Literal, TypeVar

from switchboard.storage.database import Condition, Database, Item, Key, Query, StorageUnavailable, Update

Result = TypeVar("Result")
# `lost` on its way; done, but `unanswered`; `repeated` because the first reply was lost, as storage/service.py does it.
Fate = Literal["kept", "lost", "unanswered", "repeated"]


@dataclass(slots=True)
class Network:
    """`fate` is asked once for each write."""

    inner: Database
    fate: Callable[[], Fate]

    async def get(self, table: str, key: Key, *, consistent: bool = False) -> Item | None:
        return await self.inner.get(table, key, consistent=consistent)

    async def put(self, table: str, item: Item, *, condition: Condition | None = None) -> None:
        await self._send(lambda: self.inner.put(table, item, condition=condition), condition is None)

    async def put_all(self, table: str, items: Sequence[Item]) -> None:
        await self._send(lambda: self.inner.put_all(table, items), repeatable=True)

    async def update(
        self, table: str, key: Key, update: Update, *, condition: Condition | None = None, repeatable: bool = False
    ) -> Item:
        return await self._send(
            lambda: self.inner.update(table, key, update, condition=condition, repeatable=repeatable), repeatable
        )

    async def delete(self, table: str, key: Key, *, condition: Condition | None = None) -> None:
        await self.inner.delete(table, key, condition=condition)

    async def query(self, table: str, query: Query) -> list[Item]:
        return await self.inner.query(table, query)

    async def batch_get(self, table: str, keys: Sequence[Key], *, consistent: bool = False) -> list[Item]:
        return await self.inner.batch_get(table, keys, consistent=consistent)

    async def _send(self, write: Callable[[], Awaitable[Result]], repeatable: bool) -> Result:
        fate = self.fate()
        if fate == "lost":
            raise StorageUnavailable("lost on its way")
        result = await write()
        if fate == "repeated" and repeatable:
            return await write()
        if fate != "kept":
            raise StorageUnavailable("the reply was lost")
        return result

"""Where a conversation was last: one item each, gone when no provider would remember it any more."""

from dataclasses import dataclass

from switchboard.storage.database import PARTITION, SORT, Database, Item, Key
from switchboard.storage.fields import number, text, whole


@dataclass(frozen=True, slots=True)
class Home:
    """The endpoint that has so many tokens of a conversation in its cache, `until` some moment (Unix seconds)."""

    endpoint: str
    tokens: int
    until: float


@dataclass(frozen=True, slots=True)
class HomeStore:
    """In the keys' table. Every method raises StorageUnavailable."""

    database: Database
    table: str

    async def read(self, conversation: str) -> Home | None:
        item = await self.database.get(self.table, _key(conversation))
        endpoint = text(item, "e") if item else None
        if item is None or endpoint is None:
            return None
        return Home(endpoint, whole(item, "n") or 0, number(item, "u") or 0.0)

    async def write(self, conversation: str, home: Home) -> None:
        key = _key(conversation)
        item: Item = {"e": home.endpoint, "n": home.tokens, "u": home.until, "exp": int(home.until)}
        await self.database.put(self.table, {PARTITION: key.partition, SORT: key.sort, **item})


def _key(conversation: str) -> Key:
    return Key(f"C#{conversation}", "-")

"""API keys. Their texts are never kept, only their SHA-256; a second, small item lists them by id.

A key stays one item, under the hash of its first text, for as long as it lives. A text that it gets by rotation has
an item of its own that points there; which texts open the key, and until when, the key's own item says.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

from switchboard.storage.database import (
    PARTITION,
    SORT,
    AllOf,
    Compare,
    Condition,
    ConditionFailed,
    Database,
    Exists,
    Item,
    Key,
    Missing,
    Query,
    Update,
)
from switchboard.storage.fields import number
from switchboard.storage.key_items import (
    KEY_PREFIX,
    ApiKey,
    KeyKind,
    KeySecret,
    LimitReset,
    hash_key,
    key_of_item,
    key_of_text,
    key_to_item,
    mask_key,
    new_key_text,
    pointer_to_item,
    record_key,
)

__all__ = [
    "KEY_PREFIX",
    "ApiKey",
    "Change",
    "KeyKind",
    "KeySecret",
    "KeyStore",
    "LimitReset",
    "hash_key",
    "key_of_text",
    "mask_key",
    "new_key_text",
]

LISTING = "KEYS"
POINTS_TO = "of"
# Of a removed key; its item stays a day, so that a removal that was cut short can be finished.
GONE = "gone"
GONE_SECONDS = 86_400
# A key that is being made is listed a moment before it is there; after an hour, nobody is still making it.
DANGLING_SECONDS = 3600
TRIES = 5

Change = Callable[[ApiKey], ApiKey]


@dataclass(frozen=True, slots=True)
class KeyStore:
    """The keys in their table."""

    database: Database
    table: str

    async def find(self, key_hash: str) -> ApiKey | None:
        """The key that a text opens, by the text's hash; `expires_at` is when this text or the key stops working."""
        item = await self.database.get(self.table, record_key(key_hash))
        if item is not None and POINTS_TO in item:
            item = await self.database.get(self.table, record_key(str(item[POINTS_TO])))
        key = _live(item)
        secret = key.secret(key_hash) if key else None
        if key is None or secret is None:
            return None
        ends = [end for end in (key.expires_at, secret.until) if end is not None]
        return replace(key, expires_at=min(ends, default=None))

    async def read(self, key_hash: str) -> ApiKey | None:
        """The key by the hash that it has been known under from its beginning, as it is right now."""
        item = await self.database.get(self.table, record_key(key_hash), consistent=True)
        return _live(item) if item is not None and POINTS_TO not in item else None

    async def find_by_id(self, key_id: str) -> ApiKey | None:
        listed = await self.database.get(self.table, Key(LISTING, key_id))
        return await self.read(str(listed["h"])) if listed else None

    async def all(self, now: float | None = None) -> list[ApiKey]:
        """Every key, oldest first. With `now` (Unix seconds), rows that a crash left in the listing are removed."""
        listed = await self.database.query(self.table, Query(LISTING, consistent=True))
        keys = [record_key(str(row["h"])) for row in listed]
        items = await self.database.batch_get(self.table, keys, consistent=True)
        found = [key for item in items if (key := _live(item))]
        if now is not None:
            await self._tidy(listed, {key.id for key in found}, now)
        return sorted(found, key=lambda key: (key.created_at, key.id))

    async def add(self, key: ApiKey) -> None:
        """Raises ConditionFailed if its id or its hash is taken.

        Listed first: should the second write fail, what remains is a listed key that opens nothing, and not a
        working one that nobody can see.
        """
        listing: Item = {PARTITION: LISTING, SORT: key.id, "h": key.hash, "c": key.created_at}
        await self.database.put(self.table, listing, condition=Missing(PARTITION))
        await self.database.put(self.table, key_to_item(key), condition=Missing(PARTITION))

    async def replace(self, key: ApiKey) -> None:
        """Raises ConditionFailed if there is no key with this hash, or if it was changed since it was read."""
        changed = replace(key, version=key.version + 1)
        await self.database.put(self.table, key_to_item(changed), condition=_unchanged(key))

    async def change(self, key_hash: str, change: Change) -> ApiKey | None:
        """Apply `change` to the key as it is; None if there is none. Raises ConditionFailed after TRIES collisions."""
        for attempt in range(1, TRIES + 1):
            key = await self.read(key_hash)
            if key is None:
                return None
            changed = change(key)
            try:
                await self.replace(changed)
            except ConditionFailed:
                if attempt == TRIES:
                    raise
                continue
            return changed
        return None

    async def rotate(self, key_hash: str, secret: KeySecret, label: str, now: float) -> ApiKey | None:
        """Give a key a new text: `secret.hash` is the new one's, `secret.until` when the old ones end (Unix seconds).

        The key names the new text, as one that opens nothing yet, before there is an item for it, and makes it the
        valid one in a single write after: a crash leaves the old text working and nothing that the key does not know.
        Raises ConditionFailed if another rotation came between.
        """
        known = await self.read(key_hash)
        if known is None:
            return None
        over = [old.hash for old in known.secrets if old.until is not None and old.until <= now]
        for old in over:
            await self._drop_pointer(old, key_hash)
        announced = await self.change(key_hash, lambda key: key.without_secrets(over).announcing(secret.hash))
        if announced is None:
            return None
        pointer = pointer_to_item(secret.hash, key_hash)
        await self.database.put(self.table, pointer, condition=Missing(PARTITION))

        def switch(key: ApiKey) -> ApiKey:
            if key.secret(secret.hash) is None:
                raise ConditionFailed
            return replace(key.switched_to(secret), label=label, updated_at=now)

        return await self.change(key_hash, switch)

    async def remove(self, key: ApiKey, now: float = 0.0) -> None:
        """From its first write on, the key opens nothing. Doing it again finishes what was cut short."""
        gone = Update(set={GONE: True, "exp": int(now) + GONE_SECONDS}, add={"v": 1})
        try:
            await self.database.update(
                self.table, record_key(key.hash), gone, condition=Exists(PARTITION), repeatable=True
            )
        except ConditionFailed:
            return
        await self.database.delete(self.table, Key(LISTING, key.id))
        for secret in key.secrets:
            await self._drop_pointer(secret.hash, key.hash)
        await self.database.delete(self.table, record_key(key.hash))

    async def _drop_pointer(self, secret_hash: str, key_hash: str) -> None:
        """The first text has no pointer: its item is the key itself."""
        if secret_hash != key_hash:
            await self.database.delete(self.table, record_key(secret_hash))

    async def _tidy(self, listed: list[Item], live: set[str], now: float) -> None:
        for row in listed:
            if row[SORT] not in live and (number(row, "c") or 0.0) < now - DANGLING_SECONDS:
                await self.database.delete(self.table, Key(LISTING, str(row[SORT])))


def _live(item: Item | None) -> ApiKey | None:
    return None if item is None or GONE in item or POINTS_TO in item else key_of_item(item)


def _unchanged(key: ApiKey) -> Condition:
    """A key that was never changed has no version."""
    if key.version == 0:
        return AllOf((Exists(PARTITION), Missing("v")))
    return Compare("v", "=", key.version)

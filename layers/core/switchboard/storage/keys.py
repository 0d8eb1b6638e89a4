"""API keys. Their texts are never kept, only their SHA-256; a second, small item lists them by id."""

import hashlib
import secrets
from dataclasses import dataclass
from typing import Literal, cast

from switchboard.ids import new_ulid
from switchboard.storage.database import (
    PARTITION,
    SORT,
    Database,
    Exists,
    Item,
    Key,
    Missing,
    Query,
)
from switchboard.storage.fields import number, present, text, whole

KEY_PREFIX = "sk-sb-"
LISTING = "KEYS"

KeyKind = Literal["inference", "management"]
LimitReset = Literal["daily", "weekly", "monthly"]


@dataclass(frozen=True, slots=True)
class ApiKey:
    """`hash` is hash_key() of its text, `label` its masked text; times are Unix seconds.

    `limit_nano` is in nano-dollars for each `limit_reset` (UTC windows; None: for ever). `rpm` and `tpm` are requests
    and tokens for each minute, `max_parallel` requests at once. None is no limit.
    """

    hash: str
    id: str
    name: str
    label: str
    kind: KeyKind = "inference"
    disabled: bool = False
    expires_at: float | None = None
    created_at: float = 0.0
    limit_nano: int | None = None
    limit_reset: LimitReset | None = None
    rpm: int | None = None
    tpm: int | None = None
    max_parallel: int | None = None


def hash_key(key_text: str) -> str:
    """SHA-256 in hex. A key has 256 random bits, so there is nothing that a slow hash would protect."""
    return hashlib.sha256(key_text.encode()).hexdigest()


def new_key_text() -> str:
    """256 random bits, to be shown once and never kept."""
    return KEY_PREFIX + secrets.token_urlsafe(32)


def key_of_text(key_text: str, name: str, kind: KeyKind, now: float) -> ApiKey:
    """The record of a key; `now` is Unix seconds."""
    return ApiKey(hash_key(key_text), new_ulid(now), name, mask_key(key_text), kind, created_at=now)


def mask_key(key_text: str) -> str:
    """Enough to recognise a key by: sk-sb-abc...xyz."""
    return f"{key_text[: len(KEY_PREFIX) + 3]}...{key_text[-3:]}"


@dataclass(frozen=True, slots=True)
class KeyStore:
    """The keys in their table."""

    database: Database
    table: str

    async def find(self, key_hash: str) -> ApiKey | None:
        item = await self.database.get(self.table, _key(key_hash))
        return _from_item(item) if item else None

    async def find_by_id(self, key_id: str) -> ApiKey | None:
        listed = await self.database.get(self.table, Key(LISTING, key_id))
        return await self.find(str(listed["h"])) if listed else None

    async def all(self) -> list[ApiKey]:
        """Every key, oldest first."""
        listed = await self.database.query(self.table, Query(LISTING))
        items = await self.database.batch_get(self.table, [_key(str(row["h"])) for row in listed])
        return sorted((_from_item(item) for item in items), key=lambda key: (key.created_at, key.id))

    async def add(self, key: ApiKey) -> None:
        """Raises ConditionFailed if its id or its hash is taken.

        Listed first: should the second write fail, what remains is a listed key that opens nothing, and not a
        working one that nobody can see.
        """
        listing: Item = {PARTITION: LISTING, SORT: key.id, "h": key.hash}
        await self.database.put(self.table, listing, condition=Missing(PARTITION))
        await self.database.put(self.table, _to_item(key), condition=Missing(PARTITION))

    async def replace(self, key: ApiKey) -> None:
        """Raises ConditionFailed if there is no key with this hash."""
        await self.database.put(self.table, _to_item(key), condition=Exists(PARTITION))

    async def remove(self, key: ApiKey) -> None:
        await self.database.delete(self.table, _key(key.hash))
        await self.database.delete(self.table, Key(LISTING, key.id))


def _key(key_hash: str) -> Key:
    return Key(f"H#{key_hash}", "KEY")


def _to_item(key: ApiKey) -> Item:
    partition, sort = _key(key.hash)
    return present(
        {
            PARTITION: partition,
            SORT: sort,
            "id": key.id,
            "n": key.name,
            "l": key.label,
            "k": key.kind,
            "off": key.disabled or None,
            "x": key.expires_at,
            "c": key.created_at,
            "lim": key.limit_nano,
            "lr": key.limit_reset,
            "rpm": key.rpm,
            "tpm": key.tpm,
            "par": key.max_parallel,
        }
    )


def _from_item(item: Item) -> ApiKey:
    return ApiKey(
        hash=str(item[PARTITION]).removeprefix("H#"),
        id=str(item["id"]),
        name=str(item["n"]),
        label=str(item["l"]),
        kind=cast(KeyKind, text(item, "k")),
        disabled=bool(item.get("off", False)),
        expires_at=number(item, "x"),
        created_at=number(item, "c") or 0.0,
        limit_nano=whole(item, "lim"),
        limit_reset=cast("LimitReset | None", text(item, "lr")),
        rpm=whole(item, "rpm"),
        tpm=whole(item, "tpm"),
        max_parallel=whole(item, "par"),
    )

"""Requests that carry an Idempotency-Key: who answers one now, and the answer once it is there.

A head item says how things stand; an answer that does not fit into it is spread over items of its own, which are
written first. Claims are fenced: whoever lost a claim, because its time ran out, can write nothing any more.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, NamedTuple

from switchboard.storage.database import (
    PARTITION,
    SORT,
    AllOf,
    AnyOf,
    Compare,
    ConditionFailed,
    Database,
    Item,
    Key,
    Missing,
    Update,
    Value,
)
from switchboard.storage.fields import number, table, text, whole

DAY = 86_400
HEAD = "-"
PIECE_BYTES = 350_000  # DynamoDB takes items up to 400 KB
MOST_PIECES = 8
MOST_BYTES = MOST_PIECES * PIECE_BYTES
RUNNING, DONE, FREE, TOO_LARGE = "run", "done", "free", "big"

State = Literal["running", "done", "too_large"]


class Name(NamedTuple):
    """A caller's key within one API key: nobody meets the keys of another. Both are hashes or ids."""

    key_id: str
    hashed: str


@dataclass(frozen=True, slots=True)
class Claim:
    """The right to answer: good until its lease is over, or taken back by `owner`, a word that nobody else has."""

    name: Name
    owner: str


@dataclass(frozen=True, slots=True)
class Kept:
    """An answer as it went out; `body` is compressed."""

    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Found:
    """What was there before: a request with this `fingerprint`, and where it stands."""

    fingerprint: str
    state: State
    owner: str
    answer: Kept | None = None
    generation_id: str | None = None


@dataclass(frozen=True, slots=True)
class IdempotencyStore:
    """In the keys' table. Every method raises StorageUnavailable."""

    database: Database
    table: str

    async def claim(self, claim: Claim, fingerprint: str, now: float, lease: float) -> Found | None:
        """None if the claim is made, until `lease` (Unix seconds); else what stands in its way."""
        item: Item = {
            **_keys(claim.name, HEAD),
            "s": RUNNING,
            "f": fingerprint,
            "o": claim.owner,
            "l": lease,
            "exp": int(now) + DAY,
        }
        abandoned = AllOf((Compare("s", "=", RUNNING), Compare("l", "<", now)))
        is_free = (Missing(PARTITION), Compare("exp", "<", int(now)), Compare("s", "=", FREE), abandoned)
        try:
            await self.database.put(self.table, item, condition=AnyOf(is_free))
        except ConditionFailed as refused:
            there = refused.item or await self.database.get(self.table, _key(claim.name, HEAD), consistent=True)
            if there is None or there.get("o") == claim.owner:  # our own first try, whose reply was lost
                return None
            return await self._found(claim.name, there)
        return None

    async def extend(self, claim: Claim, lease: float) -> bool:
        """False if the claim is lost."""
        return await self._update(claim, {"l": lease})

    async def release(self, claim: Claim) -> None:
        """Nothing is kept: the next request with this key begins anew."""
        await self._update(claim, {"s": FREE})

    async def refuse(self, claim: Claim, generation_id: str | None) -> None:
        """Its answer was given, and is too large to be kept."""
        await self._update(claim, {"s": TOO_LARGE, "g": generation_id})

    async def keep(self, claim: Claim, kept: Kept, now: float) -> bool:
        """False if the claim is lost. The body is at most MOST_BYTES long."""
        first, *more = [kept.body[at : at + PIECE_BYTES] for at in range(0, len(kept.body), PIECE_BYTES)] or [b""]
        expires = int(now) + DAY
        for place, piece in enumerate(more):
            await self.database.put(
                self.table, {**_keys(claim.name, _piece(claim.owner, place)), "b": piece, "exp": expires}
            )
        headers: Item = dict(kept.headers)
        return await self._update(
            claim, {"s": DONE, "st": kept.status, "h": headers, "b": first, "n": len(more), "exp": expires}
        )

    async def _update(self, claim: Claim, changes: Mapping[str, Value]) -> bool:
        ours = AllOf((Compare("o", "=", claim.owner), Compare("s", "=", RUNNING)))
        update = Update(set={name: value for name, value in changes.items() if value is not None})
        try:
            await self.database.update(self.table, _key(claim.name, HEAD), update, condition=ours)
        except ConditionFailed:
            return False
        return True

    async def _found(self, name: Name, head: Item) -> Found:
        fingerprint, owner = text(head, "f") or "", text(head, "o") or ""
        if head.get("s") == TOO_LARGE:
            return Found(fingerprint, "too_large", owner, generation_id=text(head, "g"))
        if head.get("s") != DONE:
            return Found(fingerprint, "running", owner)
        places = range(whole(head, "n") or 0)
        keys = [_key(name, _piece(owner, place)) for place in places]
        pieces = await asyncio.gather(*(self.database.get(self.table, key, consistent=True) for key in keys))
        body = b"".join([_bytes(head), *(_bytes(piece or {}) for piece in pieces)])
        headers = {each: str(value) for each, value in table(head, "h").items()}
        return Found(fingerprint, "done", owner, Kept(int(number(head, "st") or 200), headers, body))


def _bytes(item: Item) -> bytes:
    value = item.get("b")
    return value if isinstance(value, bytes) else b""


def _piece(owner: str, place: int) -> str:
    return f"{owner}#{place}"


def _key(name: Name, sort: str) -> Key:
    return Key(f"I#{name.key_id}#{name.hashed}", sort)


def _keys(name: Name, sort: str) -> Item:
    key = _key(name, sort)
    return {PARTITION: key.partition, SORT: key.sort}

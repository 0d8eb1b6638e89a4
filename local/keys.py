"""The keys that a laptop starts with: one for models, one for administration, the same after a restart."""

import secrets
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from switchboard import ids
from switchboard.storage.database import ConditionFailed
from switchboard.storage.keys import KEY_PREFIX, ApiKey, KeyStore, hash_key, mask_key


@dataclass(frozen=True, slots=True)
class FirstKey:
    """`fixed` is a key text from the environment; without it one is made up and kept in `file`."""

    name: str
    kind: Literal["inference", "management"]
    fixed: str | None
    file: Path


def new_key_text() -> str:
    """256 random bits."""
    return KEY_PREFIX + secrets.token_urlsafe(32)


async def ensure_key(store: KeyStore, first: FirstKey, now: float) -> str:
    """The key's text; the key is created if the table does not have it."""
    text = first.fixed or _kept(first.file)
    key = ApiKey(hash_key(text), ids.new_ulid(now), first.name, mask_key(text), first.kind, created_at=now)
    if await store.find(key.hash) is None:
        with suppress(ConditionFailed):  # another process was quicker: the key is there
            await store.add(key)
    return text


def _kept(file: Path) -> str:
    if file.exists():
        return file.read_text(encoding="utf-8").strip()
    text = new_key_text()
    file.touch(mode=0o600)
    file.write_text(text + "\n", encoding="utf-8")
    return text

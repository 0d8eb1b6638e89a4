"""The keys that a laptop starts with: one for models, one for administration, the same after a restart."""

from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from switchboard.storage.database import ConditionFailed
from switchboard.storage.keys import KeyKind, KeyStore, key_of_text, new_key_text


@dataclass(frozen=True, slots=True)
class FirstKey:
    """`fixed` is a key text from the environment; without it one is made up and kept in `file`."""

    name: str
    kind: KeyKind
    fixed: str | None
    file: Path


async def ensure_key(store: KeyStore, first: FirstKey, now: float) -> str:
    """The key's text; the key is created if the table does not have it."""
    text = first.fixed or _kept(first.file)
    key = key_of_text(text, first.name, first.kind, now)
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

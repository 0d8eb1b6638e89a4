"""How a key is checked: by its hash, looked up as a whole. No text is compared, so none can be guessed by time."""

import asyncio
import hashlib
from collections.abc import Sequence

import pytest
from switchboard.auth import Authenticator
from switchboard.errors import NotAuthenticated
from switchboard.storage.database import Item, Key
from switchboard.storage.keys import KeyStore

from tests.examples import KEY, KEY_TEXT
from tests.fakes import FakeClock, FakeDatabase

PREFIXES = [KEY_TEXT[:length] for length in range(1, len(KEY_TEXT))]


class ListeningDatabase(FakeDatabase):
    """Remembers what was looked for."""

    def __init__(self) -> None:
        super().__init__()
        self.looked_for: list[Key] = []

    async def get(self, table: str, key: Key, *, consistent: bool = False) -> Item | None:
        self.looked_for.append(key)
        return await super().get(table, key, consistent=consistent)


def with_key() -> ListeningDatabase:
    database = ListeningDatabase()
    asyncio.run(KeyStore(database, "KeysTable").add(KEY))
    return database


def opened(database: FakeDatabase, texts: Sequence[str]) -> list[str]:
    """Those texts that open something."""
    good = []
    for text in texts:
        door = Authenticator(KeyStore(database, "KeysTable"), FakeClock())
        try:
            asyncio.run(door.authenticate_inference({"authorization": f"Bearer {text}"}))
        except NotAuthenticated:
            continue
        good.append(text)
    return good


def test_what_is_looked_for_is_the_hash_and_nothing_of_the_text() -> None:
    database = with_key()
    assert opened(database, [KEY_TEXT]) == [KEY_TEXT]
    assert all(KEY_TEXT not in part for key in database.looked_for for part in key)
    assert any(hashlib.sha256(KEY_TEXT.encode()).hexdigest() in key.partition for key in database.looked_for)


def test_a_key_that_is_right_to_its_last_letter_but_one_looks_for_something_else_entirely() -> None:
    """Whoever is right about a part of a key learns nothing from it: the hashes share no beginning."""
    assert opened(with_key(), PREFIXES) == []
    hashes = [hashlib.sha256(text.encode()).hexdigest() for text in (KEY_TEXT, *PREFIXES)]
    assert len({each[:8] for each in hashes}) == len(hashes)


def test_nothing_that_is_stored_opens_anything() -> None:
    """A copy of the table yields no key."""
    database = with_key()
    stored = repr(database.tables)
    assert KEY_TEXT not in stored
    words = {str(part) for item in database.tables["KeysTable"].values() for part in item.values()}
    assert opened(database, sorted(words)) == []


@pytest.mark.parametrize("text", ["", " ", "sk-sb-", "null", "Bearer", "*", "sk-sb-" + "a" * 100_000])
def test_what_is_no_key_opens_nothing(text: str) -> None:
    assert opened(with_key(), [text]) == []

import asyncio
from dataclasses import replace

import pytest
from switchboard.storage.database import ConditionFailed
from switchboard.storage.keys import ApiKey, KeyStore, hash_key, mask_key

from tests.fakes import FakeDatabase

TEXT = "sk-sb-abcdefghijklmnopqrstuvwxyz"
KEY = ApiKey(hash_key(TEXT), "01J", "laptop", mask_key(TEXT), "inference", created_at=1_800_000_000.5)


@pytest.fixture
def store() -> KeyStore:
    return KeyStore(FakeDatabase(), "KeysTable")


def test_a_key_is_found_by_the_hash_of_its_text(store: KeyStore) -> None:
    asyncio.run(store.add(KEY))
    assert asyncio.run(store.find(hash_key(TEXT))) == KEY
    assert asyncio.run(store.find_by_id("01J")) == KEY
    assert asyncio.run(store.find(hash_key("another"))) is None


def test_every_field_survives(store: KeyStore) -> None:
    full = replace(
        KEY,
        kind="management",
        disabled=True,
        expires_at=1_900_000_000.25,
        limit_nano=5 * 10**9,
        limit_reset="weekly",
        rpm=60,
        tpm=90_000,
        max_parallel=8,
    )
    asyncio.run(store.add(full))
    assert asyncio.run(store.find(full.hash)) == full


def test_the_text_of_a_key_is_never_written(store: KeyStore) -> None:
    database = FakeDatabase()
    asyncio.run(KeyStore(database, "KeysTable").add(KEY))
    assert TEXT not in repr(database.tables)
    assert KEY.label == "sk-sb-abc...xyz"


def test_an_id_is_given_once(store: KeyStore) -> None:
    asyncio.run(store.add(KEY))
    with pytest.raises(ConditionFailed):
        asyncio.run(store.add(replace(KEY, hash="other")))


def test_keys_are_listed_oldest_first(store: KeyStore) -> None:
    later = replace(KEY, id="00A", hash="other", created_at=KEY.created_at + 1)
    asyncio.run(store.add(later))
    asyncio.run(store.add(KEY))
    assert asyncio.run(store.all()) == [KEY, later]


def test_a_changed_key_replaces_the_one_that_is_there(store: KeyStore) -> None:
    with pytest.raises(ConditionFailed):
        asyncio.run(store.replace(KEY))
    asyncio.run(store.add(KEY))
    asyncio.run(store.replace(replace(KEY, disabled=True)))
    assert asyncio.run(store.all()) == [replace(KEY, disabled=True)]


def test_a_removed_key_is_gone(store: KeyStore) -> None:
    asyncio.run(store.add(KEY))
    asyncio.run(store.remove(KEY))
    assert asyncio.run(store.find(KEY.hash)) is None
    assert asyncio.run(store.all()) == []

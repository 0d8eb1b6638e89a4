import asyncio
from asyncio import run
from collections.abc import Coroutine
from dataclasses import replace

import pytest
from switchboard.storage.database import PARTITION, SORT, ConditionFailed, Item, Key, StorageUnavailable
from switchboard.storage.keys import ApiKey, KeySecret, KeyStore, hash_key, mask_key

from tests.fakes import FakeDatabase

TEXT = "sk-sb-abcdefghijklmnopqrstuvwxyz"
NOW = 1_800_000_000.5
KEY = ApiKey(hash_key(TEXT), "01J", "laptop", mask_key(TEXT), "inference", created_at=NOW)
NEW = hash_key("sk-sb-new")


@pytest.fixture
def store() -> KeyStore:
    return KeyStore(FakeDatabase(), "KeysTable")


@pytest.fixture
def rows(store: KeyStore) -> dict[Key, Item]:
    """What the table holds, as it changes."""
    assert isinstance(store.database, FakeDatabase)
    return store.database.tables.setdefault("KeysTable", {})


def test_a_key_is_found_by_the_hash_of_its_text(store: KeyStore) -> None:
    run(store.add(KEY))
    assert run(store.find(hash_key(TEXT))) == KEY
    assert run(store.find_by_id("01J")) == KEY
    assert run(store.find(hash_key("another"))) is None


def test_the_text_of_a_key_is_never_written(store: KeyStore, rows: dict[Key, Item]) -> None:
    run(store.add(KEY))
    assert TEXT not in repr(rows)
    assert KEY.label == "sk-sb-abc...xyz"


def test_an_id_is_given_once(store: KeyStore) -> None:
    run(store.add(KEY))
    with pytest.raises(ConditionFailed):
        run(store.add(replace(KEY, hash="other")))


def test_keys_are_listed_oldest_first(store: KeyStore) -> None:
    later = replace(KEY, id="00A", hash="other", created_at=KEY.created_at + 1)
    run(store.add(later))
    run(store.add(KEY))
    assert run(store.all()) == [KEY, later]


def test_a_changed_key_replaces_the_one_that_is_there(store: KeyStore) -> None:
    with pytest.raises(ConditionFailed):
        run(store.replace(KEY))
    run(store.add(KEY))
    run(store.replace(replace(KEY, disabled=True)))
    assert run(store.all()) == [replace(KEY, disabled=True)]


def test_a_key_that_was_changed_meanwhile_is_not_overwritten(store: KeyStore) -> None:
    run(store.add(KEY))
    run(store.replace(replace(KEY, disabled=True)))
    with pytest.raises(ConditionFailed):
        run(store.replace(replace(KEY, name="stale")))


def test_changes_made_at_once_all_come_through(store: KeyStore) -> None:
    async def scenario() -> ApiKey | None:
        await store.add(KEY)
        await asyncio.gather(
            store.change(KEY.hash, lambda key: replace(key, name="desk")),
            store.change(KEY.hash, lambda key: replace(key, rpm=5)),
            store.change(KEY.hash, lambda key: replace(key, disabled=True)),
        )
        return await store.read(KEY.hash)

    assert run(scenario()) == replace(KEY, name="desk", rpm=5, disabled=True)


def test_a_key_that_is_not_there_is_not_changed(store: KeyStore, rows: dict[Key, Item]) -> None:
    assert run(store.change("nobody", lambda key: replace(key, name="ghost"))) is None
    assert run(store.rotate("nobody", KeySecret(NEW, NOW), "label", NOW)) is None
    assert rows == {}


def test_after_a_rotation_the_old_text_works_until_the_overlap_ends(store: KeyStore) -> None:
    run(store.add(KEY))
    rotated = run(store.rotate(KEY.hash, KeySecret(NEW, NOW + 60), "sk-sb-new...new", NOW))
    assert rotated is not None
    assert (rotated.hash, rotated.id, rotated.label, rotated.updated_at) == (KEY.hash, "01J", "sk-sb-new...new", NOW)
    old, new = run(store.find(KEY.hash)), run(store.find(NEW))
    assert old is not None
    assert new is not None
    assert (old.expires_at, new.expires_at) == (NOW + 60, None)
    assert [key.id for key in run(store.all())] == ["01J"]


def test_every_text_of_a_key_obeys_its_changes_and_its_own_end(store: KeyStore) -> None:
    run(store.add(replace(KEY, expires_at=NOW + 30)))
    run(store.rotate(KEY.hash, KeySecret(NEW, NOW + 60), "label", NOW))
    run(store.change(KEY.hash, lambda key: replace(key, disabled=True)))
    for text in (KEY.hash, NEW):
        found = run(store.find(text))
        assert found is not None
        assert found.disabled
        assert found.expires_at == NOW + 30


def test_a_second_rotation_lengthens_no_life_and_drops_what_is_over(store: KeyStore, rows: dict[Key, Item]) -> None:
    run(store.add(KEY))
    for number, (until, now) in enumerate([(NOW + 10, NOW), (NOW + 50, NOW + 5), (NOW + 90, NOW + 20)]):
        run(store.rotate(KEY.hash, KeySecret(f"text-{number}", until), "label", now))
    ends = {text: run(store.find(text)) for text in (KEY.hash, "text-0", "text-1", "text-2")}
    assert ends[KEY.hash] is None
    assert [found and found.expires_at for found in ends.values()] == [None, NOW + 50, NOW + 90, None]
    assert sorted(key.partition for key in rows) == [f"H#{KEY.hash}", "H#text-0", "H#text-1", "H#text-2", "KEYS"]
    run(store.rotate(KEY.hash, KeySecret("text-3", NOW + 95), "label", NOW + 60))
    assert Key("H#text-0", "KEY") not in rows


def test_a_text_is_not_a_hash_to_administer_a_key_by(store: KeyStore) -> None:
    run(store.add(KEY))
    run(store.rotate(KEY.hash, KeySecret(NEW, NOW + 60), "label", NOW))
    assert run(store.read(NEW)) is None
    assert run(store.change(NEW, lambda key: replace(key, name="other"))) is None


def test_a_removed_key_is_gone_with_all_its_texts(store: KeyStore, rows: dict[Key, Item]) -> None:
    run(store.add(KEY))
    rotated = run(store.rotate(KEY.hash, KeySecret(NEW, NOW + 60), "label", NOW))
    assert rotated is not None
    run(store.remove(rotated, NOW))
    assert rows == {}
    run(store.remove(rotated, NOW))
    assert rows == {}


@pytest.mark.parametrize("calls", range(4))
def test_a_removal_that_was_cut_short_opens_nothing_and_can_be_finished(
    store: KeyStore, rows: dict[Key, Item], calls: int
) -> None:
    run(store.add(KEY))
    rotated = run(store.rotate(KEY.hash, KeySecret(NEW, NOW + 60), "label", NOW))
    assert rotated is not None
    cut_short(store, calls, store.remove(rotated, NOW))
    gone = calls > 0
    assert (run(store.find(KEY.hash)) is None, run(store.find(NEW)) is None) == (gone, gone)
    assert [key.id for key in run(store.all())] == ([] if gone else ["01J"])
    run(store.remove(rotated, NOW))
    assert rows == {}


@pytest.mark.parametrize("calls", range(6))
def test_a_rotation_that_was_cut_short_leaves_the_old_text_working(
    store: KeyStore, rows: dict[Key, Item], calls: int
) -> None:
    run(store.add(KEY))
    cut_short(store, calls, store.rotate(KEY.hash, KeySecret(NEW, NOW), "label", NOW))
    old, new = run(store.find(KEY.hash)), run(store.find(NEW))
    opened = [found.expires_at is None for found in (old, new) if found is not None]
    assert opened.count(True) == 1
    found = run(store.read(KEY.hash))
    assert found is not None
    assert {key.partition for key in rows} <= {"KEYS", *(f"H#{secret.hash}" for secret in found.secrets)}
    run(store.rotate(KEY.hash, KeySecret("later", NOW), "label", NOW + 1))
    run(store.rotate(KEY.hash, KeySecret("last", NOW), "label", NOW + 2))
    assert Key(f"H#{NEW}", "KEY") not in rows


def test_a_creation_that_was_cut_short_lists_nothing_and_is_tidied_up(store: KeyStore, rows: dict[Key, Item]) -> None:
    cut_short(store, 1, store.add(KEY))
    assert [(row[PARTITION], row[SORT]) for row in rows.values()] == [("KEYS", "01J")]
    assert run(store.all(NOW + 60)) == []
    assert len(rows) == 1
    assert run(store.all(NOW + 3601)) == []
    assert rows == {}


def test_tidying_up_touches_no_key_that_is_there(store: KeyStore, rows: dict[Key, Item]) -> None:
    run(store.add(KEY))
    assert run(store.all(NOW + 10**6)) == [KEY]
    assert len(rows) == 2


def cut_short(store: KeyStore, calls: int, work: Coroutine[None, None, object]) -> None:
    """Run until so many calls have been answered."""
    assert isinstance(store.database, FakeDatabase)
    store.database.calls_left = calls
    with pytest.raises(StorageUnavailable):
        run(work)
    store.database.calls_left = None

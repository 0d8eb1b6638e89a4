from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from switchboard.key_policy import KeyPolicy
from switchboard.storage.key_items import ApiKey, KeySecret, key_of_item, key_to_item
from switchboard.storage.marshal import marshal_item, unmarshal_item

names = st.lists(st.text(max_size=8), max_size=3).map(tuple)
seconds = st.none() | st.integers(0, 4_000_000_000).map(lambda whole: whole / 4)
counts = st.none() | st.integers(0, 10**16)
policies = st.builds(KeyPolicy, names, names, names, names, st.booleans(), st.booleans())
texts = st.lists(st.builds(KeySecret, st.text("0123456789abcdef", min_size=1, max_size=8), seconds), max_size=3)
keys = st.builds(
    ApiKey,
    hash=st.text("0123456789abcdef", min_size=1, max_size=64),
    id=st.text(max_size=8),
    name=st.text(max_size=8),
    label=st.text(max_size=8),
    kind=st.sampled_from(("inference", "management")),
    disabled=st.booleans(),
    expires_at=seconds,
    created_at=st.integers(0, 10**9).map(float),
    limit_nano=counts,
    limit_reset=st.sampled_from((None, "daily", "weekly", "monthly")),
    rpm=counts,
    tpm=counts,
    max_parallel=counts,
    policy=policies,
    updated_at=seconds,
    creator=st.none() | st.text(max_size=8),
    rotated=texts.map(tuple),
    version=st.integers(0, 100),
)


@given(keys)
def test_every_field_survives(key: ApiKey) -> None:
    kept = key_of_item(unmarshal_item(marshal_item(key_to_item(key))))
    assert kept == key
    assert kept.version == key.version


def test_a_key_from_before_there_were_policies_is_read() -> None:
    item: Any = {"PK": "H#abc", "SK": "KEY", "id": "1", "n": "old", "l": "sk", "k": "inference", "c": 5}
    assert key_of_item(item) == ApiKey("abc", "1", "old", "sk", created_at=5.0)


@pytest.mark.parametrize("first", [None, 50.0])
def test_a_switch_gives_the_old_texts_an_end_and_the_new_one_none(first: float | None) -> None:
    key = ApiKey("a", "1", "n", "l", rotated=(KeySecret("a", first), KeySecret("b"), KeySecret("c", 0.0)))
    switched = key.switched_to(KeySecret("c", 90.0))
    assert switched.secrets == (KeySecret("a", first or 90.0), KeySecret("b", 90.0), KeySecret("c"))


def test_without_rotation_the_first_text_is_the_only_one() -> None:
    key = ApiKey("a", "1", "n", "l")
    assert key.secrets == (KeySecret("a"),)
    assert key.announcing("b").secret("b") == KeySecret("b", 0.0)

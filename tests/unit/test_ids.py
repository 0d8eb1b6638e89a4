import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from switchboard.ids import generation_time, new_generation_id, new_ulid, shard_of

times = st.integers(0, 2**47).map(lambda milliseconds: milliseconds / 1000)


@given(times)
def test_an_id_is_26_letters_that_nobody_mistakes(now: float) -> None:
    assert re.fullmatch("[0-9A-HJKMNP-TV-Z]{26}", new_ulid(now))


@given(times, times)
def test_ids_sort_by_time(one: float, other: float) -> None:
    first, second = sorted((one, other))
    if second - first >= 0.001:
        assert new_ulid(first) < new_ulid(second)


@given(times)
def test_a_generations_time_is_read_from_its_id(now: float) -> None:
    assert generation_time(new_generation_id(now)) == pytest.approx(now, abs=0.001)


def test_ids_of_one_moment_differ() -> None:
    assert len({new_ulid(1_800_000_000.0) for _ in range(1000)}) == 1000


@pytest.mark.parametrize(
    "text", ["", "gen-", "gen-1", "01ARZ3NDEKTSV4RRFFQ69G5FAV", "gen-01ARZ3NDEKTSV4RRFFQ69G5FAU", "gen-" + "é" * 26]
)
def test_what_is_no_id_of_ours_has_no_time(text: str) -> None:
    assert generation_time(text) is None


@given(st.text(), st.integers(1, 64))
def test_an_id_always_belongs_to_the_same_shard(identifier: str, shards: int) -> None:
    assert 0 <= shard_of(identifier, shards) < shards
    assert shard_of(identifier, shards) == shard_of(identifier, shards)


def test_the_shard_is_the_same_in_every_process() -> None:
    assert [shard_of(f"gen-{number}", 4) for number in range(6)] == [0, 2, 0, 2, 1, 3]

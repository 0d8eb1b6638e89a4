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


@given(times, st.integers(1, 1024))
def test_an_id_names_one_of_the_shards_that_there_were(now: float, shards: int) -> None:
    assert 0 <= shard_of(new_generation_id(now, shards)) < shards


def test_ids_are_spread_over_all_shards() -> None:
    assert {shard_of(new_generation_id(1_800_000_000.0, 4)) for _ in range(200)} == {0, 1, 2, 3}


def test_the_shard_can_be_read_by_anybody() -> None:
    assert [shard_of("gen-01ARZ3NDEKTSV4RRFFQ69G5F" + end) for end in ("00", "01", "0Z", "10", "ZZ")] == [
        0,
        1,
        31,
        32,
        1023,
    ]

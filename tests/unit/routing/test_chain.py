import random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from switchboard.health.breaker import Door
from switchboard.routing.chain import EXTRA_ATTEMPTS, Candidate, chain

CANDIDATES = st.lists(st.builds(Candidate, st.floats(0.001, 1), st.sampled_from(Door)), min_size=1, max_size=6)


def doors(*found: Door) -> list[Candidate]:
    return [Candidate(float(place + 1), door) for place, door in enumerate(found)]


def order(*found: Door, seed: int = 1) -> list[int]:
    return chain(doors(*found), random.Random(seed), explore=False)


def test_without_exploring_the_index_alone_decides() -> None:
    candidates = [Candidate(3.0, Door.OPEN_TO_ALL), Candidate(1.0, Door.ONE_TRIAL), Candidate(2.0, Door.OPEN_TO_ALL)]
    assert chain(candidates, random.Random(1), explore=False) == [1, 2, 0]


def test_a_shut_door_comes_last_and_a_rate_limited_one_not_at_all() -> None:
    assert order(Door.SHUT, Door.RATE_LIMITED, Door.OPEN_TO_ALL, Door.SHUT) == [2, 0, 3]


@pytest.mark.parametrize("among", [2, 4, 12])
def test_with_every_door_shut_one_is_tried_and_seldom_all(among: int) -> None:
    lengths = [len(order(*[Door.SHUT] * among, seed=seed)) for seed in range(4000)]
    assert set(lengths) == {1, among}
    assert 0.5 < (sum(lengths) / 4000 - 1) / EXTRA_ATTEMPTS < 1.5


@given(CANDIDATES, st.integers(), st.booleans())
def test_everyone_willing_is_tried_once_while_any_door_stands_open(
    candidates: list[Candidate], seed: int, explore: bool
) -> None:
    tried = chain(candidates, random.Random(seed), explore=explore)
    willing = [place for place, one in enumerate(candidates) if one.door is not Door.RATE_LIMITED]
    standing = [place for place in willing if candidates[place].door is not Door.SHUT]
    assert len(set(tried)) == len(tried)
    assert set(tried) == set(willing) if standing else set(tried) <= set(willing)
    assert sorted(tried[: len(standing)]) == standing or not standing

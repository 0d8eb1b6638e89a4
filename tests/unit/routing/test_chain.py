import random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from switchboard.health.breaker import Door
from switchboard.routing.chain import EXTRA_ATTEMPTS, chain

DOORS = st.lists(st.sampled_from(Door), min_size=1, max_size=6)


def order(*doors: Door, seed: int = 1) -> list[int]:
    costs = [float(place + 1) for place in range(len(doors))]
    return chain(costs, doors, (), random.Random(seed), explore=False)


def test_without_exploring_the_index_alone_decides() -> None:
    doors = [Door.OPEN_TO_ALL, Door.ONE_TRIAL, Door.OPEN_TO_ALL]
    assert chain([3.0, 1.0, 2.0], doors, (), random.Random(1), explore=False) == [1, 2, 0]


def test_a_shut_door_comes_last_and_a_rate_limited_one_not_at_all() -> None:
    assert order(Door.SHUT, Door.RATE_LIMITED, Door.OPEN_TO_ALL, Door.SHUT) == [2, 0, 3]


@pytest.mark.parametrize("among", [2, 4, 12])
def test_with_every_door_shut_one_is_tried_and_seldom_all(among: int) -> None:
    lengths = [len(order(*[Door.SHUT] * among, seed=seed)) for seed in range(4000)]
    assert set(lengths) == {1, among}
    assert 0.5 < (sum(lengths) / 4000 - 1) / EXTRA_ATTEMPTS < 1.5


@given(DOORS, st.integers(), st.booleans(), st.data())
def test_everyone_willing_is_tried_once_while_any_door_stands_open(
    doors: list[Door], seed: int, explore: bool, data: st.DataObject
) -> None:
    costs = data.draw(st.lists(st.floats(0.001, 1), min_size=len(doors), max_size=len(doors)))
    tried = chain(costs, doors, (), random.Random(seed), explore=explore)
    willing = [place for place, door in enumerate(doors) if door is not Door.RATE_LIMITED]
    standing = [place for place in willing if doors[place] is not Door.SHUT]
    assert len(set(tried)) == len(tried)
    assert set(tried) == set(willing) if standing else set(tried) <= set(willing)
    assert sorted(tried[: len(standing)]) == standing or not standing


def test_a_lower_tier_goes_first_whatever_it_costs_and_nobody_explores_beyond_it() -> None:
    costs, doors, tiers = [1.0, 3.0, 2.0], [Door.OPEN_TO_ALL] * 3, [(1,), (0,), (0,)]
    orders = {tuple(chain(costs, doors, tiers, random.Random(seed))) for seed in range(2000)}
    assert orders == {(2, 1, 0), (1, 2, 0)}

"""The ledger's scenario (benchmarks/budget) on the embedded engine; `make engines` adds workers and a second engine."""

import asyncio

import pytest

from benchmarks.budget.engines import play
from tests.engine import Engine

pytestmark = pytest.mark.xdist_group("engine")


@pytest.mark.parametrize(("workers", "rounds"), [(8, 8), (64, 2)])
def test_nothing_is_overspent_lost_or_settled_twice(engine: Engine, workers: int, rounds: int) -> None:
    outcome = asyncio.run(play(engine.url, workers, rounds=rounds))
    assert outcome.faults == []
    assert outcome.settled <= outcome.granted + outcome.unclear
    assert min(outcome.granted, outcome.refused, outcome.settled) > 0

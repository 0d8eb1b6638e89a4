"""The ledger's scenario (benchmarks/budget) on the embedded engine; `make engines` adds workers and a second engine."""

import asyncio
from pathlib import Path

import pytest

from benchmarks.budget.engines import play
from tests.processes import running


@pytest.mark.parametrize(("workers", "rounds"), [(8, 8), (64, 2)])
def test_nothing_is_overspent_lost_or_settled_twice(tmp_path: Path, workers: int, rounds: int) -> None:
    with running("local.engine", "--state-dir", str(tmp_path)) as url:
        outcome = asyncio.run(play(url, workers, rounds=rounds))
    assert outcome.faults == []
    assert outcome.settled <= outcome.granted + outcome.unclear
    assert min(outcome.granted, outcome.refused, outcome.settled) > 0

"""A process that is killed between an answer's last byte and what is written about it: the money is accounted for."""

import asyncio
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from switchboard.clock import SystemClock
from switchboard.jobs.sweep import sweep
from switchboard.settings import Settings
from switchboard.storage.budget import BudgetStore
from switchboard.storage.database import Database
from switchboard.storage.keys import KeyStore
from switchboard.storage.usage import UsageStore

from benchmarks.budget.engines import make_table, opened
from tests.examples import KEY
from tests.fakes import FakeClock
from tests.processes import ROOT, running

SETTINGS = Settings()
LIMIT = 10**9
DAY = 86_400
RECORD, BILL = "PutItem", "UpdateItem"


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[str]:
    with running("local.engine", "--state-dir", str(tmp_path)) as url:
        for table in (SETTINGS.keys_table, SETTINGS.usage_table, SETTINGS.uptime_table):
            make_table(url, table)
        yield url


def kill_after_the_last_byte(engine: str, stuck: Sequence[str]) -> None:
    """SIGKILL once the answer has ended and both writes have come as far as they will."""
    command = [sys.executable, "-m", "tests.security.killed_gateway", engine, *stuck]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        said = sorted(process.stdout.readline().strip() for _ in range(3))
        process.kill()
    assert said == sorted(["ended", *(f"{'stuck' if name in stuck else 'done'} {name}" for name in (RECORD, BILL))])


@dataclass(frozen=True, slots=True)
class Books:
    """Nano-dollars that are held and spent, and the costs on record."""

    held: int
    spent: int
    costs: tuple[int | None, ...]


async def books_of(database: Database) -> Books:
    (state,) = (await BudgetStore(database, SETTINGS.keys_table).states(KEY.id)).values()
    purse = state.purses["total"]
    assert purse.remaining + state.held + purse.spent == purse.limit == LIMIT
    usage = UsageStore(database, SETTINGS.usage_table, SETTINGS.usage_shards, SETTINGS.usage_days)
    minute = int(SystemClock().now() // 60)
    found = [generation for past in range(3) for generation in await usage.of_minute(minute - past)]
    return Books(state.held, purse.spent, tuple(generation.cost for generation in found))


async def life(engine: str, stuck: Sequence[str]) -> tuple[Books, Books, list[int]]:
    """The books after the kill and after the sweeps, and how many holds these charged: at once, in a day, and again."""
    async with opened(engine) as database:
        await KeyStore(database, SETTINGS.keys_table).add(replace(KEY, limit_nano=LIMIT))
        await asyncio.to_thread(kill_after_the_last_byte, engine, stuck)
        store, now = BudgetStore(database, SETTINGS.keys_table), SystemClock().now()
        killed = await books_of(database)
        swept = [(await sweep(store, FakeClock(moment))).holds for moment in (now, now + DAY, now + DAY)]
        return killed, await books_of(database), swept


def test_killed_before_record_and_bill_the_hold_is_charged_when_it_expires(engine: str) -> None:
    killed, swept, counts = asyncio.run(life(engine, [RECORD, BILL]))
    assert killed.held > killed.spent == 0
    assert swept == Books(held=0, spent=killed.held, costs=())
    assert counts == [0, 1, 0]


def test_killed_between_record_and_bill_the_hold_is_charged_though_the_record_says_less(engine: str) -> None:
    killed, swept, counts = asyncio.run(life(engine, [BILL]))
    (cost,) = killed.costs
    assert cost is not None
    assert 0 < cost < killed.held
    assert swept == Books(held=0, spent=killed.held, costs=(cost,))
    assert counts == [0, 1, 0]


def test_killed_between_bill_and_record_the_bill_is_exact_and_nothing_is_left_to_charge(engine: str) -> None:
    killed, swept, counts = asyncio.run(life(engine, [RECORD]))
    assert killed.held == 0 < killed.spent
    assert (swept, counts) == (killed, [0, 0, 0])
    assert killed.costs == ()

"""Many workers on one key's budget, and everything that goes wrong between them: what must hold afterwards.

Requests are lost before and after they are carried out, sent twice, settled twice; workers die with their hold; a day
ends in the middle; clocks are an hour slow. Money is small integers, so that the limit is reached.
"""

import asyncio
import random
import time
from dataclasses import dataclass, field

from switchboard.accounting.holds import Claim, Limits, hold_name
from switchboard.accounting.windows import WINDOWS, labels_at, minute_at
from switchboard.storage.budget import BudgetStore, Hold, Refused
from switchboard.storage.database import Database, StorageUnavailable

from benchmarks.budget.life import conserved
from benchmarks.budget.network import Fate, Network

KEY_ID = "bench"
NOW = 1_800_000_000.0
DAY = 86_400.0
HOLD_SECONDS = 3600.0
ROUNDS = {8: 12, 64: 6}  # by the number of workers: enough to reach the limit, and to be done in a minute
FEWEST_ROUNDS = 3
LOST = 0.05
DIES = 0.05
SENT_TWICE = 0.2
SLOW_CLOCK = 0.1


@dataclass(slots=True)
class Outcome:
    """What happened, and in `faults` what must not have; empty if all is well. Times in seconds."""

    workers: int
    granted: int = 0
    refused: int = 0
    died: int = 0
    unclear: int = 0
    settled: int = 0
    twice: int = 0
    spent: int = 0
    seconds: float = 0.0
    reserves: list[float] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Scenario:
    """`limit` is for each day."""

    database: Database
    table: str
    workers: int
    seed: int = 1
    now: float = NOW
    rounds: int = 0
    outcome: Outcome = field(init=False)
    limits: Limits = field(init=False)

    def __post_init__(self) -> None:
        self.outcome = Outcome(self.workers)
        self.rounds = self.rounds or ROUNDS.get(self.workers, FEWEST_ROUNDS)
        self.limits = Limits(money=self.workers * self.rounds * 50, reset="daily")

    async def run(self) -> Outcome:
        began = time.monotonic()
        await asyncio.gather(*(self._work(number) for number in range(self.workers)))
        await self._judge()
        self.outcome.seconds = time.monotonic() - began
        return self.outcome

    async def _work(self, number: int) -> None:
        chance = random.Random(self.seed * 1000 + number)
        store = BudgetStore(Network(self.database, lambda: _fate(chance)), self.table)
        for turn in range(self.rounds):
            if number == 0 and turn == self.rounds // 2:
                self.now += DAY
            claim = self._claim(f"{number:06d}{turn:06d}", chance)
            hold = Hold(KEY_ID, 0, claim.hold, claim.amount, 0, claim.minute)
            if await self._reserve(store, claim, chance):
                await asyncio.sleep(chance.uniform(0, 0.02))
                await self._finish(store, hold, chance)

    def _claim(self, name: str, chance: random.Random) -> Claim:
        now = self.now - (3600 * 9 if chance.random() < SLOW_CLOCK else 0)
        hold = hold_name(self.now + HOLD_SECONDS, name)
        return Claim(hold, chance.randint(50, 400), 0, self.limits, labels_at(now), minute_at(now))

    async def _reserve(self, store: BudgetStore, claim: Claim, chance: random.Random) -> bool:
        began = time.monotonic()
        try:
            await store.reserve(KEY_ID, 0, self.limits, claim)
            if chance.random() < SENT_TWICE:
                await store.reserve(KEY_ID, 0, self.limits, claim)
        except Refused:
            self.outcome.refused += 1
            return False
        except StorageUnavailable:
            self.outcome.unclear += 1
            return False
        self.outcome.reserves.append(time.monotonic() - began)
        self.outcome.granted += 1
        return True

    async def _finish(self, store: BudgetStore, hold: Hold, chance: random.Random) -> None:
        if chance.random() < DIES:
            self.outcome.died += 1
            return
        actual = int(hold.amount * chance.uniform(0.2, 1))
        applied = 0
        for _ in range(2 if chance.random() < SENT_TWICE else 1):
            try:
                applied += await store.settle(hold, actual, 0, self.now) is not None
            except StorageUnavailable:
                self.outcome.unclear += 1
        self.outcome.settled += applied
        self.outcome.twice += applied > 1

    async def _judge(self) -> None:
        store = BudgetStore(self.database, self.table)
        before = (await store.states(KEY_ID))[0]
        faults = [f"{window}: not conserved" for window in WINDOWS if not conserved(before, window)]
        swept = await store.sweep(KEY_ID, 0, before.holds)
        after = (await store.states(KEY_ID))[0]
        faults += [f"{window}: not conserved after the sweep" for window in WINDOWS if not conserved(after, window)]
        purse = after.purses["day"]
        self.outcome.spent = purse.spent
        rules = {
            "overspent": purse.spent > self.limits.allotment("day"),
            "a hold is left": bool(after.holds or after.held or after.parallel),
            "a hold was lost": swept != len(before.holds),
            "settled twice": self.outcome.twice > 0,
            "nobody was refused: the limit was not reached": self.workers >= 8 and not self.outcome.refused,
        }
        self.outcome.faults = faults + [rule for rule, broken in rules.items() if broken]


def _fate(chance: random.Random) -> Fate:
    drawn = chance.random()
    return "lost" if drawn < LOST else "unanswered" if drawn < 2 * LOST else "kept"

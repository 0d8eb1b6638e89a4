"""A Life (life.py) walked by a seeded chance: 5,000 steps on a real engine, as many as the test takes in memory."""

import random
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from switchboard.accounting.windows import Reset
from switchboard.storage.database import Database

from benchmarks.budget.life import Life, Request, Write, begun
from benchmarks.budget.network import Fate

STEPS = 5000
LIVES = 20
DAY = 86_400.0
RESETS: tuple[Reset | None, ...] = ("daily", "weekly", "monthly", None)
FATES: tuple[Fate, ...] = ("kept", "kept", "kept", "lost", "unanswered", "repeated")
ORDERS: tuple[tuple[Write, ...], ...] = (("record", "settle"), ("settle", "record"), ("record",), ("settle",), ())


@dataclass(slots=True)
class Walk:
    """One life in random steps."""

    life: Life
    chance: random.Random
    running: list[Request] = field(default_factory=list)
    ended: list[Request] = field(default_factory=list)

    async def step(self) -> None:
        likely: dict[Callable[[], Awaitable[None]], int] = {
            self._reserve: 6,
            self._finish: 5,
            self._double: 2,
            self._sweep: 1,
            self._disturb: 2,
        }
        await self.chance.choices(list(likely), list(likely.values()))[0]()
        await self.life.judge()

    async def _reserve(self) -> None:
        skew = self.chance.choice((0.0, 0.0, -DAY, 3600.0))
        granted = await self.life.reserve(self.chance.randint(0, 400), self._fate(), skew)
        self.running += [granted] if granted else []

    async def _finish(self) -> None:
        if not self.running:
            return
        request = self.running.pop(self.chance.randrange(len(self.running)))
        actual = self.chance.randint(0, request.claim.amount)
        fates: dict[Write, Fate] = {"record": self._fate(), "settle": self._fate()}
        await self.life.finish(request, actual, self.chance.choice(ORDERS), fates)
        self.ended = [*self.ended[-9:], request]

    async def _double(self) -> None:
        """A call that comes a second time, of a request that runs or has ended."""
        if self.running and self.chance.random() < 0.5:
            await self.life.send_again(self.chance.choice(self.running), self._fate())
        elif self.ended and self.chance.random() < 0.5:
            await self.life.send_again(self.chance.choice(self.ended), self._fate())
        elif self.ended:
            await self.life.settle(self.chance.choice(self.ended), 0, self._fate())

    async def _sweep(self) -> None:
        await self.life.sweep(self.chance.choice((0.0, 0.0, DAY, -DAY)))

    async def _disturb(self) -> None:
        match self.chance.randrange(4):
            case 0:
                self.life.pass_time(self.chance.choice((1.0, 60.0, 961.0, DAY, 31 * DAY, -3600.0, -DAY)))
            case 1:
                await self.life.change(self.chance.randint(0, 1000), self.chance.random() < 0.3, self._fate())
            case 2:
                self.life.restart()
            case _:
                await self.life.replay()

    def _fate(self) -> Fate:
        return self.chance.choice(FATES)


async def walked(database: Database, steps: int = STEPS, lives: int = LIVES, seed: int = 1) -> tuple[int, list[str]]:
    """How many steps were taken, and what went wrong on the way."""
    taken, faults = 0, list[str]()
    for number in range(lives):
        chance = random.Random(seed * 1000 + number)
        key_id = f"life-{number}-{int(time.time())}"
        life = begun(database, key_id, chance.randint(0, 1000), RESETS[number % len(RESETS)])
        walk = Walk(life, chance)
        for _ in range(steps // lives):
            await walk.step()
        await life.audit()
        taken += life.steps
        faults += [f"{key_id} {fault}" for fault in life.faults]
    return taken, faults

import asyncio
from dataclasses import dataclass, field

from switchboard.health.breaker import Signals
from switchboard.health.pauses import Pause
from switchboard.storage.database import StorageUnavailable
from switchboard.storage.signals import Board
from switchboard.web.pauses import Pauses

from tests.fakes import FakeClock


@dataclass
class Shown:
    """Boards that each have one endpoint, shut for so many seconds from the clock's start; `broken` cannot be read."""

    clock: FakeClock
    broken: bool = False
    asked: list[str] = field(default_factory=list)

    async def read(self, model: str) -> Board:
        self.asked.append(model)
        if self.broken:
            raise StorageUnavailable("away")
        return Board({f"{model}@acme": Signals(failures=3, shut_until=1e10)})


def test_models_are_read_at_most_every_other_second() -> None:
    clock = FakeClock()
    shown = Shown(clock)
    pauses = Pauses(shown, clock)
    found = asyncio.run(pauses.of_models(["a", "b"]))
    assert found == {f"{name}@acme": Pause("failures", 1e10) for name in "ab"}
    asyncio.run(pauses.of_models(["a"]))
    assert shown.asked == ["a", "b"]
    clock.advance(2)
    asyncio.run(pauses.of_models(["a"]))
    assert shown.asked == ["a", "b", "a"]


def test_a_table_out_of_reach_leaves_what_was_known() -> None:
    clock = FakeClock()
    shown = Shown(clock)
    pauses = Pauses(shown, clock)
    known = asyncio.run(pauses.of_models(["a"]))
    shown.broken = True
    clock.advance(2)
    assert asyncio.run(pauses.of_models(["a"])) == known
    assert asyncio.run(pauses.of_models(["b"])) == {}

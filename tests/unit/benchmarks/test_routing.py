import random
from dataclasses import replace

import pytest

from benchmarks.routing.__main__ import POLICIES, SCENARIOS
from benchmarks.routing.causes import causes
from benchmarks.routing.policies import Oracle, Ours, Seen
from benchmarks.routing.run import News, play
from benchmarks.routing.world import Setting, World

SHORT = replace(SCENARIOS["low"], hours=0.5)
HOSTILE = {
    "one endpoint": replace(SHORT, endpoints=1),
    "all in trouble at once": replace(SHORT, together=1.0, gap_hours=0.001),
    "nothing costs anything": replace(SHORT, input_price=0, output_price=0),
    "no price is known": replace(SHORT, unpriced=6),
    "nobody asks": replace(SHORT, hours=1e-6),
}


@pytest.mark.parametrize("setting", HOSTILE.values(), ids=HOSTILE)
def test_every_policy_lives_in_every_world(setting: Setting) -> None:
    for make in POLICIES.values():
        world = World.drawn(setting, 1)
        result = play(world, make(world, random.Random(1)))
        assert len(result.costs) == len(result.choices) == len(list(world.requests()))
        assert all(cost >= 0 for cost in result.costs)


def test_troubles_that_come_together_differ_from_seed_to_seed() -> None:
    first, second = (World.drawn(replace(SHORT, hours=10, together=1.0), seed) for seed in (1, 2))
    assert first.sites[0].troubles == first.sites[1].troubles != second.sites[0].troubles


def test_the_causes_of_a_regret_add_up_to_it() -> None:
    world = World.drawn(SHORT, 3)
    ours, oracle = (play(world, make(world, random.Random(1))) for make in (Ours, Oracle))
    found = causes([world], [ours], [oracle])
    assert sum(cause.regret for cause in found) == pytest.approx(ours.per_thousand - oracle.per_thousand)
    assert sum(cause.share for cause in found) == pytest.approx(1)


def test_a_policy_hears_of_an_attempt_when_it_is_over_and_in_order() -> None:
    class Listener(Oracle):
        def __init__(self) -> None:
            super().__init__(World.drawn(SHORT, 1), random.Random(1))
            self.heard: list[object] = []

        def saw(self, now: float, place: int, seen: Seen) -> None:
            self.heard.append((now, place))

        def minute(self, now: float) -> None:
            self.heard.append(now)

    listener = Listener()
    news = News(listener)
    news.add(70.0, 1, Seen("ok", 20.0))
    news.add(55.0, 2, Seen("ok", 2.0))
    news.tell(54.0)
    assert listener.heard == []
    news.tell(65.0)
    assert listener.heard == [(55.0, 2), 60.0]
    news.tell(70.0)
    assert listener.heard[-1] == (70.0, 1)

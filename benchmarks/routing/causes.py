"""What a regret is made of: how the endpoint was that a policy chose, and how the one that the oracle did."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from benchmarks.routing.run import Result
from benchmarks.routing.world import World

# So long after a trouble an endpoint counts as healed and not yet as well.
HEALING = 600.0
WELL, HEALED, SAME = "well", "healed lately", "the same endpoint"


@dataclass(frozen=True, slots=True)
class Cause:
    """`share` of all requests; `regret` in US dollars per 1,000 of all."""

    chosen: str
    best: str
    share: float
    regret: float


def causes(worlds: Iterable[World], ours: Iterable[Result], oracles: Iterable[Result]) -> list[Cause]:
    """The dearest first; the regrets add up to the whole one."""
    counts: defaultdict[tuple[str, str], int] = defaultdict(int)
    sums: defaultdict[tuple[str, str], float] = defaultdict(float)
    for world, our, oracle in zip(worlds, ours, oracles, strict=True):
        choices = zip(world.requests(), our.choices, oracle.choices, our.costs, oracle.costs, strict=True)
        for request, chosen, best, cost, least in choices:
            same = chosen == best
            pair = (SAME, SAME) if same else (state(world, chosen, request.at), state(world, best, request.at))
            counts[pair] += 1
            sums[pair] += cost - least
    total = max(1, sum(counts.values()))
    found = [Cause(*pair, count / total, 1000 * sums[pair] / total) for pair, count in counts.items()]
    return sorted(found, key=lambda cause: -abs(cause.regret))


def state(world: World, place: int | None, now: float) -> str:
    """The kind of trouble it is in, or that it is well, or lately healed; nobody where nobody could be asked."""
    if place is None:
        return "nobody"
    troubles = world.sites[place].troubles
    if present := [trouble.kind for trouble in troubles if trouble.start <= now < trouble.end]:
        return present[0]
    return HEALED if any(trouble.end <= now < trouble.end + HEALING for trouble in troubles) else WELL

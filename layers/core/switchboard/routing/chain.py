"""In which order to try endpoints that fit, from what each is expected to cost and whether it may be tried now."""

import random
from collections.abc import Sequence
from dataclasses import dataclass

from switchboard.health.breaker import Door
from switchboard.routing.index import first_try

# With every breaker open, one endpoint is tried: an outage must not multiply the load on whoever recovers from it. One
# request in so many tries them all, or a healthy one behind the first would wait for its pause to end.
WALK_ALL_ONE_IN = 20


@dataclass(frozen=True, slots=True)
class Candidate:
    """An endpoint that fits: its index in US dollars, and its door. Whatever it costs, a lower tier goes first."""

    index: float
    door: Door
    tier: tuple[int, ...] = ()


def chain(candidates: Sequence[Candidate], chance: random.Random, *, explore: bool = True) -> list[int]:
    """Places in `candidates`, in the order of trying; those that are equal stay as they are.

    Whoever is rate limited is left out: the provider has said until when. A shut door comes after every open one. With
    `explore` false the order is strictly that of the index.
    """
    willing = [place for place, one in enumerate(candidates) if one.door is not Door.RATE_LIMITED]
    by_index = sorted(willing, key=lambda place: (candidates[place].tier, candidates[place].index))
    standing = [place for place in by_index if candidates[place].door is not Door.SHUT]
    if not standing:
        return by_index if chance.random() < 1 / WALK_ALL_ONE_IN else by_index[:1]
    if explore:
        tier = candidates[standing[0]].tier
        equals = [candidates[place].index for place in standing if candidates[place].tier == tier]
        standing.insert(0, standing.pop(first_try(equals, chance)))
    return standing + [place for place in by_index if candidates[place].door is Door.SHUT]

"""In which order to try endpoints that fit, from what each is expected to cost and whether it may be tried now."""

import random
from collections.abc import Sequence
from typing import NamedTuple

from switchboard.health.breaker import Door
from switchboard.routing.index import first_try

# With every breaker open, one endpoint is tried: an outage must not multiply the load on whoever recovers from it. Now
# and then a request tries them all, or a healthy one behind the first would wait for its pause to end: so seldom that
# this many more attempts come of it on average, however many endpoints there are.
EXTRA_ATTEMPTS = 0.1


class Candidate(NamedTuple):
    """An endpoint that fits: its index in US dollars, and its door. Whatever it costs, a lower tier goes first."""

    cost: float
    door: Door
    tier: tuple[int, ...] = ()


def chain(candidates: Sequence[Candidate], chance: random.Random, *, explore: bool = True) -> list[int]:
    """Places in `candidates`, in the order of trying; those that are equal stay as they are.

    Whoever is rate limited is left out: the provider has said until when. A shut door comes after every open one. With
    `explore` false the order is strictly that of the index.
    """
    willing = [place for place, one in enumerate(candidates) if one.door is not Door.RATE_LIMITED]
    ranks = [(one.tier, one.cost) for one in candidates]
    by_index = sorted(willing, key=ranks.__getitem__)
    shut = [place for place in by_index if candidates[place].door is Door.SHUT]
    standing = [place for place in by_index if place not in shut] if shut else by_index
    if not standing:
        return shut if chance.random() * len(shut[1:]) < EXTRA_ATTEMPTS else shut[:1]
    if explore:
        tier = candidates[standing[0]].tier
        equals = [cost for other, cost in map(ranks.__getitem__, standing) if other == tier]
        standing.insert(0, standing.pop(first_try(equals, chance)))
    return standing + shut

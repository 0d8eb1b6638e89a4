"""In which order to try endpoints that fit, from what each is expected to cost and whether it may be tried now."""

import random
from collections.abc import Sequence

from switchboard.health.breaker import Door
from switchboard.routing.index import first_try

# With every breaker open, one endpoint is tried: an outage must not multiply the load on whoever recovers from it. Now
# and then a request tries them all, or a healthy one behind the first would wait for its pause to end: so seldom that
# this many more attempts come of it on average, however many endpoints there are.
EXTRA_ATTEMPTS = 0.1
_SHUT, _RATE_LIMITED = Door.SHUT, Door.RATE_LIMITED


def chain(
    costs: Sequence[float],
    doors: Sequence[Door],
    tiers: Sequence[tuple[int, ...]],
    chance: random.Random,
    *,
    explore: bool = True,
) -> list[int]:
    """Places of the candidates in the order of trying; those that are equal stay as they are.

    Of each there is the index in US dollars, the door, and a tier: whatever it costs, a lower one goes first; no tiers
    at all mean one. Whoever is rate limited is left out: the provider has said until when. A shut door comes after
    every open one. With `explore` false the order is strictly that of the index.
    """
    places = sorted(range(len(costs)), key=costs.__getitem__)
    if tiers:
        places.sort(key=tiers.__getitem__)
    standing, shut = places, list[int]()
    if _SHUT in doors or _RATE_LIMITED in doors:
        standing = [place for place in places if doors[place] is not _SHUT and doors[place] is not _RATE_LIMITED]
        shut = [place for place in places if doors[place] is _SHUT]
    if not standing:
        return shut if chance.random() * len(shut[1:]) < EXTRA_ATTEMPTS else shut[:1]
    if explore:
        first = standing[0]
        equals = standing if not tiers else [place for place in standing if tiers[place] == tiers[first]]
        standing.insert(0, standing.pop(first_try([costs[place] for place in equals], chance)))
    return standing + shut

"""Who chooses: Switchboard's own routing code, and the ways of other gateways as they describe them."""

import random
from collections import defaultdict, deque
from dataclasses import dataclass

from switchboard.health.breaker import ALL_WELL, Door, Signals
from switchboard.health.estimates import STRANGER, Past, estimates
from switchboard.health.figures import Estimate
from switchboard.health.rollup import OK, Observation, Rollup
from switchboard.routing.chain import Candidate, chain
from switchboard.routing.index import BALANCED, index

from benchmarks.routing.world import CUT_SHARE, HOUR, MINUTE, Request, World

TIMEOUT = 20.0
FAST_MINUTES = 60
SLOW_HOURS = 24


@dataclass(frozen=True, slots=True)
class Seen:
    """What an attempt looked like from outside. `outcome` is ok, server, timeout, rate_limit or cut."""

    outcome: str
    seconds: float
    first_token_s: float | None = None
    tokens: float = 0.0
    retry_after: float | None = None


class Policy:
    """`order` names places in `world.sites`, among those born so far, in the order of trying. It learns from what it
    `saw`, and once a `minute` may do what a scheduled job does.
    """

    def __init__(self, world: World, chance: random.Random) -> None:
        self.world = world
        self.chance = chance

    def order(self, now: float, request: Request, born: list[int]) -> list[int]:
        raise NotImplementedError

    def patience(self, place: int) -> float:  # a policy may know better
        """Seconds to wait for the first token."""
        return TIMEOUT

    def saw(self, now: float, place: int, seen: Seen) -> None:
        return

    def minute(self, now: float) -> None:
        return


class Ours(Policy):
    """The index, the estimates and the fast path of the library."""

    def __init__(
        self, world: World, chance: random.Random, *, fast_path: bool = True, explore: bool = True, every: int = 1
    ) -> None:
        """`every` so many minutes the rankings are computed."""
        super().__init__(world, chance)
        self._every = every
        self._fast_path = fast_path
        self._explore = explore
        self._estimates: dict[str, Estimate] = {}
        self._signals: dict[int, Signals] = {}
        self._seen: defaultdict[int, list[Observation]] = defaultdict(list)
        self._minutes: defaultdict[int, dict[int, Rollup]] = defaultdict(dict)
        self._hours: defaultdict[int, dict[int, Rollup]] = defaultdict(dict)

    def order(self, now: float, request: Request, born: list[int]) -> list[int]:
        candidates = [self._candidate(now, request, place) for place in born]
        return [born[place] for place in chain(candidates, self.chance, explore=self._explore)]

    def _candidate(self, now: float, request: Request, place: int) -> Candidate:
        site = self.world.sites[place]
        estimate = self._estimates.get(site.name, STRANGER)
        signals = self._signals.get(place, ALL_WELL)
        if self._fast_path:
            estimate = signals.applied(estimate, now)
        door = signals.door(now) if self._fast_path else Door.OPEN_TO_ALL
        expected = self.world.setting.output_median
        return Candidate(index(self.world.price(site, request), estimate, expected, BALANCED).total, door)

    def patience(self, place: int) -> float:
        if not self._fast_path:
            return TIMEOUT
        estimate = self._estimates.get(self.world.sites[place].name, STRANGER)
        return self._signals.get(place, ALL_WELL).patience(estimate)

    def saw(self, now: float, place: int, seen: Seen) -> None:
        self._seen[place].append(_observed(seen))
        signals = self._signals.get(place, ALL_WELL)
        if seen.outcome == OK:
            usual = self._estimates.get(self.world.sites[place].name, STRANGER).first_token_s
            self._signals[place] = signals.succeeded(now, (seen.first_token_s or usual) / usual)
        elif seen.outcome == "rate_limit":
            self._signals[place] = signals.limited(now, seen.retry_after)
        else:
            self._signals[place] = signals.failed(now, self.chance.random(), timed_out=seen.outcome == "timeout")

    def minute(self, now: float) -> None:
        start = int(now - MINUTE)
        for place, observations in self._seen.items():
            if observations:
                self._add(place, start, Rollup.of(observations))
                observations.clear()
        if round(now / MINUTE) % self._every:
            return
        pasts = {site.name: self._past(place, now) for place, site in enumerate(self.world.sites)}
        self._estimates = estimates(pasts)

    def _add(self, place: int, start: int, rollup: Rollup) -> None:
        minutes, hours = self._minutes[place], self._hours[place]
        minutes[start] = rollup
        hour = int(start // HOUR * HOUR)
        hours[hour] = Rollup.merged([hours[hour], rollup]) if hour in hours else rollup
        for rows, kept in ((minutes, FAST_MINUTES * MINUTE), (hours, SLOW_HOURS * HOUR)):
            for old in [row for row in rows if row < start - kept]:
                del rows[old]

    def _past(self, place: int, now: float) -> Past:
        return Past.of(self._minutes[place], self._hours[place], now)


def _observed(seen: Seen) -> Observation:
    first = None if seen.first_token_s is None else round(seen.first_token_s * 1000)
    rest = None if seen.first_token_s is None else round((seen.seconds - seen.first_token_s) * 1000)
    lost = 0 if seen.outcome == OK else round(seen.seconds * 1000)
    return Observation(
        seen.outcome, tokens_out=round(seen.tokens), first_token_ms=first, generation_ms=rest, lost_ms=lost
    )


class Shuffle(Policy):
    """Any healthy one; an endpoint that failed three times in a minute cools down for as long (LiteLLM's way)."""

    def __init__(self, world: World, chance: random.Random) -> None:
        super().__init__(world, chance)
        self._failures: defaultdict[int, deque[float]] = defaultdict(deque)
        self._cold_until: dict[int, float] = {}

    def order(self, now: float, request: Request, born: list[int]) -> list[int]:
        warm = [place for place in born if self._cold_until.get(place, 0.0) <= now] or born
        return self.chance.sample(warm, len(warm))

    def saw(self, now: float, place: int, seen: Seen) -> None:
        if seen.outcome == OK:
            return
        failures = self._failures[place]
        failures.append(now)
        while failures and failures[0] < now - MINUTE:
            failures.popleft()
        if len(failures) >= 3 or seen.outcome == "rate_limit":
            self._cold_until[place] = now + MINUTE


class InverseSquare(Policy):
    """Without a failure in the last 30 s: by chance, 1 / price squared; then the others (OpenRouter, once)."""

    def __init__(self, world: World, chance: random.Random) -> None:
        super().__init__(world, chance)
        self._failed: dict[int, float] = {}

    def order(self, now: float, request: Request, born: list[int]) -> list[int]:
        price = {place: self.world.price(self.world.sites[place], request) for place in born}
        calm = [place for place in born if self._failed.get(place, -MINUTE) < now - 30]
        first = self.chance.choices(calm, [price[place] ** -2 for place in calm])[:1] if calm else []
        rest = sorted((place for place in born if place not in first), key=lambda p: (p not in calm, price[p]))
        return first + rest

    def saw(self, now: float, place: int, seen: Seen) -> None:
        if seen.outcome != OK:
            self._failed[place] = now


class Quickest(Policy):
    """The lowest mean time to the first token over the last ten answers; a failure counts as 20 s."""

    def __init__(self, world: World, chance: random.Random) -> None:
        super().__init__(world, chance)
        self._last: defaultdict[int, deque[float]] = defaultdict(lambda: deque(maxlen=10))

    def order(self, now: float, request: Request, born: list[int]) -> list[int]:
        mean = {p: sum(self._last[p]) / len(self._last[p]) if self._last[p] else 0.0 for p in born}
        return sorted(born, key=lambda place: mean[place])

    def saw(self, now: float, place: int, seen: Seen) -> None:
        self._last[place].append(TIMEOUT if seen.first_token_s is None else seen.first_token_s)


class Cheapest(Policy):
    """By price alone, and on to the next after a failure."""

    def order(self, now: float, request: Request, born: list[int]) -> list[int]:
        return sorted(born, key=lambda place: self.world.sites[place].price_factor)


class Oracle(Policy):
    """Knows how every endpoint is at this moment, though not the luck of the next attempt."""

    def order(self, now: float, request: Request, born: list[int]) -> list[int]:
        return sorted(born, key=lambda place: self._true_index(now, request, place))

    def _true_index(self, now: float, request: Request, place: int) -> float:
        site = self.world.sites[place]
        state = site.condition(now)
        lost = self.patience(place) if state.wait is None else state.wait
        # Hanging and refusing at once are never cuts; the rest are, as often as the world says.
        cuts = 0.0 if state.wait is None or state.retry_after is not None else CUT_SHARE
        first, pace = state.first_token_s * MEAN_OF_FIRST, state.token_s * MEAN_OF_PACE
        truth = Estimate(state.success, first, pace, lost, cuts, latest_s=TIMEOUT)
        return index(self.world.price(site, request), truth, self.world.setting.output_median, BALANCED).total


# The means of the log-normal draws in world.Luck, whose medians are 1.
MEAN_OF_FIRST = 1.063
MEAN_OF_PACE = 1.011

"""Who chooses: Switchboard's own routing code, and the ways of other gateways as they describe them."""

import random
from collections import defaultdict, deque
from dataclasses import dataclass, replace

from switchboard.catalog.model import NANO, Endpoint, Price, Provider
from switchboard.chat import ChatRequest
from switchboard.health.breaker import Answered, Door, Signals, TrialBegun
from switchboard.health.estimates import (
    FAST_HALF_LIFE,
    NOTHING,
    Evidence,
    Past,
    estimates,
    faded,
    pools,
)
from switchboard.health.figures import NO_FIGURES, NO_RANKINGS, SLOW_HALF_LIFE, Estimate, Rankings
from switchboard.health.histogram import EMPTY, Histogram
from switchboard.health.rollup import OK, Observation, Rollup
from switchboard.routing.expected import Size
from switchboard.routing.index import time_and_failures
from switchboard.routing.order import in_order, ranked
from switchboard.routing.outlook import Outlook
from switchboard.routing.preferences import Preferences

from benchmarks.routing.world import CUT_SHARE, HOUR, MINUTE, Request, Setting, Site, World

TIMEOUT = 20.0
FAST_MINUTES = 60
SLOW_HOURS = 24
MODEL = "world/model"
# A request in which nothing but its size matters.
ASKED = ChatRequest("openai-chat", MODEL, (), {}, {}, {}, False, False, None, frozenset({"text"}), 0)
NO_WISHES = Preferences()
NEVER_EXPLORE = Preferences(order=("nobody",))


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
        self,
        world: World,
        chance: random.Random,
        *,
        fast_path: bool = True,
        every: int = 1,
        one_scale: float | None = None,
    ) -> None:
        """`every` so many minutes the rankings are computed; with `one_scale` (a half-life in seconds) from one window
        alone, and without exploring.
        """
        super().__init__(world, chance)
        self._every = every
        self._fast_path = fast_path
        self._one_scale = one_scale
        self._wishes = NO_WISHES if one_scale is None else NEVER_EXPLORE
        self._rankings = NO_RANKINGS
        self._signals: dict[str, Signals] = {}
        self._offers = [_offer(place, site, world.setting) for place, site in enumerate(world.sites)]
        self._places = {offer.id: place for place, offer in enumerate(self._offers)}
        self._seen: defaultdict[int, list[Observation]] = defaultdict(list)
        self._minutes: defaultdict[int, dict[int, Evidence]] = defaultdict(dict)
        self._hours: defaultdict[int, dict[int, tuple[Evidence, Histogram]]] = defaultdict(dict)
        self._first_tokens: defaultdict[int, Histogram] = defaultdict(lambda: EMPTY)

    def order(self, now: float, request: Request, born: list[int]) -> list[int]:
        outlook = self._outlook(now)
        size = Size(round(request.prompt), outlook.usual_output(MODEL), None, now)
        offers = [self._offers[place] for place in born]
        tried = in_order(ranked(offers, size, outlook), ASKED, self._wishes, outlook)
        if tried and tried[0].door is Door.ONE_TRIAL:  # everybody else passes by until it is known how that went
            name = tried[0].endpoint.id
            self._signals[name] = self._signals[name].after(TrialBegun(now))
        return [self._places[one.endpoint.id] for one in tried]

    def _outlook(self, now: float) -> Outlook:
        return Outlook(self._rankings, self._signals if self._fast_path else {}, now, self.chance)

    def patience(self, place: int) -> float:
        if not self._fast_path:
            return TIMEOUT
        outlook, offer = self._outlook(0.0), self._offers[place]
        return outlook.signals_of(offer).patience(outlook.published(offer))

    def saw(self, now: float, place: int, seen: Seen) -> None:
        self._seen[place].append(_observed(seen))
        outlook, offer = self._outlook(now), self._offers[place]
        signals = outlook.signals_of(offer)
        if seen.outcome == OK:
            self._signals[offer.id] = signals.after(_answered(now, seen, outlook.published(offer)))
        elif seen.outcome == "rate_limit":
            self._signals[offer.id] = signals.limited(now, seen.retry_after)
        else:
            self._signals[offer.id] = signals.failed(now, self.chance.random(), timed_out=seen.outcome == "timeout")

    def minute(self, now: float) -> None:
        start = int(now - MINUTE)
        for place, observations in self._seen.items():
            if observations:
                self._add(place, start, Rollup.of(observations))
                observations.clear()
        if round(now / MINUTE) % self._every:
            return
        pasts = {site.name: self._past(place, now) for place, site in enumerate(self.world.sites)}
        figures = {name: replace(NO_FIGURES, estimate=found) for name, found in estimates(pasts).items()}
        self._rankings = Rankings(int(now // MINUTE), figures, now, pools(pasts))

    def _add(self, place: int, start: int, rollup: Rollup) -> None:
        minutes, hours = self._minutes[place], self._hours[place]
        minutes[start] = Evidence.of(rollup)
        hour = int(start // HOUR * HOUR)
        before, first_tokens = hours.get(hour, (NOTHING, EMPTY))
        hours[hour] = before.plus(minutes[start]), Histogram.merged([first_tokens, rollup.first_token])
        for old in [row for row in minutes if row < start - FAST_MINUTES * MINUTE]:
            del minutes[old]
        for old in [row for row in hours if row < start - SLOW_HOURS * HOUR]:
            del hours[old]
        self._first_tokens[place] = Histogram.merged(row[1] for row in hours.values())

    def _past(self, place: int, now: float) -> Past:
        if self._one_scale is not None:
            return Past(faded(self._minutes[place], now, self._one_scale), NOTHING)
        hours = {start: evidence for start, (evidence, _) in self._hours[place].items()}
        return Past(
            slow=faded(hours, now, SLOW_HALF_LIFE),
            fast=faded(self._minutes[place], now, FAST_HALF_LIFE),
            first_tokens=self._first_tokens[place],
        )


def _offer(place: int, site: Site, setting: Setting) -> Endpoint:
    """What the catalog would say of it."""
    tag = site.name.partition("@")[2]
    provider = Provider(tag, tag, "openai-chat", "https://world.test/v1")
    dollars = {"input": setting.input_price, "output": setting.output_price}
    known = {unit: round(site.price_factor * usd * NANO) for unit, usd in dollars.items()}
    price = Price({} if place < setting.unpriced else known)
    return Endpoint(site.name, tag, MODEL, provider, tag, price)


def _answered(now: float, seen: Seen, usual: Estimate) -> Answered:
    first = seen.first_token_s or usual.first_token_s
    drag = (seen.seconds - first) / seen.tokens / usual.token_s if seen.tokens else None
    return Answered(now, first / usual.first_token_s, now - seen.seconds, drag)


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


# What comes free counts as nearly so: its square divides.
NO_PRICE = 1e-12


class InverseSquare(Policy):
    """Without a failure in the last 30 s: by chance, 1 / price squared; then the others (OpenRouter, once)."""

    def __init__(self, world: World, chance: random.Random) -> None:
        super().__init__(world, chance)
        self._failed: dict[int, float] = {}

    def order(self, now: float, request: Request, born: list[int]) -> list[int]:
        price = {place: self.world.price(self.world.sites[place], request) for place in born}
        calm = [place for place in born if self._failed.get(place, -MINUTE) < now - 30]
        first = self.chance.choices(calm, [max(price[place], NO_PRICE) ** -2 for place in calm])[:1] if calm else []
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
        price = self.world.price(site, request)
        return price + sum(time_and_failures(price, truth, self.world.setting.output_median))


# The means of the log-normal draws in world.Luck, whose medians are 1.
MEAN_OF_FIRST = 1.063
MEAN_OF_PACE = 1.011

"""A synthetic world: six endpoints of one model, what goes wrong with them and when, and the requests that arrive.

Everything is drawn beforehand from the seed, each request's luck at each endpoint included, so that every policy meets
the same world and the difference between two of them is not chance.
"""

import math
import random
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

MINUTE = 60.0
HOUR = 3600.0
TROUBLES = ("down", "hang", "partial", "brown_out", "slow_tokens", "rate_limit", "flapping")
FLAPPING_PERIOD = 45.0
CUT_SHARE = 0.15
TYPICAL_TOKENS_PER_S = 45.0


@dataclass(frozen=True, slots=True)
class Setting:
    """A world's parameters. Rates per second; prices in US dollars per million tokens before the endpoint's factor."""

    hours: float
    rate: float
    gap_hours: float
    endpoints: int = 6
    price_low: float = 0.55
    price_high: float = 1.5
    input_price: float = 2.0
    output_price: float = 8.0
    prompt_median: float = 1500.0
    output_median: float = 150.0
    trouble_minutes: float = 10.0
    together: float = 0.0  # the chance that a trouble befalls all endpoints at once
    unpriced: int = 0  # so many endpoints whose price the catalog does not know
    late: bool = True  # one endpoint appears after a third of the time, one becomes better for good


@dataclass(frozen=True, slots=True)
class Trouble:
    kind: str
    start: float
    end: float
    strength: float


@dataclass(frozen=True, slots=True)
class Condition:
    """How an endpoint is at one moment. `wait` is what a failure takes; None: it hangs."""

    success: float
    first_token_s: float
    token_s: float
    wait: float | None = 0.3
    retry_after: float | None = None


@dataclass(slots=True)
class Site:
    """One endpoint. `better_from` is when its first-token time halves for good."""

    name: str
    price_factor: float
    first_token_s: float
    token_s: float
    success: float
    born: float = 0.0
    better_from: float = math.inf
    troubles: list[Trouble] = field(default_factory=list)

    def condition(self, now: float) -> Condition:
        first = self.first_token_s * (0.5 if now >= self.better_from else 1.0)
        state = Condition(self.success, first, self.token_s)
        for trouble in self.troubles:
            if trouble.start <= now < trouble.end:
                return _troubled(state, trouble, now)
        return state


def _troubled(well: Condition, trouble: Trouble, now: float) -> Condition:
    match trouble.kind:
        case "hang":
            return replace(well, success=0.0, wait=None)
        case "partial":
            return replace(well, success=1 - trouble.strength)
        case "brown_out":
            return replace(well, first_token_s=well.first_token_s * (3 + 9 * trouble.strength))
        case "slow_tokens":
            return replace(well, token_s=well.token_s * (2 + 4 * trouble.strength))
        case "rate_limit":
            return replace(well, success=0.0, wait=0.1, retry_after=10 + 50 * trouble.strength)
    is_up = trouble.kind == "flapping" and int((now - trouble.start) / FLAPPING_PERIOD) % 2
    return well if is_up else replace(well, success=0.0)


@dataclass(frozen=True, slots=True)
class Luck:
    """One request's draws at one endpoint: whether it works, whether a failure comes mid-stream, and how fast it is."""

    works: float
    cuts: float
    first: float
    pace: float


@dataclass(frozen=True, slots=True)
class Request:
    at: float
    prompt: float
    output: float
    luck: tuple[Luck, ...]


@dataclass(frozen=True, slots=True)
class World:
    setting: Setting
    sites: tuple[Site, ...]
    seed: int

    @classmethod
    def drawn(cls, setting: Setting, seed: int) -> "World":
        chance = random.Random(f"{seed} sites")
        sites = tuple(_site(number, setting, seed, chance) for number in range(setting.endpoints))
        if setting.late and len(sites) > 2:
            late, better = chance.sample(sites, 2)
            late.born = setting.hours * HOUR / 3
            better.better_from = setting.hours * HOUR / 2
        return cls(setting, sites, seed)

    def price(self, site: Site, request: Request) -> float:
        """Of a whole answer, in US dollars."""
        tokens = request.prompt * self.setting.input_price + request.output * self.setting.output_price
        return site.price_factor * tokens / 1e6

    def requests(self) -> Iterator[Request]:
        """In order of time, as they arrive by chance (Poisson)."""
        chance = random.Random(f"{self.seed} requests")
        setting, at = self.setting, 0.0
        while (at := at + chance.expovariate(setting.rate)) < setting.hours * HOUR:
            luck = tuple(
                Luck(chance.random(), chance.random(), chance.gauss(0, 0.35), chance.gauss(0, 0.15)) for _ in self.sites
            )
            prompt = setting.prompt_median * math.exp(chance.gauss(0, 0.6))
            yield Request(at, prompt, setting.output_median * math.exp(chance.gauss(0, 0.5)), luck)


def _site(number: int, setting: Setting, seed: int, chance: random.Random) -> Site:
    site = Site(
        name=f"world/model@p{number}",
        price_factor=chance.uniform(setting.price_low, setting.price_high),
        first_token_s=0.8 * math.exp(chance.gauss(0, 0.35)),
        token_s=1 / (TYPICAL_TOKENS_PER_S * math.exp(chance.gauss(0, 0.3))),
        success=chance.uniform(0.98, 0.999),
    )
    shared = random.Random(f"{seed} together")
    site.troubles = sorted(
        [*_troubles(setting, setting.gap_hours / max(1e-9, 1 - setting.together), chance)]
        + ([*_troubles(setting, setting.gap_hours / setting.together, shared)] if setting.together else []),
        key=lambda trouble: trouble.start,
    )
    return site


def _troubles(setting: Setting, gap_hours: float, chance: random.Random) -> Iterator[Trouble]:
    at = 0.0
    while (at := at + chance.expovariate(1 / (gap_hours * HOUR))) < setting.hours * HOUR:
        length = setting.trouble_minutes * MINUTE * math.exp(chance.gauss(0, 0.7))
        kind = chance.choice(TROUBLES)
        strength = chance.uniform(0.15, 0.6) if kind == "partial" else chance.random()
        yield Trouble(kind, at, at + length, strength)
        at += length

"""In what order to try endpoints that fit: by what a good answer is expected to cost there, unless the caller says how.

https://openrouter.ai/docs/guides/routing/provider-selection has what `order` and `sort` mean.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import NamedTuple

from switchboard.accounting.price import DEARER_TIERS
from switchboard.catalog.model import Endpoint
from switchboard.chat import ChatRequest, Other, Thinking
from switchboard.health.breaker import Door
from switchboard.health.figures import EndpointFigures, Estimate
from switchboard.requested import native_tools_of
from switchboard.routing.chain import chain
from switchboard.routing.expected import Size, expected_price
from switchboard.routing.index import time_and_failures
from switchboard.routing.outlook import Outlook
from switchboard.routing.preferences import EXACTO, LATENCY, PRICE, THROUGHPUT, Preferences, names_endpoint

# An endpoint whose price is not known is taken to be so many times dearer than the dearest one that says.
UNKNOWN_PRICE_FACTOR = 10
MILLI = 1000


class Ranked(NamedTuple):
    """An endpoint that fits, and what decides its place: `total` is the sum of the three before it, in US dollars."""

    endpoint: Endpoint
    price: float
    time: float
    failures: float
    total: float
    estimate: Estimate
    door: Door


def ranked(endpoints: Sequence[Endpoint], size: Size, outlook: Outlook) -> list[Ranked]:
    """The best first, whether or not its door is open; among equals the author of the model, then by id."""
    warm, output, has_tools = outlook.warm, size.output, size.has_tools
    if warm:
        prices = [expected_price(endpoint, size, warm.get(endpoint.id, 0.0)) for endpoint in endpoints]
    else:
        prices = [expected_price(endpoint, size) for endpoint in endpoints]
    stand_in = UNKNOWN_PRICE_FACTOR * max((p for p in prices if p is not None), default=0.0) if None in prices else 0.0
    found = []
    for endpoint, known, (estimate, door) in zip(endpoints, prices, outlook.standings(endpoints), strict=True):
        price = stand_in if known is None else known
        time, failures = time_and_failures(price, estimate, output, has_tools=has_tools)
        found.append(Ranked(endpoint, price, time, failures, price + time + failures, estimate, door))
    found.sort(key=_total)
    if len(set(map(_total, found))) < len(found):
        found.sort(key=_total_and_name)
    return found


def in_order(
    candidates: Sequence[Ranked], request: ChatRequest, wishes: Preferences, outlook: Outlook
) -> tuple[Ranked, ...]:
    """Those to try, one model after the other. Nearly always the best goes first; now and then another, or nobody would
    notice that it has become better, but not where the caller says how to order or the conversation is at home.
    """
    pins = Pins.of(request)
    tiers = _tiers(candidates, request, wishes, pins, outlook)
    costs = list(map(MEASURES[wishes.sort], candidates))
    explore = not (wishes.order or wishes.sort or pins or outlook.warm) and wishes.allow_fallbacks
    places = chain(costs, list(map(_door, candidates)), tiers, outlook.chance, explore=explore)
    kept = places if wishes.allow_fallbacks or wishes.order else places[:1]
    return tuple([candidates[place] for place in kept])


def _tiers(
    candidates: Sequence[Ranked], request: ChatRequest, wishes: Preferences, pins: "Pins", outlook: Outlook
) -> list[tuple[int, ...]]:
    """What goes before any index, the most important first; none at all for most requests."""
    models = [] if wishes.across_models else list(dict.fromkeys(map(_model, candidates)))
    speeds = wishes.least_throughput or wishes.most_latency
    paid = _dearer_tier(request)
    if not (len(models) > 1 or wishes.order or pins or paid or speeds):
        return []
    return [
        (
            models.index(endpoint.model) if models else 0,
            _place(wishes, endpoint),
            pins.distance(endpoint),
            paid is not None and paid not in endpoint.price.service_tiers,
            is_below(outlook.rankings.endpoints.get(endpoint.id), wishes),
        )
        for endpoint in (one.endpoint for one in candidates)
    ]


@dataclass(frozen=True, slots=True)
class Pins:
    """To whom a conversation is bound: whoever signed its thoughts, for only they can read them, and whoever speaks its
    dialect if it holds what only that dialect can say: a tool that runs at the provider, and what came of it.
    """

    signers: frozenset[str] = frozenset()
    dialect: str | None = None

    @classmethod
    def of(cls, request: ChatRequest) -> "Pins":
        signers: set[str] = set()
        is_native = "tools" in request.parameters and bool(native_tools_of(request))
        for message in request.messages:
            for block in message.blocks:
                if isinstance(block, Thinking) and block.signature and block.provider:
                    signers.add(block.provider)
                elif isinstance(block, Other):
                    is_native = True
        if not signers and not is_native:
            return NO_PINS
        return cls(frozenset(signers), request.protocol if is_native else None)

    def __bool__(self) -> bool:
        return bool(self.signers or self.dialect)

    def distance(self, endpoint: Endpoint) -> int:
        """0 for an endpoint that loses nothing."""
        is_foreign = bool(self.signers) and endpoint.provider.id not in self.signers
        return is_foreign + (self.dialect is not None and endpoint.dialect != self.dialect)


NO_PINS = Pins()
_model: Callable[[Ranked], str] = attrgetter("endpoint.model")
_door: Callable[[Ranked], Door] = attrgetter("door")
_total: Callable[[Ranked], float] = attrgetter("total")
# What a caller may sort by: less is better.
MEASURES: Mapping[str | None, Callable[[Ranked], float]] = {
    None: _total,
    PRICE: lambda one: one.price,
    THROUGHPUT: lambda one: one.estimate.token_s,
    LATENCY: lambda one: one.estimate.first_token_s,
    EXACTO: lambda one: one.estimate.tool_faults,
}


def is_below(figures: EndpointFigures | None, wishes: Preferences) -> bool:
    """True if it is known to miss a speed that the caller would rather have: it goes to the end."""
    if figures is None or not (wishes.least_throughput or wishes.most_latency):
        return False
    speed, wait = figures.throughput_30m, figures.latency_30m
    slow = speed is not None and any(speed.percentile(p) < least for p, least in wishes.least_throughput.items())
    late = wait is not None and any(wait.percentile(p) > most * MILLI for p, most in wishes.most_latency.items())
    return slow or late


def _dearer_tier(request: ChatRequest) -> str | None:
    """A service tier that is paid for to be served sooner: whoever offers it goes first."""
    tier = request.parameters.get("service_tier")
    return tier if isinstance(tier, str) and tier in DEARER_TIERS else None


def _place(wishes: Preferences, endpoint: Endpoint) -> int:
    for place, name in enumerate(wishes.order):
        if names_endpoint(name, endpoint.tag):
            return place
    return len(wishes.order)


def _total_and_name(one: Ranked) -> tuple[float, bool, str]:
    endpoint = one.endpoint
    return one.total, endpoint.provider.id != endpoint.model.partition("/")[0], endpoint.id

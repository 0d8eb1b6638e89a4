"""In what order to try endpoints that fit: by what a good answer is expected to cost there, unless the caller says how.

https://openrouter.ai/docs/guides/routing/provider-selection has what `order` and `sort` mean.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from switchboard.accounting.price import DEARER_TIERS
from switchboard.catalog.model import Endpoint
from switchboard.chat import ChatRequest, Other, Thinking
from switchboard.health.breaker import Door
from switchboard.health.figures import EndpointFigures, Estimate
from switchboard.requested import native_tools_of
from switchboard.routing.chain import Candidate, chain
from switchboard.routing.expected import Size, expected_price
from switchboard.routing.index import BALANCED, Index, index
from switchboard.routing.outlook import Outlook
from switchboard.routing.preferences import Preferences, names_endpoint

# An endpoint whose price is not known is taken to be so many times dearer than the dearest one that says.
UNKNOWN_PRICE_FACTOR = 10
MILLI = 1000


@dataclass(frozen=True, slots=True)
class Ranked:
    """An endpoint that fits, and what decides its place."""

    endpoint: Endpoint
    index: Index
    estimate: Estimate
    door: Door


def ranked(endpoints: Sequence[Endpoint], size: Size, outlook: Outlook) -> list[Ranked]:
    """The best first, whether or not its door is open; among equals the author of the model, then by id."""
    prices = [expected_price(endpoint, size, outlook.warm.get(endpoint.id, 0.0)) for endpoint in endpoints]
    stand_in = UNKNOWN_PRICE_FACTOR * max((price for price in prices if price is not None), default=0.0)
    found = [
        Ranked(
            endpoint,
            index(stand_in if price is None else price, estimate, size.output, BALANCED),
            estimate,
            outlook.signals_of(endpoint).door(outlook.now),
        )
        for endpoint, price in zip(endpoints, prices, strict=True)
        for estimate in (outlook.estimate(endpoint),)
    ]
    return sorted(found, key=lambda one: (one.index.total, not _is_author(one.endpoint), one.endpoint.id))


def in_order(
    candidates: Sequence[Ranked], request: ChatRequest, wishes: Preferences, outlook: Outlook
) -> tuple[Ranked, ...]:
    """Those to try, one model after the other. Nearly always the best goes first; now and then another, or nobody would
    notice that it has become better, but not where the caller says how to order or the conversation is at home.
    """
    pins, tier = Pins.of(request), _dearer_tier(request)
    models = list(dict.fromkeys(one.endpoint.model for one in candidates))
    listed = [
        Candidate(
            _measure(one, wishes),
            one.door,
            (
                0 if wishes.across_models else models.index(one.endpoint.model),
                _place(wishes, one.endpoint),
                pins.distance(one.endpoint),
                tier is not None and tier not in one.endpoint.price.service_tiers,
                is_below(outlook.rankings.endpoints.get(one.endpoint.id), wishes),
            ),
        )
        for one in candidates
    ]
    explore = not (wishes.order or wishes.sort or pins or outlook.warm) and wishes.allow_fallbacks
    places = chain(listed, outlook.chance, explore=explore)
    kept = places if wishes.allow_fallbacks or wishes.order else places[:1]
    return tuple(candidates[place] for place in kept)


@dataclass(frozen=True, slots=True)
class Pins:
    """To whom a conversation is bound: whoever signed its thoughts, for only they can read them, and whoever speaks its
    dialect if it holds what only that dialect can say: a tool that runs at the provider, and what came of it.
    """

    signers: frozenset[str] = frozenset()
    dialect: str | None = None

    @classmethod
    def of(cls, request: ChatRequest) -> "Pins":
        blocks = [block for message in request.messages for block in message.blocks]
        signers = {block.provider for block in blocks if isinstance(block, Thinking) and block.signature}
        is_native = any(isinstance(block, Other) for block in blocks) or bool(native_tools_of(request))
        return cls(frozenset(signer for signer in signers if signer), request.protocol if is_native else None)

    def __bool__(self) -> bool:
        return bool(self.signers or self.dialect)

    def distance(self, endpoint: Endpoint) -> int:
        """0 for an endpoint that loses nothing."""
        is_foreign = bool(self.signers) and endpoint.provider.id not in self.signers
        return is_foreign + (self.dialect is not None and endpoint.dialect != self.dialect)


def _measure(one: Ranked, wishes: Preferences) -> float:
    """What the caller sorts by: less is better."""
    match wishes.sort:
        case "price":
            return one.index.price
        case "throughput":
            return one.estimate.token_s
        case "latency":
            return one.estimate.first_token_s
        case "exacto":
            return one.estimate.tool_faults
    return one.index.total


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


def _is_author(endpoint: Endpoint) -> bool:
    return endpoint.provider.id == endpoint.model.partition("/")[0]

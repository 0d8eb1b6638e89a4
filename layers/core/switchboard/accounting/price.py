"""What a generation costs: its usage times its endpoint's price, in exact integer nano-dollars. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from switchboard.catalog.model import TOKENS_PER_PRICE, Price
from switchboard.chat import Block, ChatRequest, Image, ToolResult, Usage
from switchboard.json_types import Json

DAY = 86_400
# A bucket without a price of its own is billed as the plainer unit that the provider's page would count it under.
_PROMPT: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("input", ("input",)),
    ("cache_read", ("cache_read", "input")),
    ("cache_read_audio", ("cache_read_audio", "input_audio", "cache_read", "input")),
    ("cache_write_5m", ("cache_write_5m", "input")),
    ("cache_write_1h", ("cache_write_1h", "cache_write_5m", "input")),
    ("input_audio", ("input_audio", "input")),
    ("images", ("image",)),
)
_COMPLETION: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("output", ("output",)),
    ("reasoning", ("reasoning", "output")),
    ("output_audio", ("output_audio", "output")),
    ("output_image", ("output_image", "output")),
    ("web_searches", ("web_search",)),
)
# Tiers that cost more than the standard one: without a price of their own, what they cost is not known.
# Any other word without a price is billed as standard, which is never less than a flex or a batch price.
DEARER_TIERS = frozenset({"priority", "fast", "scale", "performance"})
TIER = "service_tier="

_SEARCHES = ("web_search", "google_search", "googleSearch")


@dataclass(frozen=True, slots=True)
class Bill:
    """What was used and what it cost. Nano-dollars; None if the price of something that was used is not known.

    `unpriced` names what has no price: units of the catalog, or `service_tier=<name>`.
    """

    usage: Usage
    total: int | None
    prompt: int | None
    unpriced: tuple[str, ...] = ()

    @property
    def completion(self) -> int | None:
        """The rest, so that the parts always add up to the total."""
        return None if self.total is None or self.prompt is None else self.total - self.prompt


def bill(usage: Usage, price: Price, began: float | None = None) -> Bill:
    """Rounded half up once, at the end; a prompt's share is rounded down.

    `began` is when the request did, in Unix seconds: prices that depend on the hour need it.
    """
    rates = rates_for(price, usage.prompt_tokens, usage.service_tier, began)
    unpriced = (*_unpriced_tier(price, usage.service_tier), *_unpriced_units(usage, rates))
    if unpriced:
        return Bill(usage, None, None, unpriced)
    prompt = rates.get("request", 0) + _sum(usage, rates, _PROMPT)
    total = prompt + _sum(usage, rates, _COMPLETION)
    return Bill(usage, (total + TOKENS_PER_PRICE // 2) // TOKENS_PER_PRICE, prompt // TOKENS_PER_PRICE)


def as_priced(usage: Usage, request: ChatRequest, price: Price) -> Usage:
    """With what a provider bills but does not count: the pictures sent, and a dearer tier that it did not refuse."""
    if "image" in price.rates:
        usage = replace(usage, images=sum(_pictures(message.blocks) for message in request.messages))
    asked = request.parameters.get("service_tier")
    if usage.service_tier is None and isinstance(asked, str) and asked in DEARER_TIERS & price.service_tiers.keys():
        usage = replace(usage, service_tier=asked)
    return usage


def unpriced_for(request: ChatRequest, price: Price) -> tuple[str, ...]:
    """What `request` may come to use at this price that has none; empty if its cost will be known for certain."""
    may_use = Usage(input=1, output=1, web_searches=1 if may_search(request) else 0)
    tier = request.parameters.get("service_tier")
    asked = _unpriced_tier(price, tier) if isinstance(tier, str) else ()
    return (*asked, *_unpriced_units(may_use, price.rates))


def rates_for(
    price: Price, prompt_tokens: int, service_tier: str | None = None, began: float | None = None
) -> Mapping[str, int]:
    """The rates that hold for the whole request: those of the hour, of the prompt's length, of the service tier.

    A tier replaces the base rates once the prompt is above its bound.
    """
    rates = price.rates
    for window in price.windows if began is not None else ():
        second = int(began or 0) % DAY
        inside = window.start <= second < window.end
        if window.end <= window.start:
            inside = second >= window.start or second < window.end
        rates = {**rates, **window.rates} if inside else rates
    for tier in price.tiers:
        if prompt_tokens > tier.above_input_tokens:
            rates = {**rates, **tier.rates}
    return _in_tier(rates, price, service_tier)


def _in_tier(rates: Mapping[str, int], price: Price, service_tier: str | None) -> Mapping[str, int]:
    """Where the hour or the length changed a rate, a service tier changes it by the same factor as the base rate."""
    of_tier = price.service_tiers.get(service_tier or "")
    if not of_tier:
        return rates
    return {**rates, **{unit: _scaled(rates, price.rates, unit, rate) for unit, rate in of_tier.items()}}


def _scaled(rates: Mapping[str, int], base: Mapping[str, int], unit: str, rate: int) -> int:
    if not base.get(unit) or rates[unit] == base[unit]:
        return rate
    return (rates[unit] * rate + base[unit] // 2) // base[unit]


def _sum(usage: Usage, rates: Mapping[str, int], buckets: tuple[tuple[str, tuple[str, ...]], ...]) -> int:
    """In nano-dollars times a million, unrounded."""
    total = 0
    for bucket, units in buckets:
        amount: int = getattr(usage, bucket)
        if amount:
            total += amount * next(rates[unit] for unit in units if unit in rates)
    return total


def _unpriced_units(usage: Usage, rates: Mapping[str, int]) -> Iterator[str]:
    for bucket, units in (*_PROMPT, *_COMPLETION):
        if getattr(usage, bucket) and not any(unit in rates for unit in units):
            yield units[0]


def _unpriced_tier(price: Price, service_tier: str | None) -> tuple[str, ...]:
    if service_tier not in DEARER_TIERS or service_tier in price.service_tiers:
        return ()
    return (TIER + service_tier,)


def _pictures(blocks: tuple[Block, ...]) -> int:
    inside = sum(_pictures(block.blocks) for block in blocks if isinstance(block, ToolResult))
    return inside + sum(isinstance(block, Image) for block in blocks)


def may_search(request: ChatRequest) -> bool:
    """True for a search that the provider runs and bills: a tool of its own, or OpenAI's option."""
    tools = request.parameters.get("tools")
    kinds = [kind for tool in (tools if isinstance(tools, list) else []) for kind in _kinds(tool)]
    return "web_search_options" in request.parameters or any(kind.startswith(_SEARCHES) for kind in kinds)


def _kinds(tool: Json) -> Iterator[str]:
    """OpenAI and Anthropic write the kind of a tool as its type, Google as its only key."""
    if isinstance(tool, dict):
        yield from (str(tool.get("type")), *tool)

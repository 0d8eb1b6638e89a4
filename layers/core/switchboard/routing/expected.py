"""What a request is expected to cost at an endpoint, in US dollars: its own prompt, at the rates that hold for it."""

from collections.abc import Mapping
from typing import NamedTuple

from switchboard.accounting.estimate import without_margin
from switchboard.accounting.price import rates_for
from switchboard.catalog.model import NANO, TOKENS_PER_PRICE, Endpoint
from switchboard.chat import ChatRequest
from switchboard.health.estimates import STRANGER

USUAL_OUTPUT_TOKENS = STRANGER.answer_tokens
_PER_DOLLAR = NANO * TOKENS_PER_PRICE


class Size(NamedTuple):
    """Tokens in and, as expected, out. `began` is in Unix seconds: prices may depend on the hour."""

    prompt: int
    output: float
    service_tier: str | None
    began: float
    has_tools: bool = False

    @classmethod
    def of(cls, request: ChatRequest, began: float, usual_output: float = USUAL_OUTPUT_TOKENS) -> "Size":
        """`usual_output` is how long this model's answers are."""
        tier = request.parameters.get("service_tier")
        return cls(
            prompt=without_margin(request.prompt_tokens),
            output=min(request.max_output or usual_output, usual_output),
            service_tier=tier if isinstance(tier, str) else None,
            began=began,
            has_tools=bool(request.parameters.get("tools")),
        )


def rates(endpoint: Endpoint, size: Size) -> Mapping[str, int]:
    price = endpoint.price
    if not (price.tiers or price.windows or size.service_tier):  # as for most
        return price.rates
    return rates_for(price, size.prompt, size.service_tier, size.began)


def expected_price(endpoint: Endpoint, size: Size, cached: float = 0.0) -> float | None:
    """`cached` tokens of the prompt are still kept there from the turn before. None if the price is not known."""
    held = rates(endpoint, size)
    rate, output_rate = held.get("input"), held.get("output")
    if rate is None or output_rate is None:
        return None
    prompt: float = size.prompt * rate
    if cached and "cache_read" in held:
        prompt -= min(cached, size.prompt) * (rate - held["cache_read"])
    return (prompt + size.output * output_rate + held.get("request", 0)) / _PER_DOLLAR

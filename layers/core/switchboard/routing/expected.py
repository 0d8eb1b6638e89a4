"""What a request is expected to cost at an endpoint, in US dollars: its own prompt, at the rates that hold for it."""

from collections.abc import Mapping
from dataclasses import dataclass

from switchboard.accounting.estimate import without_margin
from switchboard.accounting.price import rates_for
from switchboard.catalog.model import NANO, TOKENS_PER_PRICE, Endpoint
from switchboard.chat import ChatRequest

# What an answer is taken to be long when the caller sets no limit.
USUAL_OUTPUT_TOKENS = 500
_PER_DOLLAR = NANO * TOKENS_PER_PRICE


@dataclass(frozen=True, slots=True)
class Size:
    """Tokens in and, as expected, out. `began` is in Unix seconds: prices may depend on the hour."""

    prompt: int
    output: int
    service_tier: str | None
    began: float

    @classmethod
    def of(cls, request: ChatRequest, began: float) -> "Size":
        output = min(request.max_output or USUAL_OUTPUT_TOKENS, USUAL_OUTPUT_TOKENS)
        tier = request.parameters.get("service_tier")
        return cls(without_margin(request.prompt_tokens), output, tier if isinstance(tier, str) else None, began)


def rates(endpoint: Endpoint, size: Size) -> Mapping[str, int]:
    return rates_for(endpoint.price, size.prompt, size.service_tier, size.began)


def expected_price(endpoint: Endpoint, size: Size, cached: float = 0.0) -> float | None:
    """`cached` tokens of the prompt are still kept there from the turn before. None if the price is not known."""
    if not endpoint.price.is_known:
        return None
    held = rates(endpoint, size)
    cached = min(cached, size.prompt) if "cache_read" in held else 0.0
    prompt = (size.prompt - cached) * held["input"] + cached * held.get("cache_read", 0)
    return (prompt + size.output * held["output"] + held.get("request", 0)) / _PER_DOLLAR

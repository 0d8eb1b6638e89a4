"""What a generation costs: its usage times its endpoint's price, in exact integer nano-dollars. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass

from switchboard.catalog.model import TOKENS_PER_PRICE, Price
from switchboard.chat import Usage

# A bucket without a price of its own is billed as the plainer unit that the provider's page would count it under.
_UNITS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("input", ("input",)),
    ("cache_read", ("cache_read", "input")),
    ("cache_write_5m", ("cache_write_5m", "input")),
    ("cache_write_1h", ("cache_write_1h", "cache_write_5m", "input")),
    ("input_audio", ("input_audio", "input")),
    ("output", ("output",)),
    ("reasoning", ("reasoning", "output")),
    ("output_audio", ("output_audio", "output")),
    ("web_searches", ("web_search",)),
)


@dataclass(frozen=True, slots=True)
class Bill:
    """What was used and what it cost. Nano-dollars; None if the price of something that was used is not known."""

    usage: Usage
    total: int | None
    prompt: int | None

    @property
    def completion(self) -> int | None:
        """The rest, so that the parts always add up to the total."""
        return None if self.total is None or self.prompt is None else self.total - self.prompt


def bill(usage: Usage, price: Price) -> Bill:
    """Rounded half up once, at the end; a prompt's share is rounded down."""
    prompt, completion = _parts(usage, price)
    if prompt is None or completion is None:
        return Bill(usage, None, None)
    return Bill(usage, (prompt + completion + TOKENS_PER_PRICE // 2) // TOKENS_PER_PRICE, prompt // TOKENS_PER_PRICE)


def _parts(usage: Usage, price: Price) -> tuple[int | None, int | None]:
    """Prompt and completion in nano-dollars times a million, unrounded."""
    rates = rates_for(price, usage.prompt_tokens)
    prompt: int | None = rates.get("request", 0)
    completion: int | None = 0
    for bucket, units in _UNITS:
        amount: int = getattr(usage, bucket)
        if not amount:
            continue
        rate = next((rates[unit] for unit in units if unit in rates), None)
        if bucket.startswith(("input", "cache")):
            prompt = None if rate is None or prompt is None else prompt + amount * rate
        else:
            completion = None if rate is None or completion is None else completion + amount * rate
    return prompt, completion


def rates_for(price: Price, prompt_tokens: int) -> Mapping[str, int]:
    """The rates that hold for the whole request: a tier replaces the base rates once the prompt is above its bound."""
    rates = price.rates
    for tier in price.tiers:
        if prompt_tokens > tier.above_input_tokens:
            rates = {**rates, **tier.rates}
    return rates

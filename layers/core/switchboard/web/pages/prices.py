"""Prices as the pages show them: every row with what it holds for, and what one request would cost."""

from collections.abc import Iterator, Mapping

from switchboard.accounting.price import bill
from switchboard.catalog.model import NANO, Endpoint, Price
from switchboard.chat import Usage
from switchboard.json_types import Json, JsonObject
from switchboard.web.views import decimal_text, usd_per_unit

# Counted one by one; everything else is priced by the million tokens.
SINGLE_UNITS = frozenset({"image", "request", "web_search"})
STANDARD = "standard"
# What people look for on every card: where there is no price, the page says so.
USUAL_UNITS = ("input", "output", "cache_read", "cache_write_5m", "cache_write_1h", "web_search")
HOUR = 3600


def price_rows(price: Price) -> list[Json]:
    """Each with `when` it holds and `rates`: US dollars as decimal strings, by million tokens or by item."""
    return [{"when": when, "rates": shown_rates(rates)} for when, rates in _rows(price) if rates]


def unpriced(price: Price) -> list[Json]:
    """Usual units that are not offered, or whose price is not known."""
    return [unit for unit in USUAL_UNITS if unit not in price.rates]


def shown_rates(rates: Mapping[str, int]) -> JsonObject:
    """`rates` are nano-dollars for a million units."""
    return {
        unit: usd_per_unit(rate) if unit in SINGLE_UNITS else decimal_text(rate, NANO) for unit, rate in rates.items()
    }


def estimate(endpoint: Endpoint, prompt_tokens: int, output_tokens: int, hour: int) -> JsonObject:
    """What a request of this size costs that begins in this hour (UTC); `usd` is null where the price is not known."""
    usage = Usage(input=prompt_tokens, output=output_tokens)
    made = bill(usage, endpoint.price, hour * HOUR)
    fits = endpoint.context is None or prompt_tokens + output_tokens <= endpoint.context
    writes = endpoint.max_output is None or output_tokens <= endpoint.max_output
    return {
        "id": endpoint.id,
        "tag": endpoint.tag,
        "provider_name": endpoint.provider.name,
        "usd": None if made.total is None else decimal_text(made.total, NANO),
        "usd_per_thousand": None if made.total is None else decimal_text(made.total * 1000, NANO),
        "fits": fits and writes,
    }


def _rows(price: Price) -> Iterator[tuple[str, Mapping[str, int]]]:
    yield STANDARD, price.rates
    for tier in price.tiers:
        yield f"prompt above {tier.above_input_tokens:,} tokens", tier.rates
    for window in price.windows:
        yield f"{_clock(window.start)} to {_clock(window.end)} UTC", window.rates
    for name, rates in price.service_tiers.items():
        yield f"service tier {name}", rates


def _clock(second: int) -> str:
    return f"{second // HOUR:02}:{second % HOUR // 60:02}"

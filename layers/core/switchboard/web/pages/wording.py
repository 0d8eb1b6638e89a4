"""Numbers and facts as people read them. What is not known is said to be unknown; it is never a zero or a yes. Pure."""

from datetime import UTC, datetime
from decimal import Decimal
from functools import lru_cache

UNKNOWN = "unknown"
NO_DATA = "no data"
_STEPS = ((10**12, "T"), (10**9, "B"), (10**6, "M"), (10**3, "K"))
# Where a smaller unit's name begins to read better than the larger one's digits.
MILLISECONDS = 1000
# Tokens per second beyond which a tenth says nothing.
FAST = 1000
UNIT_NAMES = {
    "input": "input",
    "output": "output",
    "cache_read": "cache read",
    "cache_write_5m": "cache write, 5 min",
    "cache_write_1h": "cache write, 1 h",
    "reasoning": "reasoning",
    "input_audio": "audio input",
    "output_audio": "audio output",
    "cache_read_audio": "audio cache read",
    "output_image": "image output",
    "image": "image",
    "request": "request",
    "web_search": "web search",
}
SINGLE = {"image": "each", "request": "each", "web_search": "each"}


def count(number: float | None) -> str:
    """With separators: 1,047,576."""
    return UNKNOWN if number is None else f"{number:,.0f}"


def times(number: int, what: str) -> str:
    """With the word for one, and its plural for more: 1 attempt, 1,200 attempts."""
    return f"{number:,} {what}" if number == 1 else f"{number:,} {what}s"


def short_count(number: float | None) -> str:
    """Three digits and a letter: 1.05M."""
    if number is None:
        return UNKNOWN
    for size, letter in _STEPS:
        if number >= size:
            return f"{number / size:.3g}{letter}" if number < 1000 * size else f"{number / size:,.0f}{letter}"
    return f"{number:,.0f}"


@lru_cache(maxsize=4096)  # few prices, many cells
def usd(amount: str | None) -> str:
    """A decimal string: at least cents, and every digit that there is."""
    if amount is None:
        return UNKNOWN
    whole, _, digits = f"{Decimal(amount):f}".partition(".")
    return f"${int(whole):,}.{digits.rstrip('0').ljust(2, '0')}"


def percent(number: float | None) -> str:
    if number is None:
        return NO_DATA
    return f"{number:.2f}".rstrip("0").rstrip(".") + " %"


def latency(milliseconds: float | None) -> str:
    if milliseconds is None:
        return NO_DATA
    return f"{milliseconds:,.0f} ms" if milliseconds < MILLISECONDS else f"{milliseconds / MILLISECONDS:.2f} s"


def throughput(tokens_per_second: float | None) -> str:
    if tokens_per_second is None:
        return NO_DATA
    return f"{tokens_per_second:,.{1 if tokens_per_second < FAST else 0}f} tok/s"


def decided(value: bool | None) -> str:
    return UNKNOWN if value is None else "yes" if value else "no"


def retention(days: int | None) -> str:
    if days is None:
        return UNKNOWN
    return "none" if days == 0 else "1 day" if days == 1 else f"{days} days"


@lru_cache(maxsize=1024)  # the same hours stand on every card
def moment(seconds: float | None) -> str:
    """Unix seconds as a date and time of day, UTC."""
    return NO_DATA if seconds is None else datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M UTC")


def clock(seconds: float) -> str:
    """The time of day, UTC, to the second."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%H:%M:%S UTC")


def unit_name(unit: str) -> str:
    return UNIT_NAMES.get(unit, unit.replace("_", " "))


def unit_measure(unit: str) -> str:
    return SINGLE.get(unit, "/ 1M tokens")

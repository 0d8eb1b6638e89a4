"""What a value in a catalog file may be. A check looks at one value and says what is wrong with it, in words that tell
the author what to write instead. Pure; knows nothing of files or of which field it is looking at.
"""

import json
import math
import re
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from difflib import get_close_matches
from typing import NamedTuple
from urllib.parse import urlsplit

from switchboard.json_types import Json

HIGHEST_PRICE = 10_000
PRICE_DECIMALS = 9
LIKE_A_TYPO = 0.82


class Fault(NamedTuple):
    """`where` is the path below the checked value (`.input`, `[2]`, or empty for the value itself)."""

    where: str
    what: str


Check = Callable[[Json], list[Fault]]


def value_that(is_fine: Callable[[Json], bool], wanted: str) -> Check:
    """A check of one plain value; `wanted` completes the sentence "... is not"."""

    def check(value: Json) -> list[Fault]:
        return [] if is_fine(value) else [Fault("", f"{_shown(value)} is not {wanted}")]

    return check


def pattern(expression: str, wanted: str) -> Check:
    """A check of a text that must match `expression` as a whole."""
    return value_that(lambda value: isinstance(value, str) and re.fullmatch(expression, value) is not None, wanted)


def one_of(names: Iterable[str]) -> Check:
    """A check of a text that must be one of `names`; the nearest is offered."""
    known = tuple(names)

    def check(value: Json) -> list[Fault]:
        if value in known:
            return []
        guess = did_you_mean(value, known) if isinstance(value, str) else ""
        return [Fault("", f"{_shown(value)} is not one of {', '.join(known)}{guess}")]

    return check


def list_of(item: Check) -> Check:
    """A check of an array, each member by `item`."""

    def check(value: Json) -> list[Fault]:
        if not isinstance(value, list):
            return [Fault("", f"{_shown(value)} is not a list in [ ]")]
        return [Fault(f"[{i}]{where}", what) for i, member in enumerate(value) for where, what in item(member)]

    return check


def table_of(fields: Mapping[str, Check], others: Check | None = None) -> Check:
    """A check of a table: `fields` by name, any other key by `others`, or freely if there is none."""

    def check(value: Json) -> list[Fault]:
        if not isinstance(value, dict):
            return [Fault("", f"{_shown(value)} is not a table; write {{ key = value }}")]
        faults: list[Fault] = []
        for key, member in value.items():
            test = fields.get(key, others)
            faults += [Fault(f".{key}{where}", what) for where, what in test(member)] if test else []
        return faults

    return check


def did_you_mean(name: str, known: Iterable[str], cutoff: float = 0.6) -> str:
    """A question to append to a message, or nothing where no known name is near."""
    near = get_close_matches(name, list(known), n=3, cutoff=cutoff)
    return f"; did you mean {' or '.join(_shown(guess) for guess in near)}?" if near else ""


def price_of(value: Json) -> Decimal | None:
    """US dollars as an exact decimal, or None where `value` is no price this catalog can hold."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    try:
        usd = Decimal(str(value))
    except InvalidOperation:
        return None
    exponent = usd.as_tuple().exponent
    if not isinstance(exponent, int) or -exponent > PRICE_DECIMALS:
        return None
    return usd if 0 <= usd <= HIGHEST_PRICE else None


def unix_seconds(day: str) -> int | None:
    """The first second, in UTC, of YYYY-MM-DD (or of a month, YYYY-MM); None where it is no date."""
    try:
        start = datetime.strptime(day if day.count("-") > 1 else f"{day}-01", "%Y-%m-%d")
    except ValueError:
        return None
    return int(start.replace(tzinfo=UTC).timestamp())


def _is_url(value: Json) -> bool:
    if not isinstance(value, str) or any(character.isspace() for character in value):
        return False
    try:
        parts = urlsplit(value)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.netloc)


def _is_finite(value: Json) -> bool:
    if isinstance(value, dict | list):
        return all(_is_finite(member) for member in (value.values() if isinstance(value, dict) else value))
    return not isinstance(value, float) or math.isfinite(value)


def _shown(value: Json) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 60 else f"{text[:57]}..."


def _is_whole(value: Json) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


TEXT = value_that(lambda value: isinstance(value, str) and bool(value.strip()), "a text in quotes")
FLAG = value_that(lambda value: isinstance(value, bool), "true or false")
TOKENS = value_that(
    lambda value: _is_whole(value) and isinstance(value, int) and value >= 1,
    "a whole number of tokens, 1 or more; leave the key out where it is unknown",
)
COUNT = value_that(
    lambda value: _is_whole(value) and isinstance(value, int) and value >= 0,
    "a whole number, 0 or more, without quotes",
)
URL = value_that(_is_url, "an address that starts with https:// or http://")
DATE = value_that(
    lambda value: isinstance(value, str) and unix_seconds(value) is not None, "a date; write YYYY-MM-DD in quotes"
)
RANGE = f"from 0 to {HIGHEST_PRICE} with at most {PRICE_DECIMALS} decimals"
TOKEN_PRICE = value_that(
    lambda value: price_of(value) is not None, f"a decimal number of US dollars per million tokens, {RANGE}"
)
EACH_PRICE = value_that(lambda value: price_of(value) is not None, f"a decimal number of US dollars for one, {RANGE}")
ANYTHING = value_that(_is_finite, "finite: JSON has no inf and no nan")

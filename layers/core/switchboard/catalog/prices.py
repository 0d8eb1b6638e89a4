"""The prices of a catalog file: which units exist, how each is checked, and their canonical form (decimal texts).

A float never stands for money: numbers that an author left unquoted become the text they were written as.
"""

from collections.abc import Mapping
from typing import cast

from switchboard.catalog.checks import (
    COUNT,
    EACH_PRICE,
    TOKEN_PRICE,
    Check,
    Fault,
    did_you_mean,
    list_of,
    pattern,
    price_of,
    table_of,
)
from switchboard.json_types import Json, JsonObject

TOKEN_UNITS = (
    "input",
    "output",
    "cache_read",
    "cache_write_5m",
    "cache_write_1h",
    "reasoning",
    "input_audio",
    "output_audio",
    "cache_read_audio",
    "output_image",
)
EACH_UNITS = ("image", "request", "web_search")

# Names that other catalogs use for the same thing.
UNIT_SYNONYMS = {
    "cache_write": "cache_write_5m",
    "web_search_per_request": "web_search",
    "internal_reasoning": "reasoning",
}
UNITS: Mapping[str, Check] = {
    **dict.fromkeys((*TOKEN_UNITS, *UNIT_SYNONYMS), TOKEN_PRICE),
    **dict.fromkeys((*EACH_UNITS, "web_search_per_request"), EACH_PRICE),
}
TIER_FIELD = "above_input_tokens"


def price_check(value: Json) -> list[Fault]:
    """A table of units; a unit nobody knows is a fault, because it would never be billed."""
    return _faults(value, UNITS)


def tier_check(value: Json) -> list[Fault]:
    """A price that also says from which prompt size on it holds."""
    faults = _faults(value, {**UNITS, TIER_FIELD: COUNT})
    if isinstance(value, dict) and TIER_FIELD not in value:
        faults.append(Fault(f".{TIER_FIELD}", "is missing: the prompt size, in tokens, above which this tier holds"))
    return faults


def extra_check(value: Json) -> list[Fault]:
    """Service tiers and times of day, which are billed; anything else may come in any arrangement, as numbers."""
    faults = _numbers(value)
    if not isinstance(value, dict):
        return [*faults, Fault("", f"{value!r} is not a table; write {{ service_tiers = {{ ... }} }}")]
    known = {name: check(value[name]) for name, check in _EXTRAS.items() if name in value}
    told = {fault.where for fault in faults}
    return faults + [
        Fault(f".{name}{where}", what)
        for name, found in known.items()
        for where, what in found
        if f".{name}{where}" not in told
    ]


def _numbers(value: Json) -> list[Fault]:
    """Every number in an extra is a price."""
    if isinstance(value, dict):
        return [Fault(f".{k}{where}", what) for k, member in value.items() for where, what in _numbers(member)]
    if isinstance(value, list):
        return [Fault(f"[{i}]{where}", what) for i, member in enumerate(value) for where, what in _numbers(member)]
    return [] if isinstance(value, str | bool) else TOKEN_PRICE(value)


def _window_check(value: Json) -> list[Fault]:
    return _faults(value, {**UNITS, "start": TIME, "end": TIME})


TIME = pattern(r"([01]\d|2[0-3]):[0-5]\d(:\d\d(Z|\+00:00)?)?", 'a time of day in UTC; write "HH:MM" in quotes')
_EXTRAS: Mapping[str, Check] = {
    "service_tiers": table_of({}, price_check),
    "time_of_day": list_of(_window_check),
}


def discount_check(value: Json) -> list[Fault]:
    """A share of every price of the row: 0.25 takes a quarter off."""
    share = price_of(value)
    wanted = 'a share from 0 to 1, as a decimal text: "0.25" takes a quarter off'
    return [] if share is not None and share <= 1 else [Fault("", f"{value!r} is not {wanted}")]


def tidy_price(value: Json) -> Json:
    rates = cast(JsonObject, value)
    return {UNIT_SYNONYMS.get(k, k): usd if k == TIER_FIELD else decimal_text(usd) for k, usd in rates.items()}


def tidy_tiers(value: Json) -> Json:
    return [tidy_price(tier) for tier in cast("list[Json]", value)]


def tidy_extra(value: Json) -> Json:
    if isinstance(value, dict):
        return {UNIT_SYNONYMS.get(key, key): tidy_extra(member) for key, member in value.items()}
    if isinstance(value, list):
        return [tidy_extra(member) for member in value]
    return value if isinstance(value, str | bool) else decimal_text(value)


def _faults(value: Json, units: Mapping[str, Check]) -> list[Fault]:
    faults = table_of(units)(value)
    for unit in value if isinstance(value, dict) else ():
        if unit not in units:
            hint = did_you_mean(unit, units) or f"; write one of {', '.join((*TOKEN_UNITS, *EACH_UNITS))}"
            faults.append(Fault(f".{unit}", f"is not a unit of price{hint}"))
        elif UNIT_SYNONYMS.get(unit) in cast(JsonObject, value):
            faults.append(Fault(f".{unit}", f'means the same as "{UNIT_SYNONYMS[unit]}"; keep one of them'))
    return faults


def decimal_text(value: Json) -> Json:
    usd = price_of(value)
    return value if usd is None else format(usd, "f")

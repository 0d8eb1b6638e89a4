"""A price as ZenMux tells it: for each item a list of values with the conditions under which they hold. Pure."""

from collections.abc import Mapping
from itertools import pairwise
from typing import cast

from switchboard.catalog.model import NANO, Catalog, Model, Price
from switchboard.json_types import Json, JsonObject
from switchboard.web.views import cheapest_of, decimal_text, usd_per_unit

_NAMES = {
    "input": "prompt",
    "output": "completion",
    "cache_read": "input_cache_read",
    "cache_write_5m": "input_cache_write_5_min",
    "cache_write_1h": "input_cache_write_1_h",
    "reasoning": "internal_reasoning",
    "input_audio": "audio",
    "image": "image",
    "web_search": "web_search",
}
_COUNTED = frozenset({"image", "web_search"})
THOUSAND = 1000


def model_pricings(model: Model) -> JsonObject:
    """Those of the endpoint whose price the list shows."""
    cheapest = cheapest_of(model)
    return {"pricings": pricings_object(cheapest.price) if cheapest else {}}


def with_pricings(page: JsonObject, catalog: Catalog) -> JsonObject:
    """A page of the model list, its rows with prices in this form, too."""
    rows = cast("list[JsonObject]", page["data"])
    return {**page, "data": [{**row, **model_pricings(catalog.models[str(row["id"])])} for row in rows]}


def pricings_object(price: Price) -> JsonObject:
    """By item, in the order of prompt sizes; an item whose price is not known is not there."""
    bounds = [(0, price.rates), *((tier.above_input_tokens, {**price.rates, **tier.rates}) for tier in price.tiers)]
    steps = [*pairwise(bounds), (bounds[-1], None)]
    rows: dict[str, list[Json]] = {}
    for (above, rates), following in steps:
        upto = following[0] if following else None
        for unit, name in _NAMES.items():
            if unit in rates:
                rows.setdefault(name, []).append(_value(unit, rates, above, upto))
    return dict(rows)


def _value(unit: str, rates: Mapping[str, int], above: int, upto: int | None) -> Json:
    counted = unit in _COUNTED
    value = usd_per_unit(rates[unit]) if counted else decimal_text(rates[unit], NANO)
    told: JsonObject = {
        "value": float(value),
        "unit": "perCount" if counted else "perMTokens",
        "currency": "USD",
    }
    if above or upto is not None:
        bound = {"gt": above / THOUSAND, "lte": None if upto is None else upto / THOUSAND}
        told["conditions"] = {"prompt_tokens": {"unit": "kTokens", **bound}}
    return told

"""What genai-prices says: its published file, or the installed package, whose objects are brought into the same form.

It names a model by a rule (equals, starts with, contains, ends with, several of them), so our own names are held
against its rules, provider by provider; prices are the standard ones of today, without tiers and hours.
"""

import importlib
import importlib.util
from collections.abc import Callable, Collection, Iterator, Mapping
from datetime import date
from typing import Any

from cli.catalog_offers import Offer, Said, decimal_of

PACKAGE = "genai_prices"
# Its names of our providers, where they differ.
PROVIDERS = {
    "aws": "amazon-bedrock",
    "cloudflare": "cloudflare-workers-ai",
    "fireworks": "fireworks-ai",
    "novita": "novita-ai",
    "together": "togetherai",
    "x-ai": "xai",
}


def installed() -> list[Any] | None:  # Any: JSON
    """What the installed package holds; None without it."""
    if importlib.util.find_spec(PACKAGE) is None:
        return None
    providers: list[Any] = [plain(one) for one in importlib.import_module(f"{PACKAGE}.data").providers]
    return providers


def genai_offers(document: Any, known: Collection[Offer], today: date) -> dict[Offer, Said]:  # Any: JSON
    """`known` are our own offers: each is looked up by the rules. What no rule finds comes under its own name."""
    offers: dict[Offer, Said] = {}
    for provider, models in _providers(document):
        unnamed = dict.fromkeys(range(len(models)))
        for name in sorted(name for one, name in known if one == provider):
            place = next((place for place, one in enumerate(models) if matches(one.get("match"), name)), None)
            if place is not None:
                offers[provider, name] = _said(models[place], today)
                unnamed.pop(place, None)
        offers |= {(provider, str(models[place].get("id"))): _said(models[place], today) for place in unnamed}
    return offers


_KINDS: Mapping[str, Callable[[str, str], bool]] = {
    "equals": str.__eq__,
    "starts_with": str.startswith,
    "ends_with": str.endswith,
    "contains": str.__contains__,
}


def matches(rule: Any, name: str) -> bool:  # Any: JSON
    """Upper and lower case are the same to it; a rule of a kind that is not known matches nothing."""
    if not isinstance(rule, dict) or len(rule) != 1:
        return False
    kind, wanted = next(iter(rule.items()))
    if kind in ("or", "and"):
        return (any if kind == "or" else all)(matches(one, name) for one in wanted)
    return kind in _KINDS and _KINDS[kind](name.lower(), str(wanted).lower())


def _providers(document: Any) -> Iterator[tuple[str, list[Mapping[str, Any]]]]:  # Any: JSON
    for each in document if isinstance(document, list) else ():
        if isinstance(each, dict):
            named, models = str(each.get("id")), each.get("models")
            yield PROVIDERS.get(named, named), [one for one in models or () if isinstance(one, dict)]


def _said(model: Mapping[str, Any], today: date) -> Said:
    prices = _standard(model.get("prices"), today)
    return Said(_rate(prices.get("input_mtok")), _rate(prices.get("output_mtok")), model.get("context_window"))


def _standard(prices: Any, today: date) -> Mapping[str, Any]:  # Any: JSON
    """The last that has begun and holds at every hour."""
    found: Mapping[str, Any] = prices if isinstance(prices, dict) else {}
    for one in prices if isinstance(prices, list) else ():
        constraint = one.get("constraint") or {}
        if not constraint.keys() - {"start_date"} and str(constraint.get("start_date", "")) <= today.isoformat():
            found = one.get("prices") or {}
    return found


def _rate(price: Any) -> Any:  # Any: JSON
    return decimal_of(price.get("base") if isinstance(price, dict) else price)


def plain(value: Any) -> Any:  # Any: the package's objects
    """As its file has it: what is not said is left out."""
    if isinstance(value, list | tuple):
        return [plain(one) for one in value]
    if isinstance(value, date):
        return value.isoformat()
    if hasattr(value, "__dict__"):
        return {name.rstrip("_"): plain(one) for name, one in vars(value).items() if one is not None}
    return value

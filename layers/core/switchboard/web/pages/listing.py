"""The model list: search, filters and order as a plain GET form sends them. Pure.

An empty field is a field that was not filled in: browsers send it all the same.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import cast

from switchboard.catalog.model import NANO, Catalog, DataPolicy, Model
from switchboard.errors import InvalidRequest
from switchboard.health.figures import NO_FIGURES, EndpointFigures, Rankings
from switchboard.json_types import Json, JsonObject
from switchboard.web.pages.prices import shown_rates
from switchboard.web.views import model_object

LONGEST_SEARCH = 200
DEAREST = Decimal(10**6)
LARGEST_CONTEXT = Decimal(10**9)
# What an endpoint must be known to do with prompts.
POLICIES: Mapping[str, Callable[[DataPolicy], bool]] = {
    "keeps none": lambda policy: policy.retention_days == 0,
    "does not train": lambda policy: policy.training is False,
}
SORTS = ("name", "newest", "price", "context", "throughput", "latency")


@dataclass(frozen=True, slots=True)
class Filters:
    """What the form asks for; `max_price` is US dollars for a million tokens of input, `context` the least tokens."""

    q: str = ""
    author: str = ""
    provider: str = ""
    input: str = ""
    parameter: str = ""
    max_price: Decimal | None = None
    context: Decimal | None = None
    policy: str = ""
    sort: str = SORTS[0]


@dataclass(frozen=True, slots=True)
class Row:
    """A model with the best that its endpoints offer; None where nothing is known."""

    model: Model
    input_rate: int | None
    output_rate: int | None
    throughput: float | None
    latency: float | None


def filters_of(query: Mapping[str, str], catalog: Catalog) -> Filters:
    """Raises InvalidRequest for a value that no row could ever have, and says which there are."""
    given = {name: value.strip() for name, value in query.items() if value.strip()}
    if len(given.get("q", "")) > LONGEST_SEARCH:
        raise InvalidRequest(f"`q` may have at most {LONGEST_SEARCH} characters.", param="q")
    choices = choices_of(catalog)
    chosen = {name: _chosen(given[name], name, choices[name]) for name in choices if name in given}
    price = _number(given, "max_price", DEAREST, "US dollars for a million tokens of input, such as 2.5")
    context = _number(given, "context", LARGEST_CONTEXT, "the least context in tokens, such as 200000")
    return Filters(q=given.get("q", ""), max_price=price, context=context, **chosen)


def choices_of(catalog: Catalog) -> dict[str, list[str]]:
    """What each select of the form offers."""
    models = catalog.models.values()
    endpoints = [endpoint for model in models for endpoint in model.endpoints]
    return {
        "author": sorted({model.author for model in models}),
        "provider": sorted({endpoint.provider.id for endpoint in endpoints}),
        "input": sorted({kind for model in models for kind in model.input_modalities}),
        "parameter": sorted({name for endpoint in endpoints for name in endpoint.supported_parameters or ()}),
        "policy": list(POLICIES),
        "sort": list(SORTS),
    }


def list_object(catalog: Catalog, rankings: Rankings, filters: Filters) -> JsonObject:
    """What `/models.json` answers: the form as it was filled in, what it offers, and the rows that match."""
    choices = choices_of(catalog)
    rows = [row_of(model, rankings.endpoints) for model in catalog.models.values()]
    found = sorted((row for row in rows if _matches(row, filters)), key=_ORDERS[filters.sort])
    return {
        "title": "Models",
        "measured_until": rankings.version * 60 if rankings.version else None,
        "filters": {
            **{name: getattr(filters, name) for name in ("q", *choices)},
            "max_price": _text(filters.max_price),
            "context": _text(filters.context),
        },
        "choices": cast(Json, choices),
        "total_count": len(rows),
        "provider_count": len(catalog.providers),
        "count": len(found),
        "data": [row_object(row) for row in found],
    }


def row_object(row: Row) -> JsonObject:
    """The row of the API's model list, and what its endpoints do at best."""
    rates = {unit: rate for unit, rate in (("input", row.input_rate), ("output", row.output_rate)) if rate is not None}
    return {
        **model_object(row.model),
        "author": row.model.author,
        "usd_per_million": {"input": None, "output": None, **shown_rates(rates)},
        "best_throughput": row.throughput and round(row.throughput, 2),
        "best_latency": row.latency and round(row.latency, 2),
    }


def row_of(model: Model, figures: Mapping[str, EndpointFigures]) -> Row:
    """`figures` are by endpoint."""
    known = [endpoint.price.rates for endpoint in model.endpoints if endpoint.price.is_known]
    cheapest = min(known, key=lambda rates: (rates["input"], rates["output"]), default={})
    measured = [figures.get(endpoint.id, NO_FIGURES) for endpoint in model.endpoints]
    return Row(
        model,
        cheapest.get("input"),
        cheapest.get("output"),
        max((one.throughput_30m.p50 for one in measured if one.throughput_30m), default=None),
        min((one.latency_30m.p50 for one in measured if one.latency_30m), default=None),
    )


def _matches(row: Row, filters: Filters) -> bool:
    model, endpoints = row.model, row.model.endpoints
    words = f"{model.id} {model.name} {model.description} {' '.join(model.aliases)}".lower()
    return (
        all(word in words for word in filters.q.lower().split())
        and filters.author in ("", model.author)
        and (not filters.provider or any(endpoint.provider.id == filters.provider for endpoint in endpoints))
        and (not filters.input or filters.input in model.input_modalities)
        and (not filters.parameter or any(filters.parameter in (one.supported_parameters or ()) for one in endpoints))
        and (not filters.policy or any(POLICIES[filters.policy](one.data_policy) for one in endpoints))
        and (filters.context is None or (model.context is not None and model.context >= filters.context))
        and (filters.max_price is None or (row.input_rate is not None and row.input_rate <= filters.max_price * NANO))
    )


def _last_if_unknown(value: float | None, sign: int = 1) -> tuple[bool, float]:
    return value is None, sign * (value or 0)


_ORDERS: Mapping[str, Callable[[Row], tuple[object, ...]]] = {
    "name": lambda row: (row.model.name.lower(), row.model.id),
    "newest": lambda row: (-row.model.created, row.model.name.lower()),
    "price": lambda row: (*_last_if_unknown(row.input_rate), *_last_if_unknown(row.output_rate), row.model.id),
    "context": lambda row: (*_last_if_unknown(row.model.context, -1), row.model.id),
    "throughput": lambda row: (*_last_if_unknown(row.throughput, -1), row.model.name.lower()),
    "latency": lambda row: (*_last_if_unknown(row.latency), row.model.name.lower()),
}


def _chosen(value: str, name: str, choices: Iterable[str]) -> str:
    if value not in choices:
        raise InvalidRequest(f"`{name}` must be one of: {', '.join(choices)}.", param=name)
    return value


def _number(given: Mapping[str, str], name: str, most: Decimal, meaning: str) -> Decimal | None:
    if name not in given:
        return None
    try:
        number = Decimal(given[name])
    except InvalidOperation:
        number = Decimal(-1)
    if not (number.is_finite() and 0 <= number <= most):
        raise InvalidRequest(f"`{name}` is {meaning}.", param=name)
    return number


def _text(number: Decimal | None) -> str:
    return "" if number is None else f"{number:f}"

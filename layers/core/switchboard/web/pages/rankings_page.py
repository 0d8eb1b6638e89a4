"""The rankings as one object: models by tokens, endpoints by speed and by price, and how routing chooses. Pure."""

from collections.abc import Mapping, Sequence
from typing import Final, cast

from switchboard.accounting.price import bill
from switchboard.catalog.model import NANO, Catalog, Endpoint, Model
from switchboard.chat import Usage
from switchboard.health.figures import Rankings
from switchboard.health.rollup import Rollup
from switchboard.json_types import Json, JsonObject
from switchboard.routing.index import BALANCED, EXPLORATION, PRICE_FIRST, SPEED_FIRST, STEEPNESS
from switchboard.storage.rollups import Bucket, model_series
from switchboard.web.views import decimal_text, spread_object

DAYS_COUNTED = 7
SHOWN = 20
# What a request of the price ranking is made of.
PROMPT_TOKENS, OUTPUT_TOKENS = 1000, 1000
PRICED: Final = Usage(input=PROMPT_TOKENS, output=OUTPUT_TOKENS)
FORMULA = "I = P + v*T + ((1 - s) / s) * v * (D + 50*c)"
FORMULA_WORDS = (
    "P is the price of the request in US dollars; T the seconds until its last token is expected; s the share of "
    "attempts that succeed; D the seconds that a failed attempt takes; c the share of failures that break off an "
    "answer which has begun. v is what a second of the caller's time is worth in US dollars."
)


def measured_models(catalog: Catalog, rankings: Rankings) -> list[str]:
    """Whose tokens to look up: models with an attempt within the last day, as far as the rankings know."""
    return [
        model.id
        for model in catalog.models.values()
        if any(endpoint.id in rankings.endpoints for endpoint in model.endpoints)
    ]


def rankings_object(
    catalog: Catalog, rankings: Rankings, days: Mapping[str, Sequence[Bucket]], now: float
) -> JsonObject:
    """`days` are the last seven of each model's series."""
    offers = [(model, endpoint) for model in catalog.models.values() for endpoint in model.endpoints]
    return {
        "title": "Rankings",
        "measured_until": rankings.version * 60 if rankings.version else None,
        "by_tokens": _by_tokens(catalog, days),
        "by_throughput": _by_speed(offers, rankings),
        "by_price": _by_price(offers, now),
        "price_request": {"prompt_tokens": PROMPT_TOKENS, "output_tokens": OUTPUT_TOKENS},
        "formula": FORMULA,
        "formula_words": FORMULA_WORDS,
        "second_usd": {"balanced": BALANCED, "sort: price": PRICE_FIRST, "sort: throughput, latency": SPEED_FIRST},
        "steepness": STEEPNESS,
        "exploration": EXPLORATION,
    }


def week_of(days: Mapping[str, Sequence[Bucket]], model: str) -> Rollup:
    """The sum of a model's days."""
    return Rollup.merged(bucket.rollup for bucket in days.get(model_series(model), ()) if bucket.rollup)


def _by_tokens(catalog: Catalog, days: Mapping[str, Sequence[Bucket]]) -> list[Json]:
    rows: list[JsonObject] = []
    for model in catalog.models.values():
        week = week_of(days, model.id)
        if tokens := week.tokens_in + week.tokens_out:
            rows.append({**_named(model), "tokens": tokens, "requests": week.requests})
    return cast("list[Json]", sorted(rows, key=lambda row: (-cast(int, row["tokens"]), str(row["id"])))[:SHOWN])


def _by_speed(offers: Sequence[tuple[Model, Endpoint]], rankings: Rankings) -> list[Json]:
    rows: list[tuple[float, JsonObject]] = []
    for model, endpoint in offers:
        figures = rankings.endpoints.get(endpoint.id)
        if figures and figures.throughput_30m:
            row: JsonObject = {
                **_offer(model, endpoint),
                "throughput_last_30m": spread_object(figures.throughput_30m),
                "latency_last_30m": spread_object(figures.latency_30m),
            }
            rows.append((-figures.throughput_30m.p50, row))
    rows.sort(key=lambda pair: pair[0])
    return [row for _, row in rows[:SHOWN]]


def _by_price(offers: Sequence[tuple[Model, Endpoint]], now: float) -> list[Json]:
    """Each model once, at its cheapest endpoint: models that answer with text and have a price above nothing."""
    cheapest: dict[str, tuple[int, Model, Endpoint]] = {}
    for model, endpoint in offers:
        if not endpoint.price.is_known or endpoint.makes_embeddings:
            continue
        nano = bill(PRICED, endpoint.price, now).total
        if nano and (model.id not in cheapest or nano < cheapest[model.id][0]):
            cheapest[model.id] = nano, model, endpoint
    shown = sorted(cheapest.values(), key=lambda found: (found[0], found[1].id))[:SHOWN]
    return [{**_offer(model, endpoint), "usd": decimal_text(nano, NANO)} for nano, model, endpoint in shown]


def _named(model: Model) -> JsonObject:
    return {"id": model.id, "name": model.name}


def _offer(model: Model, endpoint: Endpoint) -> JsonObject:
    return {
        **_named(model),
        "tag": endpoint.tag,
        "provider": endpoint.provider.id,
        "provider_name": endpoint.provider.name,
    }

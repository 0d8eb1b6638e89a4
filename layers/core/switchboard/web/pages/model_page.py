"""A model's page as one object: its facts, its endpoints with their figures, its series, prices, sample code. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

from switchboard.catalog.model import Endpoint, Model
from switchboard.health.figures import NO_FIGURES, Rankings
from switchboard.health.pauses import Pause
from switchboard.json_types import Json, JsonObject
from switchboard.web.pages.calculator import Question, calculation
from switchboard.web.pages.prices import price_rows, unpriced
from switchboard.web.pages.samples import samples
from switchboard.web.views import endpoint_object, model_object


@dataclass(frozen=True, slots=True)
class Measured:
    """What traffic left behind: published figures, what series.model_stats read, and the pauses by endpoint."""

    rankings: Rankings
    stats: JsonObject
    pauses: Mapping[str, Pause]


def page_object(model: Model, measured: Measured, question: Question, address: str) -> JsonObject:
    """`address` is that of the gateway, for the sample code."""
    rankings, stats = measured.rankings, measured.stats
    of_endpoints = cast("list[JsonObject]", stats["endpoints"])
    cards = [
        {**_card(model, endpoint, measured), **series}
        for endpoint, series in zip(model.endpoints, of_endpoints, strict=True)
    ]
    return {
        **model_object(model),
        "title": model.name,
        "author": model.author,
        "aliases": list(model.aliases),
        "family": model.facts.get("family"),
        "release_date": model.facts.get("release_date"),
        "open_weights": model.facts.get("open_weights"),
        "max_output": model.max_output,
        "reasoning": model.reasoning,
        "benchmarks": _benchmarks(model.facts.get("benchmarks")),
        "measured_until": rankings.version * 60 if rankings.version else None,
        "as_of": stats["as_of"],
        "tokens_per_day": stats["tokens_per_day"],
        "endpoints": cast(Json, cards),
        "calculator": calculation(model, question),
        "samples": samples(model, address),
    }


def _card(model: Model, endpoint: Endpoint, measured: Measured) -> JsonObject:
    """The endpoint as the API shows it, with every price row and where they come from."""
    figures = measured.rankings.endpoints.get(endpoint.id, NO_FIGURES)
    sources = endpoint.facts.get("sources")
    return {
        **endpoint_object(model, endpoint, figures, measured.pauses.get(endpoint.id)),
        "provider": endpoint.provider.id,
        "prices": price_rows(endpoint.price),
        "unpriced": unpriced(endpoint.price),
        "sources": _told(sources, ("agreement", "date")) if isinstance(sources, dict) else None,
        "deprecation_date": endpoint.facts.get("deprecation_date"),
        "aggregator": endpoint.facts.get("aggregator") is True,
    }


def _benchmarks(rows: Json) -> list[Json]:
    known = rows if isinstance(rows, list) else []
    return [_told(row, ("name", "score", "metric", "source", "date")) for row in known if isinstance(row, dict)]


def _told(row: JsonObject, names: tuple[str, ...]) -> JsonObject:
    """A catalog file says what it likes, and leaves out the rest: these are there, or null."""
    return {name: row.get(name) for name in names}

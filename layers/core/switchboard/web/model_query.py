"""The model list's filters and orders, in OpenRouter's names. Pure.

Several values have commas between them, and one of them is enough; all filters must hold. What is not known matches no
bound and comes last in every order.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from switchboard.catalog.model import NANO, Catalog, Endpoint, Model
from switchboard.errors import InvalidRequest
from switchboard.health.figures import EndpointFigures
from switchboard.json_types import Json, JsonObject
from switchboard.web.pages.listing import Row, row_of

DAY = 86_400
LONGEST_SEARCH = 200
LARGEST_NUMBER = Decimal(10**12)
CODING_INDEX = "Artificial Analysis Coding Index"
UNKNOWN_INDICES = ("intelligence", "agentic")
LISTS = {
    "supported_parameters": "Parameters that one endpoint has all of.",
    "input_modalities": "What the model reads; all of them.",
    "output_modalities": "What it answers with; one of them, or `all`.",
    "model_authors": "Who made it.",
    "providers": "Who serves it, by id.",
    "arch": "Its tokenizer.",
}
BOUNDS = {
    "context": "The least context, in tokens.",
    "min_price": "US dollars for a million prompt tokens, at the cheapest endpoint.",
    "max_price": "US dollars for a million prompt tokens, at the cheapest endpoint.",
    "min_output_price": "US dollars for a million completion tokens, at the cheapest endpoint.",
    "max_output_price": "US dollars for a million completion tokens, at the cheapest endpoint.",
    "min_age_days": "Days since its release.",
    "max_age_days": "Days since its release.",
    "min_coding_index": f"Its score in the {CODING_INDEX}.",
    "max_coding_index": f"Its score in the {CODING_INDEX}.",
}
# OpenRouter's filters and orders that nothing in the catalog or in the traffic can answer, and why.
NOT_ANSWERED = {
    "category": "no source of the catalog says what a model is used for",
    "distillable": "no source of the catalog says whether answers may train other models",
    **{
        f"{bound}_{name}_index": f"the catalog has no {name} index"
        for bound in ("min", "max")
        for name in UNKNOWN_INDICES
    },
    **{f"{bound}_tool_success_rate": "tool calls are measured by endpoint, not by model" for bound in ("min", "max")},
    **dict.fromkeys(("use_rss", "use_rss_chat_links"), "there is no feed"),
}
SORTS_NOT_ANSWERED = {
    "intelligence-high-to-low": "the catalog has no intelligence index",
    "agentic-high-to-low": "the catalog has no agentic index",
    "design-arena-elo-high-to-low": "the catalog has no scores of Design Arena",
}
NOTHING: frozenset[str] = frozenset()


def _price(row: Row) -> float | None:
    """What a request of three prompt tokens for each completion token costs, in no unit."""
    return None if row.input_rate is None else 3 * row.input_rate + (row.output_rate or 0)


def _coding(model: Model) -> float | None:
    rows = model.facts.get("benchmarks")
    for row in rows if isinstance(rows, list) else ():
        score = row.get("score") if isinstance(row, dict) and row.get("name") == CODING_INDEX else None
        if isinstance(score, int | float):
            return score
    return None


def _negated(value: float | None) -> float | None:
    return None if value is None else -value


Order = Callable[[Row], float | None]


@dataclass(frozen=True, slots=True)
class Traffic:
    """What was measured: figures by endpoint, and each model's tokens of seven days."""

    figures: Mapping[str, EndpointFigures]
    tokens: Mapping[str, int]


# By the tokens of a week: both names mean that at OpenRouter, too.
POPULAR = ("most-popular", "top-weekly")
# Each order's value; the smallest comes first.
SORTS: Mapping[str, Order] = {
    "newest": lambda row: -row.model.created if row.model.created else None,
    "pricing-low-to-high": _price,
    "pricing-high-to-low": lambda row: _negated(_price(row)),
    "context-high-to-low": lambda row: _negated(row.model.context),
    "throughput-high-to-low": lambda row: _negated(row.throughput),
    "latency-low-to-high": lambda row: row.latency,
    "coding-high-to-low": lambda row: _negated(_coding(row.model)),
}


@dataclass(frozen=True, slots=True)
class ModelQuery:
    """What is asked for; empty lists, absent bounds and None ask for nothing."""

    words: tuple[str, ...]
    lists: Mapping[str, frozenset[str]]
    bounds: Mapping[str, Decimal]
    zdr: bool
    region: str | None
    sort: str | None

    def asks_for_anything(self) -> bool:
        return bool(self.words or self.lists or self.bounds or self.zdr or self.region or self.sort)

    def asks_for_popularity(self) -> bool:
        return self.sort in POPULAR


def model_query(given: Mapping[str, str], catalog: Catalog) -> ModelQuery:
    """Raises InvalidRequest for a value that no model could ever have, and says which there are; and for a question
    that nothing here can answer, and says why."""
    present = {name: value.strip() for name, value in given.items() if value.strip()}
    _refuse_unanswerable(present)
    if len(present.get("q", "")) > LONGEST_SEARCH:
        raise InvalidRequest(f"`q` may have at most {LONGEST_SEARCH} characters.", param="q")
    known = _known(catalog)
    return ModelQuery(
        words=tuple(present.get("q", "").lower().split()),
        lists={name: _several(name, present[name], known[name]) for name in LISTS if name in present},
        bounds={name: _number(name, present[name]) for name in BOUNDS if name in present},
        zdr=_one(present, "zdr", ("true", "false")) == "true",
        region=_one(present, "region", sorted(known["region"])),
        sort=_one(present, "sort", (*POPULAR, *SORTS)),
    )


def selected(models: Iterable[Model], query: ModelQuery, traffic: Traffic, now: float) -> list[Model]:
    """`now` is Unix seconds."""
    rows = [row for model in models if _holds(row := row_of(model, traffic.figures), query, now)]
    order = _order(query, traffic)
    if order:
        rows.sort(key=lambda row: ((value := order(row)) is None, value or 0, row.model.id))
    return [row.model for row in rows]


def _order(query: ModelQuery, traffic: Traffic) -> Order | None:
    if query.asks_for_popularity():
        return lambda row: _negated(traffic.tokens.get(row.model.id))
    return SORTS.get(query.sort or "")


def query_parameters() -> list[Json]:
    """For the API's document."""
    told = {
        "q": "Words in id, name or description.",
        **LISTS,
        **BOUNDS,
        "zdr": "`true`: an endpoint that keeps no prompts.",
        "region": "A part of the world that an endpoint stays in.",
        "sort": f"One of {', '.join((*POPULAR, *SORTS))}.",
    }
    return [_told(name, words) for name, words in told.items()]


def _told(name: str, words: str) -> JsonObject:
    return {"name": name, "in": "query", "required": False, "description": words, "schema": {"type": "string"}}


def _holds(row: Row, query: ModelQuery, now: float) -> bool:
    model = row.model
    text = f"{model.id} {model.name} {model.description} {' '.join(model.aliases)}".lower()
    return (
        all(word in text for word in query.words)
        and _in_lists(model, query.lists)
        and (not (query.zdr or query.region) or any(_suits(one, query) for one in model.endpoints))
        and all(_in_bound(row, name, bound, now) for name, bound in query.bounds.items())
    )


def _in_lists(model: Model, lists: Mapping[str, frozenset[str]]) -> bool:
    parameters = lists.get("supported_parameters", NOTHING)
    outputs = lists.get("output_modalities", NOTHING)
    return (
        (not parameters or any(parameters <= (one.supported_parameters or NOTHING) for one in model.endpoints))
        and lists.get("input_modalities", NOTHING) <= set(model.input_modalities)
        and (not outputs or "all" in outputs or bool(outputs & set(model.output_modalities)))
        and _one_of(lists.get("model_authors"), [model.author])
        and _one_of(lists.get("providers"), [one.provider.id for one in model.endpoints])
        and _one_of(lists.get("arch"), [str(model.facts.get("tokenizer", "Other"))])
    )


def _one_of(wanted: frozenset[str] | None, found: Sequence[str]) -> bool:
    return wanted is None or not wanted.isdisjoint(found)


def _suits(endpoint: Endpoint, query: ModelQuery) -> bool:
    keeps_nothing = endpoint.data_policy.retention_days == 0
    return (keeps_nothing or not query.zdr) and query.region in (None, endpoint.region)


def _in_bound(row: Row, name: str, bound: Decimal, now: float) -> bool:
    match name:
        case "context":
            value = _decimal(row.model.context)
        case "min_price" | "max_price":
            value = _decimal(row.input_rate, NANO)
        case "min_output_price" | "max_output_price":
            value = _decimal(row.output_rate, NANO)
        case "min_coding_index" | "max_coding_index":
            coding = _coding(row.model)
            value = None if coding is None else Decimal(str(coding))
        case _:
            value = _decimal(int(now) - row.model.created if row.model.created else None, DAY)
    if value is None:
        return False
    return value <= bound if name.startswith("max") else value >= bound


def _decimal(number: int | None, parts: int = 1) -> Decimal | None:
    return None if number is None else Decimal(number) / parts


def _known(catalog: Catalog) -> dict[str, set[str]]:
    models = catalog.models.values()
    endpoints = [endpoint for model in models for endpoint in model.endpoints]
    return {
        "supported_parameters": {name for one in endpoints for name in one.supported_parameters or ()},
        "input_modalities": {kind for model in models for kind in model.input_modalities},
        "output_modalities": {"all", *(kind for model in models for kind in model.output_modalities)},
        "model_authors": {model.author for model in models},
        "providers": set(catalog.providers),
        "arch": {str(model.facts.get("tokenizer", "Other")) for model in models},
        "region": {one.region for one in endpoints if one.region},
    }


def _several(name: str, text: str, known: set[str]) -> frozenset[str]:
    values = frozenset(value.strip() for value in text.split(",") if value.strip())
    if not values <= known:
        raise InvalidRequest(f"`{name}` takes {', '.join(sorted(known))}, with commas between.", param=name)
    return values


def _one(given: Mapping[str, str], name: str, known: Sequence[str]) -> str | None:
    value = given.get(name)
    if value is not None and value not in known:
        raise InvalidRequest(f"`{name}` must be one of {', '.join(known) or 'none that there is'}.", param=name)
    return value


def _refuse_unanswerable(given: Mapping[str, str]) -> None:
    for name, reason in NOT_ANSWERED.items():
        if given.get(name, "false") != "false":
            raise InvalidRequest(f"`{name}` cannot be answered here: {reason}. Leave it out.", param=name)
    if missing := SORTS_NOT_ANSWERED.get(given.get("sort", "")):
        possible = ", ".join((*POPULAR, *SORTS))
        raise InvalidRequest(f"This order cannot be answered here: {missing}. `sort` takes {possible}.", param="sort")


def _number(name: str, text: str) -> Decimal:
    try:
        value = Decimal(text)
    except InvalidOperation:
        value = Decimal(-1)
    if not value.is_finite() or not 0 <= value <= LARGEST_NUMBER:
        raise InvalidRequest(f"`{name}` must be a number from 0 to {LARGEST_NUMBER:,}.", param=name)
    return value

"""Turn the compiled catalog document (catalog/compile.py writes it) into immutable values. Pure; no validation here."""

from collections import Counter
from collections.abc import Iterable, Mapping
from decimal import ROUND_HALF_UP, Decimal
from typing import cast

from switchboard.catalog.model import (
    NANO,
    Catalog,
    DataPolicy,
    Endpoint,
    Model,
    Price,
    PriceTier,
    PriceWindow,
    Provider,
)
from switchboard.catalog.on_demand import OnDemand
from switchboard.json_types import Json, JsonObject

TIER_FIELD = "above_input_tokens"
DAY = 86_400


def load_catalog(document: JsonObject) -> Catalog:
    """`document` holds `providers` and `models`, each by id; a model holds its endpoints."""
    providers = {key: _provider(key, value) for key, value in _objects(document["providers"])}
    rows = dict(_objects(document["models"]))
    aliases = {alias: key for key, row in rows.items() for alias in _strings(row, "aliases", ())}
    models = OnDemand(rows, lambda key: _model(key, rows[key], providers))
    return Catalog(models, providers, {**_bare_names(rows), **aliases})


def _bare_names(models: Iterable[str]) -> dict[str, str]:
    """What clients of one maker write: the name without its author, where no two authors share it."""
    names = Counter(name.partition("/")[2] for name in models)
    return {bare: name for name in models if names[bare := name.partition("/")[2]] == 1}


def nano_rates(prices: Mapping[str, Json], paid: Decimal = Decimal(1)) -> dict[str, int]:
    """Decimal strings in USD (per million tokens, or for one request) as nano-dollars per million units.

    `paid` is what a discount leaves of the price; a rate is whole nano-dollars, rounded half up.
    """
    return {unit: _nano(unit, str(usd), paid) for unit, usd in prices.items()}


def _nano(unit: str, usd: str, paid: Decimal) -> int:
    per_million = Decimal(usd) if unit not in PER_ONE else Decimal(usd) * 10**6
    return int((per_million * NANO * paid).to_integral_value(ROUND_HALF_UP))


PER_ONE = frozenset({"request", "image", "web_search"})


def _provider(key: str, row: JsonObject) -> Provider:
    return Provider(
        id=key,
        name=str(row.get("name", key)),
        protocol=str(row["protocol"]),
        base_url=str(row["base_url"]).rstrip("/"),
        auth=str(row.get("auth", "bearer")),
        key_env=_text(row, "key_env"),
        region=_text(row, "region"),
        headers={name: str(value) for name, value in cast(JsonObject, row.get("headers", {})).items()},
        quirks=_names(row, "quirks"),
        data_policy=_policy(row, DataPolicy()),
        status_page=_text(row, "status_page"),
        docs=_text(row, "docs"),
        facts=cast(JsonObject, row.get("facts", {})),
    )


def _model(key: str, row: JsonObject, providers: Mapping[str, Provider]) -> Model:
    offers = cast("list[JsonObject]", row.get("endpoints", []))
    return Model(
        id=key,
        name=str(row.get("name", key)),
        author=key.partition("/")[0],
        description=str(row.get("description", "")),
        created=_number(row, "created") or 0,
        aliases=_strings(row, "aliases", ()),
        context=_number(row, "context"),
        max_output=_number(row, "max_output"),
        input_modalities=_strings(row, "input_modalities", ("text",)),
        output_modalities=_strings(row, "output_modalities", ("text",)),
        knowledge_cutoff=_text(row, "knowledge_cutoff"),
        reasoning=cast("bool | None", row.get("reasoning")),
        endpoints=tuple(_endpoint(key, row, offer, providers) for offer in offers),
        facts=cast(JsonObject, row.get("facts", {})),
    )


def _endpoint(model: str, model_row: JsonObject, row: JsonObject, providers: Mapping[str, Provider]) -> Endpoint:
    provider = providers[str(row["provider"])]
    tag = str(row.get("tag", provider.id))
    return Endpoint(
        id=f"{model}@{tag}",
        tag=tag,
        model=model,
        provider=provider,
        upstream_id=str(row["upstream_id"]),
        price=_price(row),
        context=_number(row, "context") or _number(model_row, "context"),
        max_output=_number(row, "max_output") or _number(model_row, "max_output"),
        input_modalities=frozenset(
            _strings(row, "input_modalities", _strings(model_row, "input_modalities", ("text",)))
        ),
        output_modalities=frozenset(
            _strings(row, "output_modalities", _strings(model_row, "output_modalities", ("text",)))
        ),
        supported_parameters=_names(row, "supported_parameters") if "supported_parameters" in row else None,
        quantization=_text(row, "quantization"),
        region=_text(row, "region") or provider.region,
        data_policy=_policy(row, provider.data_policy),
        status=str(row.get("status", "active")),
        invoke=_text(row, "invoke"),
        spoken=_text(row, "protocol"),
        facts=cast(JsonObject, row.get("facts", {})),
    )


def _price(row: JsonObject) -> Price:
    paid = 1 - Decimal(str(row.get("discount", 0)))
    tiers = [
        PriceTier(
            int(cast(int, tier[TIER_FIELD])), nano_rates({k: v for k, v in tier.items() if k != TIER_FIELD}, paid)
        )
        for tier in cast("list[JsonObject]", row.get("price_tiers", []))
    ]
    tiers.sort(key=lambda tier: tier.above_input_tokens)
    extra = cast(JsonObject, row.get("price_extra", {}))
    return Price(
        nano_rates(cast(JsonObject, row.get("price", {})), paid),
        tuple(tiers),
        extra,
        {name.rpartition("=")[2]: nano_rates(rates, paid) for name, rates in _objects(extra.get("service_tiers", {}))},
        tuple(_window(window, paid) for window in cast("list[JsonObject]", extra.get("time_of_day", []))),
        _text(row, "price_source"),
    )


def _window(window: JsonObject, paid: Decimal) -> PriceWindow:
    """Without an end it lasts until midnight. Times are UTC, with or without saying so."""
    rates = {unit: usd for unit, usd in window.items() if unit not in ("start", "end")}
    return PriceWindow(
        _second_of_day(window.get("start"), 0), _second_of_day(window.get("end"), DAY), nano_rates(rates, paid)
    )


def _second_of_day(moment: Json, default: int) -> int:
    if moment is None:
        return default
    hours, minutes = str(moment).split(":")[:2]
    return int(hours) * 3600 + int(minutes) * 60


def _policy(row: JsonObject, default: DataPolicy) -> DataPolicy:
    if "data_policy" not in row:
        return default
    policy = cast(JsonObject, row["data_policy"])
    return DataPolicy(
        training=cast("bool | None", policy.get("training")),
        retention_days=_number(policy, "retention_days"),
        verified=bool(policy.get("verified", False)),
    )


def _objects(table: Json) -> list[tuple[str, JsonObject]]:
    return [(key, cast(JsonObject, value)) for key, value in cast(JsonObject, table).items()]


def _text(row: JsonObject, name: str) -> str | None:
    value = row.get(name)
    return None if value is None else str(value)


def _number(row: JsonObject, name: str) -> int | None:
    return cast("int | None", row.get(name))


def _strings(row: JsonObject, name: str, default: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(str(value) for value in cast("list[Json]", row[name])) if name in row else default


def _names(row: JsonObject, name: str) -> frozenset[str]:
    return frozenset(_strings(row, name, ()))

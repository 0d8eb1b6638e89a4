"""Models, endpoints and providers as public JSON, in OpenRouter's field names with ours added."""

import math
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from functools import lru_cache

from switchboard.catalog.model import EMBEDDING, NANO, TOKENS_PER_PRICE, DataPolicy, Endpoint, Model, Price, Provider
from switchboard.health.figures import NO_FIGURES, EndpointFigures, Rankings, Spread, Uptime
from switchboard.health.pauses import Pause
from switchboard.json_types import Json, JsonObject

# OpenRouter's word.
_PLURAL = {EMBEDDING: "embeddings"}
_PRICE_NAMES = {
    "input": "prompt",
    "output": "completion",
    "cache_read": "input_cache_read",
    "cache_write_5m": "input_cache_write",
    "cache_write_1h": "input_cache_write_1h",
    "reasoning": "internal_reasoning",
    "input_audio": "audio",
    "output_audio": "audio_output",
    "image": "image",
    "request": "request",
    "web_search": "web_search",
}


def model_object(model: Model) -> JsonObject:
    """A row of the model list; its `pricing` is that of the cheapest endpoint."""
    cheapest = cheapest_of(model)
    return {
        "id": model.id,
        **_for_sdks(model),
        "canonical_slug": model.id,
        "name": model.name,
        "description": model.description,
        "context_length": model.context,
        "architecture": _architecture(model),
        "pricing": pricing_object(cheapest.price) if cheapest else {"prompt": None, "completion": None},
        "top_provider": {
            "context_length": cheapest.context if cheapest else model.context,
            "max_completion_tokens": cheapest.max_output if cheapest else model.max_output,
            "is_moderated": None,
        },
        "per_request_limits": None,
        "supported_parameters": _all_parameters(model),
        "knowledge_cutoff": model.knowledge_cutoff,
        "providers": [endpoint.tag for endpoint in model.endpoints],
    }


def cheapest_of(model: Model) -> Endpoint | None:
    """The endpoint with the least input price that is known."""
    return min(model.endpoints, key=_input_rate, default=None)


def _for_sdks(model: Model) -> JsonObject:
    """What the readers of OpenAI's and of Anthropic's SDK insist on."""
    return {
        "created": model.created,
        "object": "model",
        "owned_by": model.author,
        "type": "model",
        "display_name": model.name,
        "created_at": datetime.fromtimestamp(model.created, UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "lifecycle": "active",
        "max_input_tokens": model.context,
        "max_tokens": model.max_output,
    }


def model_endpoints(model: Model, rankings: Rankings, pauses: Mapping[str, Pause]) -> JsonObject:
    """`pauses` are by endpoint."""
    return {
        "id": model.id,
        "name": model.name,
        "created": model.created,
        "description": model.description,
        "architecture": _architecture(model),
        "measured_until": rankings.version * 60 if rankings.version else None,
        "endpoints": [
            endpoint_object(model, endpoint, rankings.endpoints.get(endpoint.id, NO_FIGURES), pauses.get(endpoint.id))
            for endpoint in model.endpoints
        ],
    }


def endpoint_object(
    model: Model, endpoint: Endpoint, figures: EndpointFigures, pause: Pause | None = None
) -> JsonObject:
    """Uptime in percent (null: no attempts), latency (time to first token) in ms, throughput in tokens per second."""
    return {
        "id": endpoint.id,
        "name": f"{endpoint.provider.name} | {model.id}",
        "model_id": model.id,
        "model_name": model.name,
        "provider_name": endpoint.provider.name,
        "tag": endpoint.tag,
        "status": 0 if endpoint.status == "active" else -1,
        "context_length": endpoint.context,
        "max_completion_tokens": endpoint.max_output,
        "max_prompt_tokens": None,
        "pricing": pricing_object(endpoint.price),
        "quantization": endpoint.quantization,
        "supported_parameters": _sorted(endpoint.supported_parameters or ()),
        "supports_implicit_caching": "cache_read" in endpoint.price.rates,
        "input_modalities": _sorted(endpoint.input_modalities),
        "output_modalities": _sorted(endpoint.output_modalities),
        "region": endpoint.region,
        "data_policy": policy_object(endpoint.data_policy),
        "protocols": endpoint.facts.get("protocols", []),
        "moderation": endpoint.facts.get("moderation"),
        "status_page_url": endpoint.provider.status_page,
        "simulated": endpoint.provider.facts.get("simulated") is True,
        "paused": pause_object(pause) if pause else None,
        **_figures(figures),
    }


def provider_object(provider: Provider) -> JsonObject:
    return {
        "slug": provider.id,
        "name": provider.name,
        "privacy_policy_url": provider.facts.get("privacy_policy_url"),
        "terms_of_service_url": provider.facts.get("terms_of_service_url"),
        "status_page_url": provider.status_page,
        "headquarters": provider.facts.get("headquarters"),
        "datacenters": provider.facts.get("datacenters"),
        "docs_url": provider.docs,
        "protocol": provider.protocol,
        "simulated": provider.facts.get("simulated") is True,
    }


def pricing_object(price: Price) -> JsonObject:
    """Decimal strings, USD for one unit. Prompt and completion are always there, null if they are not known."""
    tiers: list[Json] = [{"min_prompt_tokens": tier.above_input_tokens, **_named(tier.rates)} for tier in price.tiers]
    return {"prompt": None, "completion": None, **_named(price.rates), **({"overrides": tiers} if tiers else {})}


def _named(rates: Mapping[str, int]) -> JsonObject:
    return {_PRICE_NAMES[unit]: usd_per_unit(rate) for unit, rate in rates.items() if unit in _PRICE_NAMES}


def usd_per_unit(rate: int) -> str:
    """`rate` is in nano-dollars per million units; the shortest exact decimal comes out, never an exponent."""
    return decimal_text(rate, NANO * TOKENS_PER_PRICE)


@lru_cache(maxsize=4096)  # few prices stand in many rows
def decimal_text(amount: int, parts: int) -> str:
    """`amount` in so many parts of a whole."""
    text = f"{Decimal(amount) / parts:f}"
    return text.rstrip("0").rstrip(".") or "0" if "." in text else text


def _architecture(model: Model) -> JsonObject:
    given, made = model.input_modalities, [_PLURAL.get(kind, kind) for kind in model.output_modalities]
    return {
        "modality": f"{'+'.join(given)}->{'+'.join(made)}",
        "input_modalities": list(given),
        "output_modalities": list(made),
        "tokenizer": model.facts.get("tokenizer", "Other"),
        "instruct_type": None,
    }


def _all_parameters(model: Model) -> list[Json]:
    return _sorted({name for endpoint in model.endpoints for name in endpoint.supported_parameters or ()})


def _sorted(names: Iterable[str]) -> list[Json]:
    return list(sorted(names))


def _input_rate(endpoint: Endpoint) -> tuple[bool, int]:
    return not endpoint.price.is_known, endpoint.price.rates.get("input", 0)


def pause_object(pause: Pause) -> JsonObject:
    """`until` in Unix seconds."""
    return {"reason": pause.reason, "until": math.ceil(pause.until)}


def policy_object(policy: DataPolicy) -> JsonObject:
    """Null is unknown."""
    return {"training": policy.training, "retention_days": policy.retention_days, "verified": policy.verified}


def _figures(figures: EndpointFigures) -> JsonObject:
    return {
        "uptime_last_5m": percent(figures.uptime_5m),
        "uptime_last_30m": percent(figures.uptime_30m),
        "uptime_last_1d": percent(figures.uptime_1d),
        "attempts_last_1d": figures.uptime_1d.counted,
        "probes_last_1d": _probes(figures.probes_1d),
        "latency_last_30m": spread_object(figures.latency_30m),
        "throughput_last_30m": spread_object(figures.throughput_30m),
    }


def _probes(met: Uptime) -> JsonObject | None:
    """None without probes: nobody switched them on, or callers asked often enough."""
    return {"uptime": percent(met), "attempts": met.counted} if met.counted else None


def percent(uptime: Uptime) -> float | None:
    return None if uptime.ratio is None else round(uptime.ratio * 100, 2)


def spread_object(spread: Spread | None) -> JsonObject | None:
    if spread is None:
        return None
    return {
        "p50": round(spread.p50, 2),
        "p75": round(spread.p75, 2),
        "p90": round(spread.p90, 2),
        "p99": round(spread.p99, 2),
        "min": round(spread.min, 2),
        "max": round(spread.max, 2),
        "avg": round(spread.avg, 2),
        "count": spread.count,
    }

"""ZenMux's way of saying what OpenRouter's `provider` object says, rewritten into it.

https://docs.zenmux.ai/guide/advanced/provider-routing has `provider.routing` and `provider.fallback`.
"""

from switchboard.errors import InvalidRequest
from switchboard.json_types import Json, JsonObject
from switchboard.routing.preference_fields import names, refuse, table, word

ROUTING, FALLBACK = "routing", "fallback"
TYPES = ("priority", "order", "round_robin", "least_latency")
# Each of its two documents has words of its own for the same three measures.
FACTORS = {
    "latency": "latency",
    "price": "price",
    "cost": "price",
    "throughput": "throughput",
    "speed": "throughput",
    "quality": "exacto",
}
ENDPOINT_SUFFIX = "_endpoint"


def rewritten(provider: JsonObject) -> tuple[JsonObject, str | None]:
    """The `provider` object in OpenRouter's words, and a model to fall back to if one is named.

    Raises InvalidRequest for a word that is not known, or for a wish that is said in both ways.
    """
    wishes = {name: value for name, value in provider.items() if name not in (ROUTING, FALLBACK)}
    said = _routing(provider.get(ROUTING))
    model, allowed = _fallback(provider.get(FALLBACK))
    if allowed is not None:
        said["allow_fallbacks"] = allowed
    twice = sorted(name for name in said if wishes.get(name) is not None)
    if twice:
        where = f"provider.{twice[0]}"
        raise InvalidRequest(f"`{where}` is said in ZenMux's words as well; keep one of them.", param=where)
    return {**wishes, **said}, model


def _routing(value: Json) -> JsonObject:
    where = "provider.routing"
    given = table(value, where, ("type", "primary_factor", "providers"))
    kind = word(given.get("type"), f"{where}.type", TYPES)
    factor = word(given.get("primary_factor"), f"{where}.primary_factor", tuple(FACTORS))
    listed: list[Json] = [_provider(name) for name in names(given, "providers", where)]
    if kind == "order":
        if not listed:
            raise refuse(f"{where}.providers", "a list of at least one provider")
        return {"order": listed, "only": listed}
    said: JsonObject = {"only": listed} if listed else {}
    if kind == "least_latency":
        said["sort"] = "latency"
    elif factor is not None:
        said["sort"] = FACTORS[factor]
    return said


def _provider(slug: str) -> str:
    """`anthropic/anthropic_endpoint` is ZenMux's name for Anthropic's own."""
    provider, _, variant = slug.partition("/")
    return provider if variant.endswith(ENDPOINT_SUFFIX) else slug


def _fallback(value: Json) -> tuple[str | None, bool | None]:
    """A model to fall back to, or whether to fall back at all."""
    if value is None:
        return None, None
    if value in (True, "true"):
        return None, True
    if value in (False, "false"):
        return None, False
    if isinstance(value, str) and "/" in value:
        return value, None
    raise refuse("provider.fallback", "a model (`author/slug`), true or false")

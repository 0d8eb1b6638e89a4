"""Cache marks: Anthropic marks a block, Bedrock puts a point after it."""

from collections.abc import Mapping

from switchboard.catalog.model import Endpoint
from switchboard.json_types import Json, JsonObject


def cache_points(extra: Mapping[str, Json], endpoint: Endpoint) -> list[JsonObject]:
    """One point, or none: an endpoint without a price for cached tokens has no cache and refuses the word."""
    mark = extra.get("cache_control")
    rates = endpoint.price.rates
    if not isinstance(mark, dict) or "cache_read" not in rates:
        return []
    point: JsonObject = {"type": "default"}
    if mark.get("ttl") == "1h" and "cache_write_1h" in rates:
        point["ttl"] = "1h"
    return [{"cachePoint": point}]

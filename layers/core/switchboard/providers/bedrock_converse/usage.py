"""Bedrock's token counts: its input is what no cache had, so the buckets are nearly as they come."""

from switchboard.chat import Usage
from switchboard.json_types import Json, JsonObject
from switchboard.providers.service_tiers import unusual_tier

HOUR = "1h"


def read_usage(usage: JsonObject, tier: Json = None) -> Usage:
    """`tier` is the reply's `serviceTier`.

    `cacheDetails` says how much was written for an hour; the rest of the writes is for five minutes.

    Reasoning is counted inside the output and never told apart.
    """
    details = usage.get("cacheDetails")
    for_an_hour = sum(
        _count(detail, "inputTokens")
        for detail in (details if isinstance(details, list) else [])
        if isinstance(detail, dict) and detail.get("ttl") == HOUR
    )
    written = max(_count(usage, "cacheWriteInputTokens"), for_an_hour)
    return Usage(
        input=_count(usage, "inputTokens"),
        cache_read=_count(usage, "cacheReadInputTokens"),
        cache_write_5m=written - for_an_hour,
        cache_write_1h=for_an_hour,
        output=_count(usage, "outputTokens"),
        service_tier=unusual_tier(tier.get("type")) if isinstance(tier, dict) else None,
    )


def _count(table: JsonObject, name: str) -> int:
    """Nothing, null and nonsense count as 0: a bill is never negative."""
    value = table.get(name)
    return max(0, value) if isinstance(value, int) else 0

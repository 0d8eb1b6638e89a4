"""Token counts of a Response, taken apart into buckets that do not overlap."""

from switchboard.chat import Usage
from switchboard.json_types import Json, JsonObject
from switchboard.providers.service_tiers import unusual_tier

_SEARCH = "web_search_call"


def read_usage(response: JsonObject) -> Usage | None:
    """Cached tokens are counted inside the input, reasoning inside the output. None if nothing was counted."""
    usage = response.get("usage")
    if not isinstance(usage, dict):
        return None
    details, spent = _object(usage.get("input_tokens_details")), _object(usage.get("output_tokens_details"))
    read, written = _count(details, "cached_tokens"), _count(details, "cache_write_tokens")
    reasoning = _count(spent, "reasoning_tokens")
    return Usage(
        input=max(0, _count(usage, "input_tokens") - read - written),
        cache_read=read,
        cache_write_5m=written,
        output=max(0, _count(usage, "output_tokens") - reasoning),
        reasoning=reasoning,
        web_searches=_searches(response.get("output")),
        service_tier=unusual_tier(response.get("service_tier")),
    )


def _searches(output: Json) -> int:
    """Opening a page that was found, and looking for words on it, are calls too, but not billed."""
    items = output if isinstance(output, list) else []
    calls = [item for item in items if isinstance(item, dict) and item.get("type") == _SEARCH]
    return sum(_object(call.get("action")).get("type", "search") == "search" for call in calls)


def _count(table: JsonObject, name: str) -> int:
    """Nothing, null and nonsense count as 0: a bill is never negative."""
    value = table.get(name)
    return max(0, value) if isinstance(value, int) else 0


def _object(value: Json) -> JsonObject:
    return value if isinstance(value, dict) else {}

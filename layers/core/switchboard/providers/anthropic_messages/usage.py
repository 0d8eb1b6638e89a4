"""Anthropic's token counts, as buckets that do not overlap: its `input_tokens` is what no cache had to do with."""

from switchboard.chat import Usage
from switchboard.json_types import Json, JsonObject
from switchboard.providers.service_tiers import unusual_tier


def read_usage(usage: JsonObject) -> Usage:
    """What compaction used is billed, but listed beside the totals: it is added to them."""
    tables = [usage, *_compactions(usage)]
    written = [_written(table) for table in tables]
    spoken = [_spoken(table) for table in tables]
    return Usage(
        input=sum(_count(table, "input_tokens") for table in tables),
        cache_read=sum(_count(table, "cache_read_input_tokens") for table in tables),
        cache_write_5m=sum(five_minutes for five_minutes, _ in written),
        cache_write_1h=sum(one_hour for _, one_hour in written),
        output=sum(text for text, _ in spoken),
        reasoning=sum(thinking for _, thinking in spoken),
        web_searches=_count(_object(usage.get("server_tool_use")), "web_search_requests"),
        service_tier=_tier(usage),
    )


def _tier(usage: JsonObject) -> str | None:
    """Fast mode is not called a tier but priced like one."""
    return "fast" if usage.get("speed") == "fast" else unusual_tier(usage.get("service_tier"))


def _compactions(usage: JsonObject) -> list[JsonObject]:
    steps = usage.get("iterations")
    if not isinstance(steps, list):
        return []
    return [step for step in steps if isinstance(step, dict) and step.get("type") == "compaction"]


def _written(table: JsonObject) -> tuple[int, int]:
    """Cache writes for five minutes and for an hour; those whose life is not told are the cheaper ones."""
    by_life = _object(table.get("cache_creation"))
    one_hour = _count(by_life, "ephemeral_1h_input_tokens")
    told = _count(by_life, "ephemeral_5m_input_tokens")
    return max(told, _count(table, "cache_creation_input_tokens") - one_hour), one_hour


def _spoken(table: JsonObject) -> tuple[int, int]:
    output = _count(table, "output_tokens")
    thinking = min(output, _count(_object(table.get("output_tokens_details")), "thinking_tokens"))
    return output - thinking, thinking


def _count(table: JsonObject, name: str) -> int:
    """Nothing, null and nonsense count as 0: a bill is never negative."""
    value = table.get(name)
    return max(0, value) if isinstance(value, int) else 0


def _object(value: Json) -> JsonObject:
    return value if isinstance(value, dict) else {}

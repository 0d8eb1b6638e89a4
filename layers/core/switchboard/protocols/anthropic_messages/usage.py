"""Token counts in Anthropic's names: `input_tokens` is what no cache had to do with."""

from switchboard.accounting.price import Bill
from switchboard.json_types import JsonObject

NANO = 10**9


def usage_object(bill: Bill, native: JsonObject) -> JsonObject:
    """`native` is what the provider said in the same dialect; `cost` is the whole bill in USD."""
    usage = bill.usage
    shown: JsonObject = {
        **native,
        "input_tokens": usage.input + usage.input_audio,
        "cache_creation_input_tokens": usage.written_tokens,
        "cache_read_input_tokens": usage.cached_tokens,
        "cache_creation": {
            "ephemeral_5m_input_tokens": usage.cache_write_5m,
            "ephemeral_1h_input_tokens": usage.cache_write_1h,
        },
        "output_tokens": usage.completion_tokens,
        "cost": _usd(bill.total),
        "cost_details": {
            "upstream_inference_cost": None,
            "upstream_inference_input_cost": _usd(bill.prompt),
            "upstream_inference_output_cost": _usd(bill.completion),
        },
    }
    if usage.reasoning:
        shown["output_tokens_details"] = {"thinking_tokens": usage.reasoning}
    if usage.web_searches and "server_tool_use" not in native:
        shown["server_tool_use"] = {"web_search_requests": usage.web_searches, "web_fetch_requests": 0}
    if "iterations" in native:  # compaction is listed there and in the bill, but not in the totals
        shown.update(native)
    shown.setdefault("service_tier", "standard")
    return shown


def _usd(nano_dollars: int | None) -> float | None:
    """Rounded once, for display: the records keep the integer."""
    return None if nano_dollars is None else nano_dollars / NANO


def opening_usage(prompt_tokens: int) -> JsonObject:
    """Before anything is counted: clients show what a message costs from its first event on, so it is never 0."""
    return {
        "input_tokens": max(1, prompt_tokens),
        "cache_creation_input_tokens": 0,
        "cache_read_input_tokens": 0,
        "output_tokens": 1,
    }

"""Token counts in Responses' names, and what they cost in USD (OpenRouter's fields)."""

from switchboard.accounting.price import Bill
from switchboard.catalog.model import NANO
from switchboard.json_types import Json, JsonObject
from switchboard.protocols.checks import is_object


def usage_object(bill: Bill, native: Json = None) -> JsonObject:
    """`cost` is the whole bill: nothing is to be added to it. Details that only `native` has are kept."""
    usage = bill.usage
    given = native if is_object(native) else {}
    return {
        **given,
        "input_tokens": usage.prompt_tokens,
        "input_tokens_details": {
            **_details(given, "input_tokens_details"),
            "cached_tokens": usage.cached_tokens,
            "cache_write_tokens": usage.written_tokens,
        },
        "output_tokens": usage.completion_tokens,
        "output_tokens_details": {
            **_details(given, "output_tokens_details"),
            "reasoning_tokens": usage.reasoning,
        },
        "total_tokens": usage.prompt_tokens + usage.completion_tokens,
        "cost": _usd(bill.total),
        "is_byok": False,
        "cost_details": {
            "upstream_inference_cost": None,
            "upstream_inference_input_cost": _usd(bill.prompt),
            "upstream_inference_output_cost": _usd(bill.completion),
        },
    }


def _details(given: JsonObject, name: str) -> JsonObject:
    details = given.get(name)
    return details if is_object(details) else {}


def _usd(nano_dollars: int | None) -> float | None:
    """Rounded once, for display: the records keep the integer."""
    return None if nano_dollars is None else nano_dollars / NANO

"""Anthropic's words for what goes wrong (https://docs.anthropic.com/en/api/errors)."""

from collections.abc import Mapping

from local.simulator.json_types import JsonObject
from local.simulator.refusal import Refusal
from local.simulator.trouble import Trouble

TROUBLES: Mapping[Trouble, Refusal] = {
    Trouble.SERVER: Refusal(500, "Internal server error", type="api_error"),
    Trouble.UNAVAILABLE: Refusal(503, "Service temporarily unavailable", type="api_error"),
    Trouble.OVERLOADED: Refusal(529, "Overloaded", type="overloaded_error"),
    Trouble.RATE_LIMIT: Refusal(
        429, "This request would exceed your organization's rate limit.", type="rate_limit_error"
    ),
    Trouble.BAD_KEY: Refusal(401, "invalid x-api-key", type="authentication_error"),
    Trouble.FORBIDDEN: Refusal(
        403, "Your API key does not have permission to use the specified resource.", type="permission_error"
    ),
    Trouble.NO_CREDIT: Refusal(
        400,
        "Your credit balance is too low to access the Anthropic API. Please go to Plans & Billing to upgrade or "
        "purchase credits.",
    ),
    Trouble.NO_MODEL: Refusal(404, "model: simulated-model-that-is-gone", type="not_found_error"),
    Trouble.CONTEXT_LENGTH: Refusal(400, "prompt is too long: 210000 tokens > 200000 maximum"),
    Trouble.CONTENT_POLICY: Refusal(400, "Output blocked by content filtering policy"),
    Trouble.NO_KEY: Refusal(401, "x-api-key header is required", type="authentication_error"),
    Trouble.UNREADABLE: Refusal(400, "The request body is not valid JSON: expected a JSON object"),
}


def error_body(refusal: Refusal) -> JsonObject:
    error: JsonObject = {"type": refusal.type, "message": refusal.message}
    return {"type": "error", "error": error, "request_id": "req_simulated"}


def error_headers(refusal: Refusal) -> Mapping[str, str]:
    waits = {} if refusal.wait is None else {"retry-after": f"{refusal.wait:g}"}
    return {"request-id": "req_simulated", "x-should-retry": str(refusal.status >= 429).lower(), **waits}

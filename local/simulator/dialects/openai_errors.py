"""OpenAI's words for what goes wrong, in either of its dialects.

https://platform.openai.com/docs/guides/error-codes
"""

from collections.abc import Mapping

from local.simulator.json_types import JsonObject
from local.simulator.refusal import Refusal
from local.simulator.trouble import Trouble

TROUBLES: Mapping[Trouble, Refusal] = {
    Trouble.SERVER: Refusal(
        500, "The server had an error while processing your request. Sorry about that!", type="server_error"
    ),
    Trouble.UNAVAILABLE: Refusal(
        503, "The engine is currently overloaded, please try again later.", type="service_unavailable"
    ),
    Trouble.OVERLOADED: Refusal(
        503,
        "That model is currently overloaded with other requests.",
        code="server_is_overloaded",
        type="service_unavailable_error",
    ),
    Trouble.RATE_LIMIT: Refusal(429, "Rate limit reached.", code="rate_limit_exceeded", type="requests"),
    Trouble.BAD_KEY: Refusal(401, "Incorrect API key provided: simulated.", code="invalid_api_key"),
    Trouble.FORBIDDEN: Refusal(
        403, "Country, region, or territory not supported", code="unsupported_country_region_territory"
    ),
    Trouble.NO_CREDIT: Refusal(
        429,
        "You exceeded your current quota, please check your plan and billing details.",
        code="insufficient_quota",
        type="insufficient_quota",
    ),
    Trouble.NO_MODEL: Refusal(
        404, "The model does not exist or you do not have access to it.", "model", "model_not_found"
    ),
    Trouble.CONTEXT_LENGTH: Refusal(
        400,
        "This model's maximum context length is 1000 tokens. However, your messages resulted in more tokens. "
        "Please reduce the length of the messages.",
        "messages",
        "context_length_exceeded",
    ),
    Trouble.CONTENT_POLICY: Refusal(
        400,
        "Your request was rejected as a result of our safety system.",
        "messages",
        "content_policy_violation",
    ),
    Trouble.NO_KEY: Refusal(
        401, "You didn't provide an API key. Provide it in an Authorization header.", code="invalid_api_key"
    ),
    Trouble.UNREADABLE: Refusal(
        400,
        "We could not parse the JSON body of your request. (HINT: This likely means you aren't using your HTTP library "
        "correctly. The OpenAI API expects a JSON payload, but what was sent was not valid JSON.)",
    ),
}


def has_bearer(headers: Mapping[str, str]) -> bool:
    """`api-key` is Azure's way."""
    return headers.get("authorization", "").startswith("Bearer ") or bool(headers.get("api-key"))


def error_body(refusal: Refusal) -> JsonObject:
    message = refusal.message
    if refusal.status == 429 and refusal.wait is not None:
        message = f"{message} Please try again in {refusal.wait:g}s."
    return {"error": {"message": message, "type": refusal.type, "param": refusal.param, "code": refusal.code}}


def error_headers(refusal: Refusal) -> Mapping[str, str]:
    return {} if refusal.wait is None else {"retry-after": f"{refusal.wait:g}"}

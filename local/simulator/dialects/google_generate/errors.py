"""Google's words for what goes wrong (https://ai.google.dev/gemini-api/docs/troubleshooting)."""

from collections.abc import Mapping

from local.simulator.json_types import Json, JsonObject
from local.simulator.refusal import Refusal
from local.simulator.trouble import Trouble

INVALID = "INVALID_ARGUMENT"
_RPC = "type.googleapis.com/google.rpc."
TROUBLES: Mapping[Trouble, Refusal] = {
    Trouble.SERVER: Refusal(500, "An internal error has occurred. Please retry.", type="INTERNAL"),
    Trouble.UNAVAILABLE: Refusal(503, "The service is currently unavailable.", type="UNAVAILABLE"),
    Trouble.OVERLOADED: Refusal(503, "The model is overloaded. Please try again later.", type="UNAVAILABLE"),
    Trouble.RATE_LIMIT: Refusal(
        429, "You exceeded your current quota, please check your plan and billing details.", type="RESOURCE_EXHAUSTED"
    ),
    Trouble.BAD_KEY: Refusal(
        400, "API key not valid. Please pass a valid API key.", code="API_KEY_INVALID", type=INVALID
    ),
    Trouble.FORBIDDEN: Refusal(
        403,
        "Method doesn't allow unregistered callers (callers without established identity).",
        type="PERMISSION_DENIED",
    ),
    Trouble.NO_CREDIT: Refusal(
        400,
        "User location is not supported for the API use without a billing account linked.",
        type="FAILED_PRECONDITION",
    ),
    Trouble.NO_MODEL: Refusal(
        404,
        "models/simulated is not found for API version v1beta, or is not supported for generateContent.",
        type="NOT_FOUND",
    ),
    Trouble.CONTEXT_LENGTH: Refusal(
        400,
        "The input token count (1100000) exceeds the maximum number of tokens allowed (1048576).",
        type=INVALID,
    ),
    Trouble.CONTENT_POLICY: Refusal(400, "The prompt could not be submitted: it was blocked.", type=INVALID),
    Trouble.NO_KEY: Refusal(
        403,
        "Method doesn't allow unregistered callers (callers without established identity). Please use API Key or other "
        "form of API consumer identity to call this API.",
        type="PERMISSION_DENIED",
    ),
    Trouble.UNREADABLE: Refusal(400, "Invalid JSON payload received. Expected an object.", type=INVALID),
}


def error_body(refusal: Refusal) -> JsonObject:
    error: JsonObject = {"code": refusal.status, "message": refusal.message, "status": refusal.type}
    details: list[Json] = []
    if refusal.code is not None:
        details.append({"@type": f"{_RPC}ErrorInfo", "reason": refusal.code, "domain": "googleapis.com"})
    if refusal.wait is not None:
        details.append({"@type": f"{_RPC}RetryInfo", "retryDelay": f"{refusal.wait:g}s"})
    return {"error": error | ({"details": details} if details else {})}


def error_headers(_refusal: Refusal) -> Mapping[str, str]:
    """Google says in the body how long to wait."""
    return {}

"""Errors as Anthropic's SDKs raise them: by status, with a type of Anthropic's own."""

import re
from collections.abc import Mapping

import orjson

from switchboard.accounting.price import Bill
from switchboard.chat import NO_USAGE
from switchboard.errors import Failure, SwitchboardError, UpstreamFailure
from switchboard.json_types import JsonObject
from switchboard.protocols.anthropic_messages.usage import usage_object
from switchboard.protocols.overflow import is_overflow, sent_and_fitting

_TYPES: Mapping[int, str] = {
    400: "invalid_request_error",
    401: "authentication_error",
    402: "billing_error",
    403: "permission_error",
    404: "not_found_error",
    413: "request_too_large",
    429: "rate_limit_error",
    504: "timeout_error",
    529: "overloaded_error",
}
_OVERLOADED = ("provider_overloaded",)
TOO_LONG = "prompt is too long"
_ANTHROPICS_WORDS = re.compile(r"prompt is too long: \d+ tokens > \d+ maximum", re.IGNORECASE)


def error_body(error: SwitchboardError, generation_id: str | None) -> bytes:
    return orjson.dumps({"type": "error", "error": error_object(error), "request_id": generation_id})


def error_event(error: SwitchboardError, generation_id: str, bill: Bill) -> JsonObject:
    """What ends a stream that broke off. Anthropic's SDKs raise from it and hand it over whole, with what was used."""
    event: JsonObject = {"type": "error", "error": error_object(error), "request_id": generation_id}
    return event if bill.usage == NO_USAGE else {**event, "usage": usage_object(bill, {})}


def error_object(error: SwitchboardError) -> JsonObject:
    """OpenRouter's details stand beside Anthropic's `type` and `message`."""
    shown: JsonObject = {
        "type": _TYPES.get(status_of(error), "api_error" if error.status >= 500 else "invalid_request_error"),
        "message": _too_long(error.message) if is_overflow(error) else error.message,
        "error_type": error.code,
    }
    if error.param is not None:
        shown["param"] = error.param
    if error.metadata:
        shown["metadata"] = error.metadata
    if error.availability is not None:
        shown["availability"] = error.availability
    return shown


def status_of(error: SwitchboardError) -> int:
    """Anthropic's own: 529 for an overload, 504 for a time-out, 400 for a prompt that fits nowhere."""
    if is_overflow(error):
        return 400
    if error.code in _OVERLOADED or _failed(error) is Failure.CAPACITY:
        return 529
    if error.code == "timeout" or _failed(error) is Failure.TIMEOUT:
        return 504
    return 429 if _failed(error) is Failure.RATE_LIMIT else error.status


def _failed(error: SwitchboardError) -> Failure | None:
    return error.failure if isinstance(error, UpstreamFailure) else None


def _too_long(message: str) -> str:
    """Anthropic's words, with the numbers where the message has them."""
    told = _ANTHROPICS_WORDS.search(message)
    if told:
        return told[0].lower()
    figures = sent_and_fitting(message)
    return f"{TOO_LONG}: {figures[0]} tokens > {figures[1]} maximum" if figures else f"{TOO_LONG}: {message}"

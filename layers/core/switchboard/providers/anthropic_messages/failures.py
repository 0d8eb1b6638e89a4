"""What Anthropic's errors stand for; their type says more than their status, which a stream does not even have.

https://docs.anthropic.com/en/api/errors
"""

from collections.abc import Mapping

import orjson

from switchboard.errors import Failure, UpstreamFailure
from switchboard.json_types import Json
from switchboard.providers.failures import failure_class, retry_after

_STATUS: Mapping[str, int] = {
    "invalid_request_error": 400,
    "authentication_error": 401,
    "billing_error": 402,
    "permission_error": 403,
    "not_found_error": 404,
    "request_too_large": 413,
    "rate_limit_error": 429,
    "api_error": 500,
    "timeout_error": 504,
    "overloaded_error": 529,
}
# All of these come as an invalid_request_error with status 400.
_WORDS: tuple[tuple[str, Failure], ...] = (
    ("credit balance is too low", Failure.UPSTREAM_AUTH),
    ("reached your specified api usage limits", Failure.UPSTREAM_AUTH),
    ("content filtering policy", Failure.CONTENT_POLICY),
)
_SHOWN = 300


def classify(status: int, headers: Mapping[str, str], body: bytes, now: float) -> UpstreamFailure:
    """The failure that an HTTP status other than 200 stands for."""
    try:
        native: Json = orjson.loads(body)
    except orjson.JSONDecodeError:
        native = None
    failure = failure_of(status, native)
    failure.retry_after = retry_after(headers, now)
    return failure


def failure_of(status: int, native: Json) -> UpstreamFailure:
    """Reads {"type": "error", "error": {"type", "message"}}; with status 200 it is an error inside a stream."""
    body = native if isinstance(native, dict) else {}
    error = body.get("error")
    details = error if isinstance(error, dict) else body
    kind = details.get("type")
    told = kind if isinstance(kind, str) and kind != "error" else None
    words = details.get("message")
    message = words if isinstance(words, str) and words else f"The provider answered with status {status}."
    # An api_error may be of any kind: if there is a status, it says which.
    says = status if told == "api_error" and status >= 500 else _STATUS.get(told or "", status)
    return UpstreamFailure(
        _class(says, message),
        message[:_SHOWN],
        upstream_status=status,
        provider_code=told,
    )


def cannot_say(what: str) -> UpstreamFailure:
    """Something in the request has no words in this dialect: its caller is told so, instead of losing it silently."""
    return UpstreamFailure(Failure.BAD_REQUEST, f"{what} cannot be sent to a provider that speaks Anthropic Messages.")


def _class(status: int, message: str) -> Failure:
    plain = message.lower()
    for words, failure in _WORDS:
        if status == 400 and words in plain:
            return failure
    return failure_class(status, None, message)

"""What went wrong, from an HTTP reply, from `error` in a Response, or from an `error` event."""

import re
from collections.abc import Mapping

import orjson

from switchboard.errors import Failure, UpstreamFailure
from switchboard.json_types import Json
from switchboard.providers.failures import failure_class, retry_after

_SHOWN = 300
# Codes that only a Response has, or that say nothing of themselves beside status 200.
_BY_CODE: Mapping[str, Failure] = {
    "bio_policy": Failure.CONTENT_POLICY,
    "cyber_policy": Failure.CONTENT_POLICY,
    "image_content_policy_violation": Failure.CONTENT_POLICY,
    "misalignment_policy_violation": Failure.CONTENT_POLICY,
    "invalid_prompt": Failure.BAD_REQUEST,
    "data_residency_mismatch": Failure.BAD_REQUEST,
    "invalid_request_error": Failure.BAD_REQUEST,
    "server_is_overloaded": Failure.CAPACITY,
    "slow_down": Failure.CAPACITY,
    "usage_limit_reached": Failure.RATE_LIMIT,
    "usage_not_included": Failure.UPSTREAM_AUTH,
}
_IMAGE = re.compile(r"(?:^|_)image(?:_|$)")
_WAIT = re.compile(r"try again in\s*(\d+(?:\.\d+)?)\s*(ms|s)", re.IGNORECASE)


def classify(status: int, headers: Mapping[str, str], body: bytes, now: float) -> UpstreamFailure:
    """The failure that an HTTP status other than 200 stands for."""
    try:
        native: Json = orjson.loads(body)
    except orjson.JSONDecodeError:
        native = None
    failure = failure_of(status, native)
    failure.retry_after = retry_after(headers, now) or failure.retry_after
    return failure


def failure_of(status: int, native: Json) -> UpstreamFailure:
    """Reads {"error": {...}}, {"error": "..."}, {"code", "message"} and {"detail": ...}; 200 may be a failure too."""
    body = native if isinstance(native, dict) else {}
    error = body.get("error") or body
    details = error if isinstance(error, dict) else {"message": error}
    said = details.get("message") or details.get("detail")
    message = said if isinstance(said, str) and said else _wordless(status)
    code = details.get("code") or details.get("type")
    text_code = str(code) if isinstance(code, str | int) and code != "error" else None
    return UpstreamFailure(
        _class(status, text_code, message),
        message[:_SHOWN],
        upstream_status=status,
        provider_code=text_code,
        retry_after=_wait(message),
    )


def _class(status: int, code: str | None, message: str) -> Failure:
    told = failure_class(status, code, message)
    if status != 200 or told is not Failure.SERVER or code is None:
        return told
    if failure_class(400, code, message) is Failure.CONTEXT_LENGTH:  # in a stream there is no status to go by
        return Failure.CONTEXT_LENGTH
    return _BY_CODE.get(code, Failure.BAD_REQUEST if _IMAGE.search(code) else told)


def _wordless(status: int) -> str:
    return "The provider gave no reason." if status == 200 else f"The provider answered with status {status}."


def _wait(message: str) -> float | None:
    """Seconds, from the words that OpenAI puts into its rate limit errors."""
    found = _WAIT.search(message)
    if found is None:
        return None
    return float(found[1]) / (1000 if found[2].lower() == "ms" else 1)

"""Which class of failure Google's error stands for (google.rpc.Status, https://cloud.google.com/apis/design/errors)."""

from collections.abc import Mapping

import orjson

from switchboard.errors import Failure, UpstreamFailure
from switchboard.json_types import Json, JsonObject
from switchboard.providers.failures import failure_class, retry_after

# INVALID_ARGUMENT is not among them: its words say whether the prompt is too long or the key is wrong.
_BY_STATUS: Mapping[str, Failure] = {
    "FAILED_PRECONDITION": Failure.UPSTREAM_AUTH,  # billing not enabled, or the operator's region not served
    "UNAUTHENTICATED": Failure.UPSTREAM_AUTH,
    "PERMISSION_DENIED": Failure.UPSTREAM_AUTH,
    "NOT_FOUND": Failure.MODEL_MISSING,
    "RESOURCE_EXHAUSTED": Failure.RATE_LIMIT,
    "UNAVAILABLE": Failure.CAPACITY,
    "INTERNAL": Failure.SERVER,
    "UNKNOWN": Failure.SERVER,
    "ABORTED": Failure.SERVER,
    "CANCELLED": Failure.SERVER,
    "DEADLINE_EXCEEDED": Failure.TIMEOUT,
}
_KEY_REASONS = frozenset({"API_KEY_INVALID", "API_KEY_SERVICE_BLOCKED", "API_KEY_HTTP_REFERRER_BLOCKED"})
_RETRY_INFO = "type.googleapis.com/google.rpc.RetryInfo"
_SHOWN = 300


def classify(status: int, headers: Mapping[str, str], body: bytes, now: float) -> UpstreamFailure:
    """The failure that an HTTP status other than 200 stands for."""
    try:
        native: Json = orjson.loads(body)
    except orjson.JSONDecodeError:
        native = None
    failure = failure_of(status, native)
    if failure.retry_after is None:
        failure.retry_after = retry_after(headers, now)
    return failure


def failure_of(status: int, native: Json) -> UpstreamFailure:
    """Reads {"error": {...}}, and the same in a list: Google's answer where a stream without SSE was asked for."""
    first = native[0] if isinstance(native, list) and native else native
    error = first.get("error") if isinstance(first, dict) else None
    told = error if isinstance(error, dict) else {}
    message = str(told.get("message") or error or f"The provider answered with status {status}.")
    name, code = told.get("status"), told.get("code")
    details = [detail for detail in _list(told.get("details")) if isinstance(detail, dict)]
    reasons = {str(detail["reason"]) for detail in details if "reason" in detail}
    told_status = code if isinstance(code, int) and status == 200 else status
    return UpstreamFailure(
        _class(told_status, str(name), reasons, message),
        message[:_SHOWN],
        upstream_status=status,
        provider_code=str(name) if name else None,
        retry_after=_retry_delay(details),
    )


def _class(status: int, name: str, reasons: set[str], message: str) -> Failure:
    if not reasons.isdisjoint(_KEY_REASONS) or "API key not valid" in message or "API key expired" in message:
        return Failure.UPSTREAM_AUTH
    return _BY_STATUS.get(name) or failure_class(status, None, message)


def _retry_delay(details: list[JsonObject]) -> float | None:
    """Seconds, from a RetryInfo: {"retryDelay": "34.5s"}."""
    for detail in details:
        delay = detail.get("retryDelay")
        if detail.get("@type") == _RETRY_INFO and isinstance(delay, str):
            try:
                return max(0.0, float(delay.removesuffix("s")))
            except ValueError:
                return None
    return None


def _list(value: Json) -> list[Json]:
    return value if isinstance(value, list) else []

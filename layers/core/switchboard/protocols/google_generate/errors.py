"""Errors in Google's shape, google.rpc.Status: its SDKs raise from `code` and `status`."""

import orjson

from switchboard.errors import SwitchboardError
from switchboard.json_types import Json, JsonObject
from switchboard.protocols.overflow import is_overflow

_STATUS = {
    400: "INVALID_ARGUMENT",
    401: "UNAUTHENTICATED",
    402: "FAILED_PRECONDITION",
    403: "PERMISSION_DENIED",
    404: "NOT_FOUND",
    405: "UNIMPLEMENTED",
    408: "DEADLINE_EXCEEDED",
    409: "ABORTED",
    413: "INVALID_ARGUMENT",
    422: "INVALID_ARGUMENT",
    429: "RESOURCE_EXHAUSTED",
    499: "CANCELLED",
    502: "UNAVAILABLE",
    503: "UNAVAILABLE",
    504: "DEADLINE_EXCEEDED",
}
BLOCKED = "content_filter"
_TYPE = "type.googleapis.com/google.rpc."


def is_blocked(error: SwitchboardError) -> bool:
    """True if a provider would not read the prompt: in Google's dialect that is an answer, and no error."""
    return error.code == BLOCKED


def blocked_prompt(error: SwitchboardError, generation_id: str | None) -> JsonObject:
    feedback: JsonObject = {"blockReason": "PROHIBITED_CONTENT", "blockReasonMessage": error.message}
    return {"promptFeedback": feedback, "usageMetadata": {}, "responseId": generation_id}


def status_of(error: SwitchboardError) -> int:
    """Google's is 400 for a prompt that fits nowhere."""
    return 400 if is_overflow(error) else error.status


def error_object(error: SwitchboardError, generation_id: str | None = None) -> JsonObject:
    """{"error": {...}}: our own code as the reason, the field at fault, and how long to wait, as Google's details."""
    metadata: JsonObject = {name: _text(value) for name, value in error.metadata.items()}
    if generation_id:
        metadata["generation_id"] = generation_id
    if error.availability is not None:
        metadata["availability"] = _text(error.availability)
    info: JsonObject = {
        "@type": f"{_TYPE}ErrorInfo",
        "reason": error.code.upper(),
        "domain": "switchboard",
        "metadata": metadata,
    }
    details: list[Json] = [info]
    if error.param:
        violation: JsonObject = {"field": error.param, "description": error.message}
        details.append({"@type": f"{_TYPE}BadRequest", "fieldViolations": [violation]})
    if error.retry_after is not None:
        details.append({"@type": f"{_TYPE}RetryInfo", "retryDelay": f"{max(1, round(error.retry_after))}s"})
    status = _STATUS.get(status_of(error), "INTERNAL" if error.status >= 500 else "INVALID_ARGUMENT")
    return {"error": {"code": status_of(error), "message": error.message, "status": status, "details": details}}


def _text(value: Json) -> str:
    """Google's metadata are texts."""
    return value if isinstance(value, str) else orjson.dumps(value).decode()

"""Errors in OpenAI's shape, and those inside a stream with the codes that Codex and the SDKs act on."""

from collections.abc import Mapping

import orjson

from switchboard.errors import Failure, SwitchboardError, UpstreamFailure
from switchboard.json_types import JsonObject
from switchboard.protocols.openai_chat.errors import error_object
from switchboard.protocols.overflow import CODE as CONTEXT_LENGTH
from switchboard.protocols.overflow import is_overflow

SERVER_ERROR = "server_error"
RATE_LIMIT = "rate_limit_exceeded"
INVALID_PROMPT = "invalid_prompt"
QUOTA = "insufficient_quota"

_BY_FAILURE: Mapping[Failure, str] = {
    Failure.BAD_REQUEST: INVALID_PROMPT,
    Failure.CONTENT_POLICY: INVALID_PROMPT,
    Failure.RATE_LIMIT: RATE_LIMIT,
}
_BY_CODE: Mapping[str, str] = {
    "content_filter": INVALID_PROMPT,
    "insufficient_credits": QUOTA,
    "insufficient_quota": QUOTA,
    "payment_required": QUOTA,
    "rate_limit_exceeded": RATE_LIMIT,
}


def error_body(error: SwitchboardError, generation_id: str | None) -> bytes:
    """Instead of an answer."""
    body: JsonObject = {
        "error": error_object(error),
        "error_type": CONTEXT_LENGTH if is_overflow(error) else error.code,
    }
    if generation_id:
        body["generation_id"] = generation_id
    return orjson.dumps(body)


def stream_code(error: SwitchboardError) -> str:
    """The code by which a client decides: compact the conversation, wait, give up, or (any other) try again."""
    if is_overflow(error):
        return CONTEXT_LENGTH
    if isinstance(error, UpstreamFailure):
        return _BY_FAILURE.get(error.failure, SERVER_ERROR)
    if error.status == 402:
        return QUOTA
    return _BY_CODE.get(error.code, INVALID_PROMPT if 400 <= error.status < 500 else SERVER_ERROR)


def stream_message(error: SwitchboardError) -> str:
    """Codex reads how long to wait out of the words, in just these: "try again in 11s"."""
    if stream_code(error) != RATE_LIMIT or error.retry_after is None or "try again in" in error.message.lower():
        return error.message
    return f"{error.message} Please try again in {max(1, round(error.retry_after))}s."

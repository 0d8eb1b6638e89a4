"""Which class of failure an upstream's status, code and words stand for."""

import math
import re
from collections.abc import Mapping
from datetime import UTC, datetime

from switchboard.errors import Failure

_BY_STATUS: Mapping[int, Failure] = {
    400: Failure.BAD_REQUEST,
    401: Failure.UPSTREAM_AUTH,
    402: Failure.UPSTREAM_AUTH,
    403: Failure.UPSTREAM_AUTH,
    404: Failure.MODEL_MISSING,
    408: Failure.TIMEOUT,
    413: Failure.CONTEXT_LENGTH,
    422: Failure.BAD_REQUEST,
    424: Failure.SERVER,
    429: Failure.RATE_LIMIT,
    498: Failure.CAPACITY,
    503: Failure.CAPACITY,
    504: Failure.TIMEOUT,
    529: Failure.CAPACITY,
}
_BY_CODE: Mapping[str, Failure] = {
    "context_length_exceeded": Failure.CONTEXT_LENGTH,
    "content_filter": Failure.CONTENT_POLICY,
    "content_policy_violation": Failure.CONTENT_POLICY,
    "insufficient_quota": Failure.UPSTREAM_AUTH,
    "invalid_api_key": Failure.UPSTREAM_AUTH,
    "model_not_found": Failure.MODEL_MISSING,
    "rate_limit_exceeded": Failure.RATE_LIMIT,
    "overloaded_error": Failure.CAPACITY,
    "server_error": Failure.SERVER,
    "tool_use_failed": Failure.SERVER,
}
# The words of OpenAI, Anthropic, Bedrock, Gemini, vLLM, llama.cpp and Cerebras for a prompt that does not fit.
_TOO_LONG = re.compile(
    r"prompt is too long|input is too long|maximum context length|exceeds? (?:the )?(?:available |model's )?context"
    r"|exceed context limit|input token count .{0,40}exceeds the maximum|current length is \d+ while limit is",
    re.IGNORECASE,
)
_WORDS_READ = 2000
# RFC 9110, section 5.6.7: the one form that servers may send. email.utils reads more, but costs 8 ms at start.
HTTP_DATE = "%a, %d %b %Y %H:%M:%S GMT"


def failure_class(status: int, code: str | None, message: str) -> Failure:
    """Code before words before status: a 400 may mean three different things."""
    if code and code in _BY_CODE:
        return _BY_CODE[code]
    if status < 500 and _TOO_LONG.search(message[:_WORDS_READ]):
        return Failure.CONTEXT_LENGTH
    if status in _BY_STATUS:
        return _BY_STATUS[status]
    return Failure.SERVER if status >= 500 or status < 400 else Failure.BAD_REQUEST


def retry_after(headers: Mapping[str, str], now: float) -> float | None:
    """Seconds to wait, from `retry-after-ms` or `retry-after` (a number or a date); None if neither can be read."""
    milliseconds = _number(headers.get("retry-after-ms", ""))
    if milliseconds is not None:
        return max(0.0, milliseconds / 1000)
    named = headers.get("retry-after", "")
    seconds = _number(named)
    return _seconds_until(named, now) if seconds is None else max(0.0, seconds)


def _number(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def _seconds_until(date: str, now: float) -> float | None:
    try:
        return max(0.0, datetime.strptime(date, HTTP_DATE).replace(tzinfo=UTC).timestamp() - now)
    except (ValueError, OverflowError):
        return None

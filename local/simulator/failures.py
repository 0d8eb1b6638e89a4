"""What a fault that comes before any answer says instead of one. Pure."""

import gzip
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from local.simulator.dialects.interface import Dialect
from local.simulator.faults import Fault, Rule
from local.simulator.json_types import Json
from local.simulator.refusal import Failure, Refusal
from local.simulator.reply import Call, to_bytes
from local.simulator.trouble import Trouble

HTML = b"<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body><h1>502 Bad Gateway</h1></body>\r\n</html>\r\n"
SOMEWHERE_ELSE = "http://127.0.0.1:9/elsewhere"
BOMB_BYTES = 10_000_000
LONGER = 16  # letters
SKEW = timedelta(hours=-1)
AWS_TIME = "%Y%m%dT%H%M%SZ"
HTTP_DATE = "%a, %d %b %Y %H:%M:%S GMT"
_RATE_LIMITS = (Fault.RATE_LIMIT, Fault.RATE_LIMIT_DATE, Fault.RATE_LIMIT_BODY, Fault.RATE_LIMIT_BARE)
_TROUBLES: Mapping[str, Trouble] = {trouble.value: trouble for trouble in Trouble}
# The same at any provider: they come from what stands before it.
_WORDLESS: Mapping[Fault, Failure] = {
    Fault.BAD_GATEWAY: Failure(502, HTML, "text/html"),
    Fault.UNAVAILABLE_EMPTY: Failure(503, b"", "text/plain"),
    Fault.REDIRECT: Failure(307, b"", "text/plain", {"location": SOMEWHERE_ELSE}),
    Fault.GZIP_BOMB: Failure(200, gzip.compress(bytes(BOMB_BYTES)), headers={"content-encoding": "gzip"}),
}


def failure_of(rule: Rule, dialect: Dialect, now: datetime | None = None) -> Failure | None:
    """The reply of a fault that comes before any answer, None for the others."""
    if rule.fault in _WORDLESS:
        return _WORDLESS[rule.fault]
    if rule.fault is Fault.ERROR_WITH_200:
        return replace(written(dialect.troubles[Trouble.SERVER], dialect), status=200)
    if rule.fault is Fault.CLOCK_SKEW:
        return _of_another_hour(dialect, now or datetime.now(UTC))
    if rule.fault in _RATE_LIMITS:
        return _rate_limit(rule, dialect, now or datetime.now(UTC))
    trouble = _TROUBLES.get(rule.fault)
    return written(dialect.troubles[trouble], dialect) if trouble else None


def written(refusal: Refusal, dialect: Dialect) -> Failure:
    """A refusal as a reply of its dialect."""
    body = to_bytes(dialect.error_body(refusal))
    return Failure(refusal.status, body, headers=dialect.error_headers(refusal))


def echoed(call: Call, dialect: Dialect, *, whole: bool) -> Failure:
    """An error that quotes the request, as some gateways' debugging pages do: whole, with the key that came with it,
    or only the longer texts in it, the last ones first.
    """
    if whole:
        words = f"Internal error. The request was: {dict(call.headers)} {call.body}"
    else:
        texts = [text for text in _texts(call.body) if len(text) >= LONGER]
        words = f"Cannot read any of {texts[::-1]}"
    return written(replace(dialect.troubles[Trouble.SERVER], message=words), dialect)


def _texts(value: Json) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for member in value.values() if isinstance(value, dict) else value:
            yield from _texts(member)


def _of_another_hour(dialect: Dialect, now: datetime) -> Failure:
    """A provider whose clock is an hour behind: it dates a pause in the past, or finds AWS's signature too young."""
    if dialect.name.startswith("bedrock"):
        signed, there = now.strftime(AWS_TIME), (now + SKEW).strftime(AWS_TIME)
        words = f"Signature not yet current: {signed} is still later than {there}."
        return written(Refusal(403, words, type="InvalidSignatureException"), dialect)
    failure = written(dialect.troubles[Trouble.RATE_LIMIT], dialect)
    return replace(failure, headers={**failure.headers, "retry-after": (now + SKEW).strftime(HTTP_DATE)})


def _rate_limit(rule: Rule, dialect: Dialect, now: datetime) -> Failure:
    """How long to wait is said in the provider's own way, as a date, in the body only, or not at all."""
    bare = dialect.troubles[Trouble.RATE_LIMIT]
    waiting = replace(bare, wait=rule.retry_after)
    match rule.fault:
        case Fault.RATE_LIMIT_BODY:
            return replace(written(bare, dialect), content=to_bytes(dialect.error_body(waiting)))
        case Fault.RATE_LIMIT_DATE:
            failure = written(bare, dialect)
            until = (now + timedelta(seconds=rule.retry_after)).strftime(HTTP_DATE)
            return replace(failure, headers={**failure.headers, "retry-after": until})
        case Fault.RATE_LIMIT:
            return written(waiting, dialect)
    return written(bare, dialect)

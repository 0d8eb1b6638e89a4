"""An invocation's event as an ASGI request: REST API (payload 1.0) and Function URL or HTTP API (payload 2.0). Pure."""

import base64
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, TypeAlias, cast
from urllib.parse import unquote, urlencode

from switchboard.json_types import Json, JsonObject
from switchboard.runtime.api import Invocation

Scope: TypeAlias = dict[str, Any]  # Any: ASGI leaves the values of a scope open
Pair: TypeAlias = tuple[str, str]


class MalformedEvent(Exception):
    """The event is no HTTP request; `args[0]` says why, in words the caller may read."""


@dataclass(frozen=True, slots=True)
class Request:
    scope: Scope
    body: bytes


def read_event(invocation: Invocation) -> Request:
    """Raises MalformedEvent for anything that API Gateway and Function URLs do not send."""
    try:
        event = json.loads(invocation.event)
    except ValueError:
        raise MalformedEvent("the event is not JSON") from None
    if not isinstance(event, dict):
        raise MalformedEvent("the event is not a JSON object")
    parse = _function_url if event.get("version") == "2.0" else _rest
    try:
        scope = parse(cast(JsonObject, event))
        body = _body(event)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise MalformedEvent("the event is not an HTTP request of API Gateway or a Function URL") from error
    scope["aws.request_id"] = invocation.request_id
    scope["aws.deadline_ms"] = invocation.deadline_ms
    scope["aws.trace_id"] = invocation.trace_id
    return Request(scope, body)


def _rest(event: JsonObject) -> Scope:
    context = _object(event, "requestContext")
    query = _object(event, "multiValueQueryStringParameters") or _object(event, "queryStringParameters")
    headers = _object(event, "multiValueHeaders") or _object(event, "headers")
    client = _object(context, "identity").get("sourceIp")
    # `path` leaves the stage out, which only requestContext.path shows.
    path = str(event["path"])
    return _scope(str(event["httpMethod"]), path, urlencode(list(_pairs(query))), list(_pairs(headers)), client)


def _function_url(event: JsonObject) -> Scope:
    context = _object(event, "requestContext")
    http = _object(context, "http")
    headers = list(_pairs(_object(event, "headers")))
    if cookies := event.get("cookies"):
        headers.append(("cookie", "; ".join(cast(list[str], cookies))))
    path = str(event["rawPath"])
    stage = context.get("stage")
    if stage != "$default" and path.startswith(f"/{stage}/"):  # an HTTP API puts its stage in front
        path = path[len(f"/{stage}") :]
    return _scope(str(http["method"]), path, str(event.get("rawQueryString") or ""), headers, http.get("sourceIp"))


def _scope(method: str, path: str, query: str, headers: list[Pair], client: Json) -> Scope:
    sent = [(name.lower().encode("latin-1"), value.encode()) for name, value in headers]
    named = dict(sent)
    return {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.4"},  # 2.4: a client that left is an OSError from send
        "http_version": "1.1",
        "method": method.upper(),
        "scheme": named.get(b"x-forwarded-proto", b"https").decode(),
        "path": unquote(path),
        "raw_path": path.encode(),
        "query_string": query.encode(),
        "root_path": "",
        "headers": sent,
        "client": (str(client), 0) if client else None,
        "server": (named.get(b"host", b"lambda").decode(), 443),
        "state": {},
    }


def _body(event: JsonObject) -> bytes:
    body = event.get("body") or ""
    if not isinstance(body, str):
        raise TypeError("body")
    return base64.b64decode(body, validate=True) if event.get("isBase64Encoded") else body.encode()


def _pairs(values: JsonObject) -> Iterator[Pair]:
    """Every name with each of its values; either map of a REST event, the one with lists or the one without."""
    for name, value in values.items():
        for one in value if isinstance(value, list) else [value]:
            yield name, str(one)


def _object(event: JsonObject, key: str) -> JsonObject:
    value = event.get(key) or {}
    if not isinstance(value, dict):
        raise TypeError(key)
    return value

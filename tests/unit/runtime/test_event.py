import base64
import json
from typing import Any

import pytest
from switchboard.runtime.api import Invocation
from switchboard.runtime.event import MalformedEvent, Request, read_event

from tests.events import event, function_url_event, names


def read(document: object) -> Request:
    raw = document if isinstance(document, bytes) else json.dumps(document).encode()
    return read_event(Invocation("id-1", raw, 1_800_000_900_000, "Root=1-x", ()))


def test_a_rest_event_becomes_a_request_without_its_stage() -> None:
    request = read(event("chat-completions"))
    scope = request.scope
    assert (scope["type"], scope["method"], scope["path"]) == ("http", "POST", "/api/v1/chat/completions")
    assert (scope["scheme"], scope["root_path"], scope["client"]) == ("https", "", ("192.0.2.7", 0))
    assert (b"authorization", b"Bearer sk-sb-example") in scope["headers"]
    assert json.loads(request.body)["model"] == "openai/gpt-4.1"


def test_the_scope_says_which_invocation_this_is_and_when_it_ends() -> None:
    scope = read(event("healthz")).scope
    assert (scope["aws.request_id"], scope["aws.deadline_ms"]) == ("id-1", 1_800_000_900_000)
    assert scope["aws.trace_id"] == "Root=1-x"


def test_a_function_url_event_becomes_the_same_request() -> None:
    request = read(function_url_event("/v1/chat/completions", body="{}"))
    scope = request.scope
    assert (scope["method"], scope["path"], scope["query_string"]) == (
        "POST",
        "/v1/chat/completions",
        b"limit=2&sort=price",
    )
    assert (b"cookie", b"theme=dark; lang=en") in scope["headers"]
    assert (request.body, scope["client"]) == (b"{}", ("192.0.2.7", 0))


def test_the_stage_that_an_http_api_puts_in_front_is_cut_off() -> None:
    document = function_url_event("/prod/v1/models")
    document["requestContext"]["stage"] = "prod"
    assert read(document).scope["path"] == "/v1/models"


def test_a_repeated_parameter_and_a_repeated_header_keep_every_value() -> None:
    document = event("models")
    document["multiValueQueryStringParameters"] = {"id": ["a b", "c&d"]}
    document["multiValueHeaders"]["X-Twice"] = ["1", "2"]
    scope = read(document).scope
    assert scope["query_string"] == b"id=a+b&id=c%26d"
    assert [value for name, value in scope["headers"] if name == b"x-twice"] == [b"1", b"2"]


def test_the_maps_without_lists_do_where_the_others_are_missing() -> None:
    document = event("generation")
    del document["multiValueHeaders"], document["multiValueQueryStringParameters"]
    scope = read(document).scope
    assert scope["query_string"].startswith(b"id=gen-")
    assert (b"host", b"a1b2c3d4e5.execute-api.us-east-1.amazonaws.com") in scope["headers"]


def test_a_path_is_decoded_and_kept_raw() -> None:
    scope = read({**event("models"), "path": "/models/acme/a%20b"}).scope
    assert (scope["path"], scope["raw_path"]) == ("/models/acme/a b", b"/models/acme/a%20b")


@pytest.mark.parametrize("body", [None, ""])
def test_an_event_without_a_body_has_an_empty_one(body: str | None) -> None:
    assert read({**event("models"), "body": body}).body == b""


def test_a_base64_body_is_decoded() -> None:
    encoded = base64.b64encode(b"\x00\xff").decode()
    assert read({**event("chat-completions"), "body": encoded, "isBase64Encoded": True}).body == b"\x00\xff"


MALFORMED: list[Any] = [
    b"",
    b"{",
    b"\xff\xfe",
    [],
    "text",
    {},
    {"version": "2.0"},
    {"httpMethod": "GET"},
    {"httpMethod": "GET", "path": "/", "headers": ["x"]},
    {"httpMethod": "GET", "path": "/", "requestContext": "x"},
    {"httpMethod": "POST", "path": "/", "body": {"a": 1}},
    {"httpMethod": "POST", "path": "/", "body": "%%%", "isBase64Encoded": True},
    {"httpMethod": "POST", "path": "/", "body": "\ud800"},
    {"httpMethod": "POST", "path": "/", "headers": {"\u4e2d": "x"}},
    event("schedule"),
]


@pytest.mark.parametrize("document", MALFORMED, ids=repr)
def test_what_is_no_http_event_is_refused_with_a_reason(document: object) -> None:
    with pytest.raises(MalformedEvent, match="the event is not"):
        read(document)


@pytest.mark.parametrize("name", [name for name in names() if name != "schedule"])
def test_every_event_file_but_the_schedule_is_a_request(name: str) -> None:
    assert read(event(name)).scope["path"] == event(name)["path"]

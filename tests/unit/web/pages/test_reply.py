import pytest
from fastapi import Request
from switchboard.errors import ModelNotFound
from switchboard.health.figures import NO_RANKINGS
from switchboard.web.pages.reply import Page, address_of, error_page, page_reply, suffix_of, tagged, wants_html
from switchboard.web.pages.status_page import History, status_object

from tests.examples import catalog


def request(path: str = "/status", **headers: str) -> Request:
    raw = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    return Request(
        {
            "type": "http",
            "method": "GET",
            "path": path,
            "query_string": b"",
            "headers": raw,
            "scheme": "https",
            "server": ("gateway.test", 443),
        }
    )


STATUS = Page("status", status_object(catalog(), NO_RANKINGS, History({}), 0.0))


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/status", "text/html; charset=utf-8"),
        ("/status.json", "application/json"),
        ("/status.md", "text/markdown; charset=utf-8"),
    ],
)
def test_the_end_of_the_path_decides_the_form(path: str, kind: str) -> None:
    assert page_reply(request(path), STATUS).headers["content-type"] == kind


def test_a_dot_in_a_models_name_is_no_form() -> None:
    assert suffix_of("/models/openai/gpt-4.1") == ""


def test_who_has_the_page_is_not_sent_it_again() -> None:
    first = tagged(request(), b"x", "text/css", "public")
    again = tagged(request(if_none_match=f'"other", W/{first.headers["etag"]}'), b"x", "text/css", "public")
    assert (again.status_code, again.body, again.headers["etag"]) == (304, b"", first.headers["etag"])
    assert tagged(request(if_none_match=first.headers["etag"]), b"y", "text/css", "public").status_code == 200


def test_every_page_forbids_scripts_frames_and_foreign_sources() -> None:
    policy = page_reply(request(), STATUS).headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; ")
    assert "script-src" not in policy
    assert {"frame-ancestors 'none'", "base-uri 'none'", "form-action 'self'"} <= set(policy.split("; "))


def test_an_error_is_a_page_with_its_status_and_is_not_kept() -> None:
    error = ModelNotFound("There is no model `x`.", metadata={"near_matches": ["lab/one"]})
    reply = error_page(request("/models/x", accept="text/html"), error)
    assert (reply.status_code, reply.headers["cache-control"]) == (404, "no-store")
    assert b'href="../models/lab/one"' in bytes(reply.body)


def test_only_who_asks_for_html_gets_it() -> None:
    assert wants_html(request(accept="text/html,*/*;q=0.8"))
    assert not wants_html(request(accept="*/*"))
    assert not wants_html(request())


@pytest.mark.parametrize(
    ("host", "address"),
    [
        ("gateway.test", "https://gateway.test"),
        ("127.0.0.1:8787", "https://127.0.0.1:8787"),
        ('evil"><script>', "https://localhost"),
    ],
)
def test_the_address_is_where_the_caller_came_unless_that_is_no_host(host: str, address: str) -> None:
    assert address_of(request(host=host)) == address


def test_below_api_gateway_the_address_has_its_stage() -> None:
    asked = request("/models/lab/one", host="api.test")
    asked.scope["aws.event"] = {"requestContext": {"path": "/prod/models/lab/one"}}
    assert address_of(asked) == "https://api.test/prod"


def test_a_page_is_opened_alone_where_browsers_heed_that() -> None:
    secure, plain = request(), request()
    plain.scope["scheme"] = "http"
    header = "cross-origin-opener-policy"
    assert (header in page_reply(secure, STATUS).headers, header in page_reply(plain, STATUS).headers) == (True, False)

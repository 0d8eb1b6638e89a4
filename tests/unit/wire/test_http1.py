"""What goes over the wire is one request, whoever wrote the names in it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from switchboard.wire.http import HttpRequest
from switchboard.wire.http1 import Origin, address_of, encode_request


@pytest.mark.parametrize(
    ("url", "origin", "host", "target"),
    [
        ("https://api.example/v1/chat", Origin("api.example", 443, True), "api.example", "/v1/chat"),
        ("http://127.0.0.1:8787", Origin("127.0.0.1", 8787, False), "127.0.0.1:8787", "/"),
        ("https://[::1]:9/a?b=c&d", Origin("::1", 9, True), "[::1]:9", "/a?b=c&d"),
        ("http://user:word@host/x", Origin("host", 80, False), "host", "/x"),
    ],
)
def test_a_url_is_taken_apart(url: str, origin: Origin, host: str, target: str) -> None:
    address = address_of(url)
    assert (address.origin, address.host, address.target) == (origin, host, target)


@pytest.mark.parametrize("url", ["ftp://host/", "host/path", "https://", "http://host:x/", "file:///etc/passwd"])
def test_other_urls_are_refused(url: str) -> None:
    with pytest.raises(ValueError, match=r"URL|[Pp]ort"):
        address_of(url)


def test_the_bytes_are_one_request_with_our_own_length() -> None:
    headers = {"Content-Type": "application/json", "Content-Length": "7", "Host": "elsewhere", "Connection": "close"}
    _, sent = encode_request(HttpRequest("POST", "http://host/x", headers, b"{}"))
    assert sent == (
        b"POST /x HTTP/1.1\r\nhost: host\r\nuser-agent: switchboard\r\nContent-Type: application/json\r\n"
        b"content-length: 2\r\n\r\n{}"
    )


@given(st.text(), st.text())
def test_no_name_and_no_value_of_a_header_makes_a_second_line(name: str, value: str) -> None:
    try:
        _, sent = encode_request(HttpRequest("POST", "http://host/", {f"x{name}": value}, b"{}"))
    except ValueError:
        return
    assert sent.count(b"\n") == sent.count(b"\r") == sent.count(b"\r\n") == 6
    assert b"\0" not in sent


@pytest.mark.parametrize("character", ["\n", "\r", "\r\n", "\0"])
def test_a_line_break_is_refused_wherever_it_stands(character: str) -> None:
    for url, name in ((f"http://host/a{character}b", "x"), ("http://host/", f"x{character}y")):
        try:
            _, sent = encode_request(HttpRequest("POST", url, {name: "1"}, b""))
        except ValueError:
            continue
        assert sent.startswith(b"POST /ab HTTP/1.1\r\n")  # urlsplit drops them from URLs, as browsers do

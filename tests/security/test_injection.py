"""What a caller writes becomes no header, no second log line and no line of a stream."""

import json
import logging
from collections.abc import Iterator
from itertools import product

import pytest
from switchboard.telemetry import SERVICE, Telemetry

from tests.examples import ended, said
from tests.fakes import streamed
from tests.fortress import PATHS, Fortress, answering, bodies

EVIL = (
    *("a\r\nx-injected: 1", "a\nx-injected: 1", "a\rx-injected: 1", "a\x00b", "\x1b[2Jgone", "a\u2028x-injected: 1"),
    *("a\u0085b", "\r\n\r\n<html>", "%0d%0ax-injected:%201", "\u560d\u560ax-injected: 1", "a\x7fb", "a" * 9000),
    'a\r\ndata: {"choices":[]}\r\n\r\ndata: [DONE]',
)  # fmt: skip
HEADERS = (
    *(
        "http_referer",
        "x_title",
        "x_openrouter_title",
        "x_session_id",
        "idempotency_key",
        "anthropic_beta",
        "user_agent",
    ),
    *("anthropic_version", "x_stainless_retry_count", "x_request_id", "traceparent", "x_goog_api_client", "origin"),
)
FIELDS = ("user", "model", "session_id", "metadata", "transforms", "stop", "provider", "tools", "reasoning", "made_up")


ALONE = {"only": ["openai-chat"]}


@pytest.fixture(autouse=True)
def _first_of_its_process() -> None:
    """Powertools sets a logger up once; for these tests each is the first."""
    logging.Logger.manager.loggerDict.pop(SERVICE, None)


def lines_break_nowhere(fortress: Fortress) -> Iterator[str]:
    """Every value that goes out in a header, to providers."""
    for request in fortress.transport.requests:
        for name, value in request.headers.items():
            yield f"{name}: {value}"


def check(fortress: Fortress, headers: dict[str, str]) -> None:
    for line in (*lines_break_nowhere(fortress), *(f"{name}: {value}" for name, value in headers.items())):
        assert not any(ord(sign) < 32 or ord(sign) == 127 for sign in line), line
    assert "x-injected" not in headers
    assert all("x-injected" not in request.headers for request in fortress.transport.requests)
    assert fortress.telemetry.failures == []


@pytest.mark.parametrize(("path", "header"), list(product(PATHS, HEADERS)))
def test_a_header_adds_no_header(path: str, header: str) -> None:
    for evil in EVIL:
        fortress = Fortress()
        check(fortress, dict(fortress.send(path, bodies("hi")[path], **{header: evil}).headers))


@pytest.mark.parametrize(("path", "field"), list(product(PATHS, FIELDS)))
def test_a_field_adds_no_header(path: str, field: str) -> None:
    for evil in EVIL:
        for value in (evil, [evil], {"order": [evil], evil: evil}):
            fortress = Fortress()
            check(fortress, dict(fortress.send(path, bodies("hi", **{field: value})[path]).headers))


@pytest.mark.parametrize("evil", EVIL)
def test_an_answer_s_text_ends_no_event(evil: str) -> None:
    """The text of a model is somebody else's: it may hold what a stream is framed with."""
    fortress = answering(streamed(said(evil), ended()))
    reply = fortress.send("/v1/chat/completions", {**bodies("hi")[PATHS[0]], "stream": True, "provider": ALONE})
    events = [line for line in reply.body.split(b"\n") if line.startswith(b"data: {")]
    texts = [choice["delta"].get("content") for event in events for choice in json.loads(event[6:])["choices"]]
    assert "".join(filter(None, texts)) == evil
    assert reply.body.count(b"data: [DONE]\n") == 1


@pytest.mark.parametrize("evil", EVIL)
def test_an_event_is_one_line_of_the_log(evil: str, capsys: pytest.CaptureFixture[str]) -> None:
    telemetry = Telemetry("INFO", "stack")
    telemetry.info(evil, {"model": evil, evil: evil}, {"Generations": 1})
    telemetry.warning("request_refused", {"cause": evil})
    written = capsys.readouterr().out
    lines = written.removesuffix("\n").split("\n")
    assert len(lines) == 2
    assert all(isinstance(json.loads(line), dict) for line in lines)
    assert not any(ord(sign) < 32 for line in lines for sign in line)

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any

import orjson
import pytest

from cli.doctor import examine
from cli.finding import Finding
from cli.gateway import Answer, HttpGateway

NOW = 1_800_000_000.0
DATE = {"date": "Fri, 15 Jan 2027 08:00:00 GMT"}
GOOD_KEY = {"name": "n", "label": "l", "hash": "h", "is_management_key": False, "limit_remaining": None}
CHUNKS = b'data: {"a": 1}\n\ndata: {"a": 2}\n\ndata: [DONE]\n\n'


class Reply(BytesIO):
    def __init__(self, status: int, body: bytes) -> None:
        super().__init__(body)
        self.status = status


@dataclass(frozen=True)
class FakeHttp(HttpGateway):
    """Answers by path; a chat that streams and one that does not are two."""

    answers: Mapping[str, Answer] = field(default_factory=dict)

    def ask(self, method: str, path: str, body: object = None) -> Answer:
        return self.answers[path.rpartition("/")[2]]

    @contextmanager
    def open(self, method: str, path: str, body: object = None) -> Iterator[Any]:
        yield Reply(self.answers["stream"].status, self.answers["stream"].body)


def said(body: Any, status: int = 200, headers: Mapping[str, str] = DATE) -> Answer:
    return Answer(status, headers, body if isinstance(body, bytes) else orjson.dumps(body))


def refused(message: str, status: int, **more: Any) -> Answer:
    return said({"error": {"message": message, **more}}, status)


HEALTHY = {
    "healthz": said({}),
    "key": said({"data": GOOD_KEY}),
    "stream": said(CHUNKS),
    "providers": said({"data": [{"slug": "acme"}]}),
    "completions": refused("no endpoint", 404, availability={"endpoints": []}),
}


def findings(changes: Mapping[str, Answer] = HEALTHY, now: float = NOW) -> dict[str, Finding]:
    gateway = FakeHttp("http://gateway", None, {**HEALTHY, **changes})
    return {finding.check: finding for finding in examine(gateway, "m", now)}


def test_a_gateway_that_is_all_right_needs_no_advice() -> None:
    found = findings()
    assert list(found) == ["health", "clock", "key", "stream", "providers"]
    assert {(finding.state, finding.advice) for finding in found.values()} == {("ok", "")}
    assert "3 chunks" in found["stream"].found


NO_KEY = {"endpoints": [{"endpoint": "m@acme", "code": "no_credential"}, {"endpoint": "m@bee", "code": "other"}]}


@pytest.mark.parametrize(
    ("check", "state", "words", "changes"),
    [
        ("key", "failed", "401: unknown", {"key": refused("unknown", 401)}),
        ("key", "warning", "management", {"key": said({"data": {**GOOD_KEY, "is_management_key": True}})}),
        ("key", "failed", "used up", {"key": said({"data": {**GOOD_KEY, "limit_remaining": 0}})}),
        ("stream", "failed", "404: no such model", {"stream": refused("no such model", 404)}),
        ("stream", "failed", "broke off", {"stream": said(CHUNKS[:40])}),
        ("providers", "warning", "no key for acme", {"completions": refused("no", 404, availability=NO_KEY)}),
        ("providers", "ok", "simulated", {"providers": said({"data": [{"slug": "acme", "simulated": True}]})}),
        ("providers", "failed", "502", {"providers": said(b"<html>", 502)}),
        ("clock", "warning", "no Date", {"healthz": said({}, headers={})}),
        ("health", "failed", "404", {"healthz": said(b"", 404)}),
    ],
)
def test_what_is_wrong_is_said(check: str, state: str, words: str, changes: dict[str, Answer]) -> None:
    finding = findings(changes)[check]
    assert (finding.state, words in finding.found) == (state, True)
    assert finding.advice or check == "clock"


@pytest.mark.parametrize(("apart", "state"), [(0, "ok"), (5, "ok"), (-5, "ok"), (6, "failed"), (-300, "failed")])
def test_clocks_may_be_five_seconds_apart(apart: int, state: str) -> None:
    assert findings(now=NOW + apart)["clock"].state == state

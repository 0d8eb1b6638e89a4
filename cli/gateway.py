"""The gateway as the commands see it: over HTTP, or in this process over the tables of a deployed stack."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPException, HTTPResponse
from typing import Any, Protocol
from urllib.error import HTTPError, URLError
from urllib.parse import quote, urlencode, urlsplit
from urllib.request import Request, urlopen

from cli.outcome import Refused, Unreachable

TIMEOUT_SECONDS = 30.0
LOCAL_HOSTS = ("127.0.0.1", "localhost", "::1")
Query = Mapping[str, str | None]


class Gateway(Protocol):
    """`where` is what a person would call it."""

    @property
    def where(self) -> str: ...

    def call(self, method: str, path: str, body: object = None) -> "Answer":
        """`path` begins behind /api/v1. Raises Refused or Unreachable."""


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    headers: Mapping[str, str]  # by lower-case name
    body: bytes

    def json(self) -> Any:  # Any: JSON
        try:
            return json.loads(self.body)
        except ValueError:
            raise Refused("The answer is not JSON: is this address a Switchboard gateway?") from None

    def checked(self, where: str) -> "Answer":
        """Raises Refused with the gateway's own words unless it said yes."""
        if self.status < 400:
            return self
        raise Refused(_words(self, where))


@dataclass(frozen=True, slots=True)
class HttpGateway:
    """`url` is where /api/v1 and /healthz are below; `key` is not shown anywhere."""

    url: str
    key: str | None

    @property
    def where(self) -> str:
        return self.url

    def call(self, method: str, path: str, body: object = None) -> Answer:
        return self.ask(method, f"/api/v1{path}", body).checked(self.url)

    def ask(self, method: str, path: str, body: object = None) -> Answer:
        """Any path, and the answer whatever its status is."""
        with self.open(method, path, body) as reply:
            return Answer(reply.status, {name.lower(): value for name, value in reply.headers.items()}, reply.read())

    @contextmanager
    def open(self, method: str, path: str, body: object = None) -> Iterator[HTTPResponse]:
        """The reply before its body is read. Raises Unreachable."""
        headers = {"content-type": "application/json", "user-agent": "switchboard-cli"}
        if self.key:
            headers["authorization"] = f"Bearer {self.key}"
        data = None if body is None else json.dumps(body).encode()
        request = Request(self.url + path, data, headers, method=method)  # noqa: S310  # endpoint.py checks the scheme
        try:
            with _sent(request) as reply:
                yield reply
        except URLError as error:
            raise Unreachable(f"{self.url} does not answer ({error.reason}). {self._advice()}") from error
        except (OSError, HTTPException) as error:
            raise Unreachable(f"{self.url} broke off: {error or type(error).__name__}.") from error

    def _advice(self) -> str:
        if urlsplit(self.url).hostname in LOCAL_HOSTS:
            return "Is it running? Try: make run"
        return "Is the address right, and is there a way to it from here?"


def _sent(request: Request) -> Any:  # Any: urllib gives a reply for every status, but some of them as errors
    try:
        return urlopen(request, timeout=TIMEOUT_SECONDS)  # noqa: S310
    except HTTPError as answered:
        return answered


def path_of(*parts: str, query: Query | None = None) -> str:
    """`/keys/abc?offset=5`; what is None is left out."""
    asked = urlencode({name: value for name, value in (query or {}).items() if value is not None})
    return "/" + "/".join(quote(part, safe="") for part in parts) + (f"?{asked}" if asked else "")


def _words(answer: Answer, where: str) -> str:
    try:
        message = json.loads(answer.body)["error"]["message"]
    except (ValueError, KeyError, TypeError):
        message = "no reason was given"
    return f"{where} answered {answer.status}: {message}"

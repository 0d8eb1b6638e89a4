"""Which HTTP client this process wants."""

import importlib
from contextlib import AbstractAsyncContextManager
from typing import Protocol

from switchboard.settings import LambdaEnvironment
from switchboard.wire.http import HttpPort, HttpReply, HttpRequest


class HttpClient(HttpPort, Protocol):
    """Redirects are never followed. Close it when the process ends."""

    def open(self, request: HttpRequest) -> AbstractAsyncContextManager[HttpReply]:
        """A reply with its headers read; leaving the block hangs up if the body is not finished.

        Raises ConnectionFailed, or TimeoutError when the connection is not made in time.
        """

    async def close(self) -> None: ...


def http_client(environment: LambdaEnvironment | None = None) -> HttpClient:
    """On Lambda the client that is there at once; elsewhere the one that does more requests a second.

    Each is imported only where it is used: `threaded` brings a TLS library of its own, `looped` needs Python's.
    """
    on_lambda = (environment or LambdaEnvironment.read()).runtime_api
    module, name = ("threaded", "ThreadedClient") if on_lambda else ("looped", "LoopedClient")
    client: HttpClient = getattr(importlib.import_module(f"{__package__}.{module}"), name)()
    return client

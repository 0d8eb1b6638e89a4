"""Which HTTP client this process wants."""

import importlib
from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager
from typing import Protocol

from switchboard.settings import LambdaEnvironment
from switchboard.wire.http import HttpReply, HttpRequest


class HttpClient(Protocol):
    """Redirects are never followed. Close it when the process ends."""

    def open(self, request: HttpRequest) -> AbstractAsyncContextManager[HttpReply]:
        """A reply with its headers read; leaving the block hangs up if the body is not finished.

        Raises ConnectionFailed, or TimeoutError when the connection is not made in time.
        """

    async def request(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        body: bytes,
        timeout: float,  # noqa: ASYNC109  # each client's own timer costs less than asyncio.timeout
    ) -> tuple[int, Mapping[str, str], bytes]:
        """One short exchange, whole: status, headers, body. Raises OSError, of which TimeoutError is one."""

    async def close(self) -> None: ...


def http_client(environment: LambdaEnvironment | None = None) -> HttpClient:
    """On Lambda the client that is there at once; elsewhere the one that does more requests a second.

    Each is imported only where it is used: `threaded` brings a TLS library of its own, `looped` needs Python's.
    """
    on_lambda = (environment or LambdaEnvironment.read()).runtime_api
    module, name = ("threaded", "ThreadedClient") if on_lambda else ("looped", "LoopedClient")
    client: HttpClient = getattr(importlib.import_module(f"{__package__}.{module}"), name)()
    return client

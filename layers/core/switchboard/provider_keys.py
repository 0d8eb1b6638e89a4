"""The providers' keys while the process runs: read once, looked up without waiting, read anew every few minutes."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field

from switchboard.catalog.model import Provider
from switchboard.clock import Clock
from switchboard.errors import KeyStoreUnavailable
from switchboard.secret import Secret
from switchboard.storage.database import StorageError

FRESH_SECONDS = 300.0
KEYLESS = ("none", "aws-sigv4", "google-oauth")

Load = Callable[[], Awaitable[Mapping[str, Secret]]]


@dataclass(slots=True)
class ProviderKeys:
    """`load` reads every key by provider id. A key put in its place is in use within FRESH_SECONDS."""

    providers: Iterable[Provider]
    load: Load
    clock: Clock
    _secrets: Mapping[str, Secret] = field(default_factory=dict, repr=False)
    _callable: frozenset[str] = frozenset()
    _read_at: float | None = None
    _failure: StorageError | None = field(default=None, repr=False)
    _refreshing: asyncio.Task[None] | None = field(default=None, repr=False)

    async def callable(self) -> frozenset[str]:
        """The ids of providers that can be called. Raises KeyStoreUnavailable if the keys were never read."""
        now = self.clock.monotonic()
        if self._read_at is None:
            await self._refresh()
            if self._read_at is None:
                message = "The providers' keys cannot be read right now. Try again in a few seconds."
                raise KeyStoreUnavailable(message) from self._failure
        elif now - self._read_at > FRESH_SECONDS and (self._refreshing is None or self._refreshing.done()):
            self._refreshing = asyncio.create_task(self._refresh())
        return self._callable

    def secret_of(self, provider_id: str) -> Secret | None:
        return self._secrets.get(provider_id)

    async def _refresh(self) -> None:
        try:
            self._secrets = await self.load()
        except StorageError as failure:  # the keys that are known stay good; without any, callable() says so
            self._failure = failure
            return
        self._callable = frozenset(provider.id for provider in self.providers if self._can_call(provider))
        self._read_at = self.clock.monotonic()

    def _can_call(self, provider: Provider) -> bool:
        """A base URL with an open slot ({resource}) leads nowhere until the operator's catalog.d fills it."""
        return "{" not in provider.base_url and (provider.auth in KEYLESS or provider.id in self._secrets)

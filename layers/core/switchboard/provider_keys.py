"""The providers' keys while the process runs: each read when first needed, then looked up without waiting."""

import asyncio
import math
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field

from switchboard.catalog.model import Provider
from switchboard.clock import Clock
from switchboard.credentials import WITHOUT_KEY, Credential, CredentialsError, read_credentials
from switchboard.errors import KeyStoreUnavailable
from switchboard.secret import Secret
from switchboard.storage.database import StorageError

FRESH_SECONDS = 300.0
# Some keys are tokens that are good for an hour: one this old is read again before it is used.
OLDEST_SECONDS = 2700.0
# Asked without a key; one who signs is shown an API key instead where there is one.
KEYLESS = ("none", "aws-sigv4")

Load = Callable[[str], Awaitable[Secret | None]]


@dataclass(frozen=True, slots=True)
class _Read:
    """What a provider's parameter held, and when (monotonic clock)."""

    credentials: tuple[Credential, ...]
    at: float


@dataclass(frozen=True, slots=True)
class Asked:
    """The ids of the models that might answer, and of the gateway key that asks: some keys are not for all."""

    models: tuple[str, ...]
    key_id: str


@dataclass(slots=True)
class ProviderKeys:
    """`load` reads the key of a provider by its id, None if there is none.

    Only keys of providers that can serve what was asked for are ever read. A key that is replaced, added or removed is
    noticed within FRESH_SECONDS; while it cannot be read, the one that is known stays good.
    """

    load: Load
    clock: Clock
    _read: dict[str, _Read] = field(default_factory=dict, init=False, repr=False)
    _reading: dict[str, asyncio.Task[None]] = field(default_factory=dict, init=False, repr=False)

    async def callable(self, providers: Iterable[Provider], asked: Asked | None = None) -> frozenset[str]:
        """The ids of those that can be called. Raises KeyStoreUnavailable if none can, because keys cannot be read."""
        wanted = [provider for provider in providers if provider.auth != "none"]
        unread = [provider.id for provider in wanted if self._age(provider.id) > OLDEST_SECONDS]
        failures = [why for why in await asyncio.gather(*map(self._try_read, unread)) if why] if unread else []
        for provider in wanted:
            self._renew(provider.id)
        found = frozenset(provider.id for provider in providers if self._can_call(provider, asked))
        if failures and not found:
            message = "The providers' keys cannot be read right now. Try again in a few seconds."
            raise KeyStoreUnavailable(message) from failures[0]
        return found

    def credentials_of(self, provider_id: str) -> tuple[Credential, ...]:
        """In the order of trying. Who has none is asked without."""
        read = self._read.get(provider_id)
        return (read.credentials if read else ()) or (WITHOUT_KEY,)

    def _renew(self, provider_id: str) -> None:
        """Behind the request's back: it goes on with what is known."""
        if self._age(provider_id) > FRESH_SECONDS and provider_id not in self._reading:
            task = asyncio.create_task(self._read_again(provider_id))
            self._reading[provider_id] = task

    def _age(self, provider_id: str) -> float:
        read = self._read.get(provider_id)
        return self.clock.monotonic() - read.at if read else math.inf

    async def _read_again(self, provider_id: str) -> None:
        try:
            await self._try_read(provider_id)
        finally:
            del self._reading[provider_id]

    async def _try_read(self, provider_id: str) -> StorageError | None:
        try:
            secret = await self.load(provider_id)
            credentials = read_credentials(secret) if secret else ()
        except StorageError as failure:
            return failure
        except CredentialsError as mistake:
            return StorageError(f"The keys of {provider_id}: {mistake}")
        self._read[provider_id] = _Read(credentials, self.clock.monotonic())
        return None

    def _can_call(self, provider: Provider, asked: Asked | None) -> bool:
        """A base URL with an open slot ({resource}) leads nowhere until the operator's catalog.d fills it."""
        if "{" in provider.base_url:
            return False
        found = self.credentials_of(provider.id)
        if found == (WITHOUT_KEY,):
            return provider.auth in KEYLESS
        return asked is None or any(each.serves_any(asked.models, asked.key_id) for each in found)

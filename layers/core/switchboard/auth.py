"""Who is calling: an API key's text, from a header, to the key it stands for. Keys are cached for half a minute."""

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from switchboard.clock import Clock
from switchboard.errors import KeyStoreUnavailable, NotAuthenticated, NotPermitted
from switchboard.storage.database import StorageUnavailable
from switchboard.storage.keys import ApiKey, hash_key

FRESH_SECONDS = 30.0
UNKNOWN_SECONDS = 5.0
STALE_SECONDS = 300.0  # how long a known key is still good while the table cannot be reached
CACHED_KEYS = 10_000
BEARER = "bearer "
KEY_HEADERS = ("x-api-key", "api-key", "x-goog-api-key")


class Keys(Protocol):
    async def find(self, key_hash: str) -> ApiKey | None: ...


@dataclass(frozen=True, slots=True)
class _Seen:
    """A look-up's outcome, and when it was made (monotonic clock)."""

    key: ApiKey | None
    at: float


@dataclass(slots=True)
class Authenticator:
    """Revoking a key takes effect within FRESH_SECONDS."""

    keys: Keys
    clock: Clock
    _seen: OrderedDict[str, _Seen] = field(default_factory=OrderedDict)

    async def authenticate(self, headers: Mapping[str, str]) -> ApiKey:
        """Raises NotAuthenticated (no key, unknown, disabled, expired), NotPermitted or KeyStoreUnavailable."""
        text = key_text(headers)
        if text is None:
            raise NotAuthenticated("No API key was sent. Send one as `Authorization: Bearer sk-sb-...`.")
        key = await self._find(hash_key(text))
        if key is None:
            raise NotAuthenticated("This API key is not known here. Check it, or ask for a new one.")
        if key.disabled:
            raise NotAuthenticated("This API key is disabled.")
        if key.expires_at is not None and key.expires_at <= self.clock.now():
            raise NotAuthenticated("This API key has expired.")
        return key

    async def authenticate_inference(self, headers: Mapping[str, str]) -> ApiKey:
        """As `authenticate`, and the key must be one that may use models."""
        key = await self.authenticate(headers)
        if key.kind != "inference":
            raise NotPermitted("This is a management key: it administers keys and cannot use models.")
        return key

    async def authenticate_management(self, headers: Mapping[str, str]) -> ApiKey:
        """As `authenticate`, and the key must be one that may administer."""
        key = await self.authenticate(headers)
        if key.kind != "management":
            raise NotPermitted(
                "This key may use models but not administer the gateway: only management keys can do this. "
                "`make run` and `switchboard keys create --management` make one."
            )
        return key

    async def _find(self, key_hash: str) -> ApiKey | None:
        now = self.clock.monotonic()
        seen = self._seen.get(key_hash)
        if seen and now - seen.at < (FRESH_SECONDS if seen.key else UNKNOWN_SECONDS):
            return seen.key
        try:
            key = await self.keys.find(key_hash)
        except StorageUnavailable:
            if seen and seen.key and now - seen.at < STALE_SECONDS:
                return seen.key
            error = KeyStoreUnavailable("Keys cannot be checked right now. Try again in a few seconds.")
            error.retry_after = UNKNOWN_SECONDS
            raise error from None
        self._remember(key_hash, _Seen(key, now))
        return key

    def _remember(self, key_hash: str, seen: _Seen) -> None:
        self._seen[key_hash] = seen
        self._seen.move_to_end(key_hash)
        if len(self._seen) > CACHED_KEYS:
            self._seen.popitem(last=False)


def key_text(headers: Mapping[str, str]) -> str | None:
    """The key that was sent, in any of the headers that SDKs use. `headers` have lower-case names."""
    authorization = headers.get("authorization", "")
    if authorization[: len(BEARER)].lower() == BEARER:
        return authorization[len(BEARER) :].strip() or None
    return next((headers[name] for name in KEY_HEADERS if headers.get(name)), None)

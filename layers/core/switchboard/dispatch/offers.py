"""With which key an endpoint is asked: each endpoint and key together has a breaker of its own."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from switchboard.catalog.model import Endpoint
from switchboard.credentials import Credential
from switchboard.health.breaker import ALL_WELL, Door, Signals
from switchboard.health.pauses import KEY_MARK

CredentialsOf = Callable[[str], Sequence[Credential]]
_BY_OPENNESS = (Door.OPEN_TO_ALL, Door.ONE_TRIAL, Door.SHUT, Door.RATE_LIMITED)


@dataclass(frozen=True, slots=True)
class Offer:
    """An endpoint, asked with one of its provider's keys."""

    endpoint: Endpoint
    credential: Credential

    @property
    def breaker(self) -> str:
        """The name of its breaker: the endpoint's, as long as there is only one key."""
        name = self.credential.name
        return f"{self.endpoint.id}{KEY_MARK}{name}" if name else self.endpoint.id


def offers_of(endpoint: Endpoint, credentials_of: CredentialsOf, key_id: str) -> list[Offer]:
    """In the order in which the keys stand in their list; `key_id` is that of the caller's gateway key."""
    return [
        Offer(endpoint, credential)
        for credential in credentials_of(endpoint.provider.id)
        if credential.serves(endpoint.model, key_id)
    ]


def signals_by_endpoint(
    known: Mapping[str, Signals], endpoints: Iterable[Endpoint], credentials_of: CredentialsOf, key_id: str, now: float
) -> Mapping[str, Signals]:
    """Where a provider has several keys, its endpoints stand as open as with the key that opens them furthest."""
    several = [endpoint for endpoint in endpoints if len(credentials_of(endpoint.provider.id)) > 1]
    if not several:
        return known
    found = dict(known)
    for endpoint in several:
        each = [known.get(offer.breaker, ALL_WELL) for offer in offers_of(endpoint, credentials_of, key_id)]
        found[endpoint.id] = min(each, key=lambda signals: _BY_OPENNESS.index(signals.door(now)), default=ALL_WELL)
    return found

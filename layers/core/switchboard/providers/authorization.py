"""How a provider wants to be shown its key."""

from switchboard.catalog.model import Provider
from switchboard.providers.interface import Signer
from switchboard.secret import Secret
from switchboard.wire.http import HttpRequest

HEADER_PREFIX = "header:"
SIGNED = "aws-sigv4"


def authorization(provider: Provider, secret: Secret | None) -> dict[str, str]:
    """Headers that carry `secret`; none for a provider that needs no key, or has none yet."""
    if secret is None or provider.auth == "none":
        return {}
    if provider.auth.startswith(HEADER_PREFIX):
        return {provider.auth.removeprefix(HEADER_PREFIX): secret.reveal()}
    return {"authorization": f"Bearer {secret.reveal()}"}


def signed(request: HttpRequest, provider: Provider, secret: Secret | None, sign: Signer | None) -> HttpRequest:
    """With AWS's signature, for a provider that wants one and has no API key to be shown instead."""
    if secret is not None or sign is None or provider.auth != SIGNED:
        return request
    return sign(request, provider.region)  # the address is the provider's, so is its region

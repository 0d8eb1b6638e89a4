"""How a provider wants to be shown its key."""

from switchboard.catalog.model import Provider
from switchboard.secret import Secret

HEADER_PREFIX = "header:"


def authorization(provider: Provider, secret: Secret | None) -> dict[str, str]:
    """Headers that carry `secret`; none for a provider that needs no key, or has none yet."""
    if secret is None or provider.auth == "none":
        return {}
    if provider.auth.startswith(HEADER_PREFIX):
        return {provider.auth.removeprefix(HEADER_PREFIX): secret.reveal()}
    return {"authorization": f"Bearer {secret.reveal()}"}

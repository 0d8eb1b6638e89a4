"""Signed reasoning carries the name of its provider with it, so that it can find its way back.

A signature is good only where it was made. Clients hand it back as they got it, so its maker is written in front of it
on the way out and taken off on the way in: the provider sees its own bytes, untouched.
"""

from typing import NamedTuple

MARK = "sb1:"


class Signature(NamedTuple):
    """`provider` is None for a signature that did not come through this gateway."""

    provider: str | None
    text: str


def marked(signature: str, provider: str) -> str:
    """What the client is given."""
    return f"{MARK}{provider}:{signature}"


def unmarked(given: str) -> Signature:
    """What the client gave back."""
    if not given.startswith(MARK):
        return Signature(None, given)
    provider, colon, text = given.removeprefix(MARK).partition(":")
    return Signature(provider, text) if colon else Signature(None, given)


def is_welcome(provider: str | None, endpoint_provider: str) -> bool:
    """True if an endpoint of `endpoint_provider` may be sent a signature of `provider`."""
    return provider is None or provider == endpoint_provider

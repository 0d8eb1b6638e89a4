"""Signed reasoning carries the name of its provider with it, so that it can find its way back.

A signature is good only where it was made. Clients hand it back as they got it, so its maker is written in front of it
on the way out and taken off on the way in: the provider sees its own bytes, untouched.
"""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import NamedTuple

MARK = "sb1:"
# How MARK begins in base64: five characters hold its first 30 bits.
_MARK_IN_BASE64 = "c2IxO"


class Signature(NamedTuple):
    """`provider` is None for a signature that did not come through this gateway."""

    provider: str | None
    text: str


def marked(signature: str, provider: str) -> str:
    """What the client is given."""
    return f"{MARK}{provider}:{signature}"


def marked_in_base64(signature: str, provider: str) -> str:
    """The same, for clients whose SDK reads a signature as base64 and refuses anything else (Google's)."""
    return urlsafe_b64encode(marked(signature, provider).encode()).decode()


def unmarked(given: str) -> Signature:
    """What the client gave back, in either form."""
    plain = _out_of_base64(given) if given.startswith(_MARK_IN_BASE64) else given
    if not plain.startswith(MARK):
        return Signature(None, given)
    provider, colon, text = plain.removeprefix(MARK).partition(":")
    return Signature(provider, text) if colon else Signature(None, given)


def is_welcome(provider: str | None, endpoint_provider: str) -> bool:
    """True if an endpoint of `endpoint_provider` may be sent a signature of `provider`."""
    return provider is None or provider == endpoint_provider


def _out_of_base64(given: str) -> str:
    """In either alphabet, with or without padding: SDKs decode and encode it anew."""
    tidy = given.translate(str.maketrans("+/", "-_")).rstrip("=")
    try:
        return urlsafe_b64decode(tidy + "=" * (-len(tidy) % 4)).decode()
    except ValueError:  # no base64, or no text in it
        return given

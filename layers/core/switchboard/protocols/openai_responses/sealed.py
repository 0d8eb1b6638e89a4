"""`encrypted_content`: the one place of a reasoning item that clients hand back untouched (Codex keeps no other).

So everything that has to find its way back is in it: the provider that made it, and whether the whole block was
sealed (Anthropic's redacted thinking) or only signed.
"""

from typing import NamedTuple

from switchboard.signatures import marked, unmarked

_REDACTED = "redacted:"


class Seal(NamedTuple):
    """`provider` is None if it did not come through this gateway."""

    text: str
    provider: str | None
    is_redacted: bool


def seal(signature: str, provider: str) -> str:
    return marked(signature, provider)


def seal_redacted(block: str, provider: str) -> str:
    return marked(_REDACTED + block, provider)


def open_seal(given: str) -> Seal:
    provider, text = unmarked(given)
    is_redacted = provider is not None and text.startswith(_REDACTED)
    return Seal(text.removeprefix(_REDACTED) if is_redacted else text, provider, is_redacted)

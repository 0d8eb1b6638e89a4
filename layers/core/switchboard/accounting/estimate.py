"""Tokens of a prompt before any provider has counted them.

Byte-level tokenizers make about one token of four ASCII characters of prose, and about one of each character of
Chinese, Japanese or Korean text. The estimate leans high by MARGIN, so that a prompt it lets through does fit.
"""

MARGIN = 1.15
ASCII_CHARACTERS_PER_TOKEN = 4.0
TOKENS_PER_MESSAGE = 4
TOKENS_PER_IMAGE = 1100
TOKENS_PER_FILE_BYTE = 1 / 20


def text_tokens(text: str) -> float:
    """Expected tokens of `text`, without margin."""
    if text.isascii():
        return len(text) / ASCII_CHARACTERS_PER_TOKEN
    wide_bytes = len(text.encode("utf-8", "surrogatepass")) - len(text)
    # A wide character has one to three bytes beyond its first; two is the common case (CJK), and counts as a token.
    wide = min(len(text), wide_bytes / 2)
    return (len(text) - wide) / ASCII_CHARACTERS_PER_TOKEN + wide


def with_margin(tokens: float) -> int:
    return int(tokens * MARGIN) + 1


def without_margin(tokens: int) -> int:
    """The expectation behind an estimate that has the margin in it."""
    return int(tokens / MARGIN)

"""A prompt that is too long for every endpoint: coding agents shorten the conversation if they are told in the words
and with the code that they know from the makers of their models."""

import re

from switchboard.errors import Failure, SwitchboardError, UpstreamFailure

CODE = "context_length_exceeded"
# The ways in which providers and our own planner put it: what was sent, then what fits, or the other way round.
_SENT_THEN_FITS = re.compile(
    r"(?:about|too long:|input (?:length|token count)[^0-9]{0,60}|current length is) ?(\d{3,})\D.{0,80}?"
    r"(?:context is|limit is|maximum[^0-9]{0,60}|> ) ?(\d{3,})",
    re.IGNORECASE,
)
_FITS_THEN_SENT = re.compile(
    r"(?:context (?:length|size|window)|maximum)[^0-9]{0,60}(\d{3,})\D.{0,80}?(\d{3,}) tokens", re.IGNORECASE
)


def is_overflow(error: SwitchboardError) -> bool:
    """True if a provider said so, or if the planner left out every endpoint for this reason."""
    if error.code == CODE or (isinstance(error, UpstreamFailure) and error.failure is Failure.CONTEXT_LENGTH):
        return True
    excluded_by = (error.availability or {}).get("excluded_by")
    reasons = set(excluded_by) if isinstance(excluded_by, list) else set()
    return "context_length" in reasons and reasons <= {"context_length", "no_credential"}


def sent_and_fitting(message: str) -> tuple[str, str] | None:
    """How many tokens were sent and how many fit, where the message has both."""
    sent_first = _SENT_THEN_FITS.search(message)
    if sent_first:
        return sent_first[1], sent_first[2]
    fits_first = _FITS_THEN_SENT.search(message)
    return (fits_first[2], fits_first[1]) if fits_first else None

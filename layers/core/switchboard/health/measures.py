"""What one generation adds to the metrics that the alarms watch. Pure."""

from switchboard.accounting.generation import Generation
from switchboard.errors import Failure
from switchboard.health.rollup import CALLERS_OWN

FAILED = "error"


def measures_of(generation: Generation) -> dict[str, float]:
    """By the names in telemetry.UNITS. A failure is 1 or 0, so that its average is the share of those that failed."""
    measures: dict[str, float] = {"Generations": 1, "FailedGenerations": int(_failed(generation))}
    if generation.unpriced:
        measures["UnpricedGenerations"] = 1
    refused = sum(attempt.outcome == Failure.UPSTREAM_AUTH for attempt in generation.attempts)
    if refused:
        measures["RefusedProviderKeys"] = refused
    waited = _first_token(generation)
    if waited is not None:
        measures["FirstTokenMilliseconds"] = waited
    return measures


def _failed(generation: Generation) -> bool:
    """The caller got no whole answer, and it was not the caller's doing."""
    if generation.cancelled or generation.error is None:
        return False
    return not generation.attempts or generation.attempts[-1].outcome not in CALLERS_OWN


def _first_token(generation: Generation) -> int | None:
    """Milliseconds that the caller of a stream waited, those of failed attempts included."""
    if not generation.attempts or generation.attempts[-1].first_token_ms is None:
        return None
    return sum(attempt.duration_ms for attempt in generation.attempts[:-1]) + generation.attempts[-1].first_token_ms

"""A key's limits in words and headers: why a request is refused, what is left, and when that changes. Pure."""

from datetime import UTC, datetime
from math import ceil

from switchboard.accounting.holds import Limits, Reason, State
from switchboard.accounting.windows import minute_at, next_start, until_next_minute
from switchboard.catalog.model import NANO
from switchboard.errors import AccessError, BudgetExceeded, LimitReached, NotAuthenticated
from switchboard.json_types import JsonObject

SOON_SECONDS = 1.0


def refused(reason: Reason, state: State, limits: Limits, now: float) -> AccessError:
    """The error for a claim on `state` that cannot be made. `now` is Unix seconds."""
    if reason == "inactive":
        return NotAuthenticated("This API key is disabled.")
    if reason == "money":
        return _used_up(state, limits, now)
    if reason == "parallel":
        words = (
            f"{limits.parallel} requests of this key are running, as many as may at once. Try again when one is done."
        )
        error = LimitReached(words)
        error.retry_after = SOON_SECONDS
    else:
        limit = limits.requests if reason == "requests" else limits.tokens
        seconds = ceil(until_next_minute(now))
        error = LimitReached(
            f"This key's limit of {limit} {reason} a minute is reached. Please try again in {seconds}s."
        )
        error.retry_after = seconds
    error.headers = rate_headers(state, limits, now)
    return error


def waiting_for_others(state: State, limits: Limits) -> AccessError:
    """What is left is not enough only because other requests hold the rest; most of it will come back."""
    held = f"${state.held / NANO:g} of it is held by requests that are running"
    error = LimitReached(f"{_spent_words(state, limits)}, {held}. Try again when they are done, or lower `max_tokens`.")
    error.metadata = _metadata(state, limits, None)
    error.retry_after = SOON_SECONDS
    return error


def rate_headers(state: State, limits: Limits, now: float) -> dict[str, str]:
    """Under the names that OpenAI's clients read; nothing for what is not limited."""
    requests, tokens = (0, 0) if state.minute < minute_at(now) else (state.requests, state.tokens)
    reset = f"{ceil(until_next_minute(now))}s"
    headers: dict[str, str] = {}
    for name, limit, used in (("requests", limits.requests, requests), ("tokens", limits.tokens, tokens)):
        if limit is not None:
            headers[f"x-ratelimit-limit-{name}"] = str(limit)
            headers[f"x-ratelimit-remaining-{name}"] = str(max(0, limit - used))
            headers[f"x-ratelimit-reset-{name}"] = reset
    if limits.parallel is not None:
        headers["x-ratelimit-limit-parallel"] = str(limits.parallel)
        headers["x-ratelimit-remaining-parallel"] = str(max(0, limits.parallel - state.parallel))
    return headers


def _used_up(state: State, limits: Limits, now: float) -> BudgetExceeded:
    resets = next_start(limits.window, now)
    when = f"It resets at {_iso(resets)}." if resets else "It does not reset: ask for a higher limit."
    error = BudgetExceeded(f"{_spent_words(state, limits)}, not enough for this request. {when}")
    error.metadata = _metadata(state, limits, resets)
    error.headers = {"x-ratelimit-reset": str(int(resets))} if resets else {}
    return error


def _spent_words(state: State, limits: Limits) -> str:
    left = max(0, state.purses[limits.window].remaining)
    each = f" {limits.reset}" if limits.reset else ""
    return f"This key's{each} limit is ${(limits.money or 0) / NANO:g}, and ${left / NANO:g} is left"


def _metadata(state: State, limits: Limits, resets: float | None) -> JsonObject:
    return {
        "limit": (limits.money or 0) / NANO,
        "limit_remaining": max(0, state.purses[limits.window].remaining) / NANO,
        "limit_on_hold": state.held / NANO,
        "limit_reset": limits.reset,
        "resets_at": _iso(resets) if resets else None,
    }


def _iso(moment: float) -> str:
    return datetime.fromtimestamp(moment, UTC).isoformat().replace("+00:00", "Z")

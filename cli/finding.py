"""What a check of `switchboard doctor` has found."""

from dataclasses import dataclass
from typing import Literal

MOST_CLOCK_SECONDS = 5


@dataclass(frozen=True, slots=True)
class Finding:
    """`advice` is what to do about it; empty if nothing."""

    check: str
    state: Literal["ok", "warning", "failed"]
    found: str
    advice: str = ""


def clock_finding(apart: float, whose: str) -> Finding:
    """`apart` is this machine's time less the other's, in seconds; a Date header has whole ones."""
    if abs(apart) > MOST_CLOCK_SECONDS:
        advice = "Set this machine's clock (NTP): AWS refuses requests that are five minutes off."
        return Finding("clock", "failed", f"this machine is {apart:+.0f} s from {whose}", advice)
    return Finding("clock", "ok", f"within {MOST_CLOCK_SECONDS} s of {whose}'s")

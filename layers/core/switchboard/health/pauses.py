"""Which endpoints are passed over at a moment, as their breakers stand. Pure; times in Unix seconds."""

from collections.abc import Mapping
from dataclasses import dataclass

from switchboard.health.breaker import Door, Signals

# Between an endpoint's id and the name of the key that it was asked with.
KEY_MARK = "#"


@dataclass(frozen=True, slots=True)
class Pause:
    """`reason` is failures or rate limit; from `until` on the endpoint is tried again."""

    reason: str
    until: float


def pauses_of(signals: Mapping[str, Signals], now: float) -> dict[str, Pause]:
    """By endpoint, from signals by breaker. Where a provider has several keys, an endpoint is paused as long as every
    key that it was asked with lately is."""
    found: dict[str, Pause | None] = {}
    for breaker, one in signals.items():
        endpoint, pause = breaker.partition(KEY_MARK)[0], _pause(one, now)
        found[endpoint] = _sooner(found[endpoint], pause) if endpoint in found else pause
    return {endpoint: pause for endpoint, pause in found.items() if pause}


def _pause(signals: Signals, now: float) -> Pause | None:
    match signals.door(now):
        case Door.RATE_LIMITED:
            return Pause("rate limit", signals.limited_until)
        case Door.SHUT:
            return Pause("failures", max(signals.shut_until, signals.trial_until))
        case _:
            return None


def _sooner(one: Pause | None, other: Pause | None) -> Pause | None:
    return min(one, other, key=lambda pause: pause.until) if one and other else None

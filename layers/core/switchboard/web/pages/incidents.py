"""When a provider was down: runs of minutes in which an endpoint failed too often, found in the roll-ups of two days.

Endpoints are looked at one by one: a breaker keeps requests away from the one that fails, and others would hide it.
"""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from operator import attrgetter
from typing import NamedTuple

from switchboard.catalog.model import Endpoint
from switchboard.health.figures import Uptime
from switchboard.json_types import JsonObject
from switchboard.storage.rollups import HOURS, MINUTES, Bucket, endpoint_series
from switchboard.web.pages.kept_rollups import Series
from switchboard.web.views import percent

HOURS_SEARCHED = 48
MINUTE = 60
# A pause as short as this belongs to the incident: nobody may have asked in it.
LONGEST_PAUSE = 5 * MINUTE
# The newest minutes are summed up a minute late.
STILL_NEW = 2 * MINUTE
# One failure makes no incident, and in an hour without more there is none to look for.
FEWEST_FAILURES = 3
# The breaker shuts after few failures, so even a whole outage is no more than some of a minute's attempts.
WELL_FROM = 0.9
PARALLEL = 16


class BadMinute(NamedTuple):
    """One in which an endpoint of this model failed too often; `start` is in Unix seconds."""

    start: int
    model: str
    uptime: Uptime


@dataclass(frozen=True, slots=True)
class Incident:
    """Times are Unix seconds; `ended` is None while it goes on. `attempts` counts those of its bad minutes."""

    provider: str
    started: int
    ended: int | None
    attempts: int
    failures: int
    models: tuple[str, ...] = ()


async def failing_minutes(
    rollups: Series, watched: Mapping[str, Sequence[Endpoint]], now: float
) -> dict[str, list[BadMinute]]:
    """By provider, around hours with failures. Raises StorageError."""
    gate = asyncio.Semaphore(PARALLEL)

    async def of_endpoint(endpoint: Endpoint) -> list[BadMinute]:
        async with gate:
            series = endpoint_series(endpoint.id)
            bad = [one.start for one in await rollups.last(HOURS, series, HOURS_SEARCHED, now) if _failed(one)]
            if not bad:
                return []
            rows = await rollups.read(MINUTES, series, bad[0], bad[-1] + HOURS.seconds - MINUTE)
            return [BadMinute(start, endpoint.model, row.uptime) for start, row in rows.items() if _is_bad(row.uptime)]

    return {
        provider: list(chain.from_iterable(await asyncio.gather(*map(of_endpoint, endpoints))))
        for provider, endpoints in watched.items()
    }


def incidents(minutes: Mapping[str, Sequence[BadMinute]], now: float) -> list[Incident]:
    """The newest first."""
    found = [incident for provider, bad in minutes.items() for incident in _runs(provider, bad, now)]
    return sorted(found, key=lambda one: (-one.started, one.provider))


def incident_object(incident: Incident, provider_name: str) -> JsonObject:
    return {
        "provider": incident.provider,
        "provider_name": provider_name,
        "models": list(incident.models),
        "started": incident.started,
        "ended": incident.ended,
        "attempts": incident.attempts,
        "failures": incident.failures,
        "uptime": percent(Uptime(incident.attempts - incident.failures, incident.attempts)),
    }


def _failed(bucket: Bucket) -> bool:
    uptime = bucket.rollup.uptime if bucket.rollup else Uptime(0, 0)
    return uptime.counted - uptime.successes >= FEWEST_FAILURES


def _is_bad(uptime: Uptime) -> bool:
    return uptime.ratio is not None and uptime.ratio < WELL_FROM


def _runs(provider: str, bad: Sequence[BadMinute], now: float) -> Iterator[Incident]:
    run: list[BadMinute] = []
    for minute in sorted(bad, key=attrgetter("start")):
        if run and minute.start - run[-1].start > LONGEST_PAUSE:
            yield from _incident(provider, run, now)
            run = []
        run.append(minute)
    if run:
        yield from _incident(provider, run, now)


def _incident(provider: str, run: Sequence[BadMinute], now: float) -> Iterator[Incident]:
    attempts = sum(minute.uptime.counted for minute in run)
    failures = attempts - sum(minute.uptime.successes for minute in run)
    over = run[-1].start + MINUTE
    ended = None if now - over < STILL_NEW else over
    if failures >= FEWEST_FAILURES:
        models = tuple(sorted({minute.model for minute in run}))
        yield Incident(provider, run[0].start, ended, attempts, failures, models)

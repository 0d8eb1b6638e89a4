"""When a provider was down: runs of minutes in which it failed too often, found in the roll-ups of two days."""

import asyncio
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from switchboard.health.figures import DEGRADED_FROM, Uptime
from switchboard.json_types import JsonObject
from switchboard.storage.rollups import HOURS, MINUTES, Bucket, endpoint_series
from switchboard.web.pages.kept_rollups import Series
from switchboard.web.views import percent

HOURS_SEARCHED = 48
MINUTE = 60
# A pause as short as this belongs to the incident: nobody may have asked in it.
LONGEST_PAUSE = 5 * MINUTE
# One failure makes no incident, and in an hour without more there is none to look for.
FEWEST_FAILURES = 3
PARALLEL = 16

# What a provider's endpoints did in each minute (Unix seconds of its start).
Minutes = Mapping[int, Uptime]


@dataclass(frozen=True, slots=True)
class Incident:
    """Times are Unix seconds; `ended` is None while it goes on. `attempts` counts those of its bad minutes."""

    provider: str
    started: int
    ended: int | None
    attempts: int
    failures: int


async def failing_minutes(rollups: Series, watched: Mapping[str, Sequence[str]], now: float) -> dict[str, Minutes]:
    """The minutes of each provider's endpoints, by provider, around hours with failures. Raises StorageError."""
    gate = asyncio.Semaphore(PARALLEL)

    async def of_endpoint(endpoint: str) -> Minutes:
        async with gate:
            series = endpoint_series(endpoint)
            bad = [one.start for one in await rollups.last(HOURS, series, HOURS_SEARCHED, now) if _failed(one)]
            if not bad:
                return {}
            rows = await rollups.read(MINUTES, series, bad[0], bad[-1] + HOURS.seconds - MINUTE)
            return {start: rollup.uptime for start, rollup in rows.items()}

    found: dict[str, Minutes] = {}
    for provider, endpoints in watched.items():
        found[provider] = _added(await asyncio.gather(*map(of_endpoint, endpoints)))
    return found


def incidents(minutes: Mapping[str, Minutes], now: float) -> list[Incident]:
    """The newest first."""
    found = [incident for provider, of_provider in minutes.items() for incident in _runs(provider, of_provider, now)]
    return sorted(found, key=lambda one: (-one.started, one.provider))


def incident_object(incident: Incident, provider_name: str) -> JsonObject:
    return {
        "provider": incident.provider,
        "provider_name": provider_name,
        "started": incident.started,
        "ended": incident.ended,
        "attempts": incident.attempts,
        "failures": incident.failures,
        "uptime": percent(Uptime(incident.attempts - incident.failures, incident.attempts)),
    }


def _failed(bucket: Bucket) -> bool:
    uptime = bucket.rollup.uptime if bucket.rollup else Uptime(0, 0)
    return uptime.counted - uptime.successes >= FEWEST_FAILURES


def _added(parts: Sequence[Minutes]) -> Minutes:
    sums: defaultdict[int, list[Uptime]] = defaultdict(list)
    for part in parts:
        for start, uptime in part.items():
            sums[start].append(uptime)
    return {
        start: Uptime(sum(one.successes for one in some), sum(one.counted for one in some))
        for start, some in sums.items()
    }


def _runs(provider: str, minutes: Minutes, now: float) -> Iterator[Incident]:
    bad = sorted(
        start for start, uptime in minutes.items() if uptime.ratio is not None and uptime.ratio < DEGRADED_FROM
    )
    run: list[int] = []
    for start in [*bad, None]:
        if run and (start is None or start - run[-1] > LONGEST_PAUSE):
            yield from _incident(provider, [(one, minutes[one]) for one in run], now)
            run = []
        if start is not None:
            run.append(start)


def _incident(provider: str, run: Sequence[tuple[int, Uptime]], now: float) -> Iterator[Incident]:
    attempts = sum(uptime.counted for _, uptime in run)
    failures = attempts - sum(uptime.successes for _, uptime in run)
    over = run[-1][0] + MINUTE
    if failures >= FEWEST_FAILURES:
        yield Incident(provider, run[0][0], None if now - over < LONGEST_PAUSE else over, attempts, failures)

"""The status page as one object: each provider by day, summed over its endpoints that were asked lately. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import cast

from switchboard.catalog.model import Catalog, Endpoint, Provider
from switchboard.health.figures import DEGRADED_FROM, NORMAL_FROM, Rankings, Uptime
from switchboard.health.pauses import Pause
from switchboard.health.rollup import Rollup
from switchboard.json_types import Json, JsonObject
from switchboard.storage.rollups import Bucket, endpoint_series
from switchboard.web.pages.incidents import HOURS_SEARCHED, Incident, incident_object
from switchboard.web.pages.series import date_of
from switchboard.web.views import pause_object, percent

DAYS_SHOWN = 90
STATES = ("normal", "degraded", "down", "no data")


def watched_endpoints(catalog: Catalog, rankings: Rankings) -> dict[str, list[Endpoint]]:
    """By provider: the endpoints with an attempt within the last day. A catalog has hundreds that nobody asks."""
    watched: dict[str, list[Endpoint]] = {}
    for model in catalog.models.values():
        for endpoint in model.endpoints:
            if endpoint.id in rankings.endpoints:
                watched.setdefault(endpoint.provider.id, []).append(endpoint)
    return watched


@dataclass(frozen=True, slots=True)
class History:
    """What the roll-ups tell: the last ninety days of each watched endpoint's series, and what went wrong lately,
    and which endpoints (by id) are paused now."""

    days: Mapping[str, Sequence[Bucket]]
    incidents: Sequence[Incident] = ()
    pauses: Mapping[str, Pause] = field(default_factory=dict)


def status_object(catalog: Catalog, rankings: Rankings, history: History, now: float) -> JsonObject:
    watched = watched_endpoints(catalog, rankings)
    rows = [
        _provider(catalog.providers[name], endpoints, rankings, history) for name, endpoints in sorted(watched.items())
    ]
    return {
        "title": "Status",
        "as_of": int(now),
        "measured_until": rankings.version * 60 if rankings.version else None,
        "days_shown": DAYS_SHOWN,
        "states": {state: sum(row["state"] == state for row in rows) for state in STATES},
        "incident_hours": HOURS_SEARCHED,
        "incidents": [incident_object(one, catalog.providers[one.provider].name) for one in history.incidents],
        "providers": cast(Json, rows),
        "silent_providers": cast(Json, sorted(set(catalog.providers) - set(watched))),
    }


def state_of(uptime: Uptime) -> str:
    if uptime.ratio is None:
        return "no data"
    return "normal" if uptime.ratio >= NORMAL_FROM else "degraded" if uptime.ratio >= DEGRADED_FROM else "down"


def _worse(state: str) -> str:
    """Half an hour may look well while something fails now."""
    return "degraded" if state == "normal" else state


def _provider(provider: Provider, endpoints: Sequence[Endpoint], rankings: Rankings, history: History) -> JsonObject:
    figures = [rankings.endpoints[endpoint.id] for endpoint in endpoints]
    paused = [(endpoint, history.pauses[endpoint.id]) for endpoint in endpoints if endpoint.id in history.pauses]
    fails = any(one.provider == provider.id and one.ended is None for one in history.incidents)
    days = [history.days[endpoint_series(endpoint.id)] for endpoint in endpoints]
    recent = _sum([one.uptime_30m for one in figures])
    return {
        "provider": provider.id,
        "provider_name": provider.name,
        "status_page_url": provider.status_page,
        "simulated": provider.facts.get("simulated") is True,
        "endpoints": len(endpoints),
        "state": _worse(state_of(recent)) if paused or fails else state_of(recent),
        "uptime_last_30m": percent(recent),
        "uptime_last_1d": percent(_sum([one.uptime_1d for one in figures])),
        "paused": [{"model": endpoint.model, "tag": endpoint.tag, **pause_object(pause)} for endpoint, pause in paused],
        "days": [_day(buckets) for buckets in zip(*days, strict=True)],
    }


def _day(buckets: Sequence[Bucket]) -> Json:
    day = Rollup.merged(bucket.rollup for bucket in buckets if bucket.rollup)
    return {
        "date": date_of(buckets[0].start),
        "uptime": percent(day.uptime),
        "attempts": day.uptime.counted,
        "state": state_of(day.uptime),
    }


def _sum(uptimes: Sequence[Uptime]) -> Uptime:
    return Uptime(sum(one.successes for one in uptimes), sum(one.counted for one in uptimes))

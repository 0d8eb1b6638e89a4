from dataclasses import replace
from typing import Any

import pytest
from switchboard.health.figures import NO_FIGURES, Rankings, Uptime
from switchboard.health.pauses import Pause
from switchboard.health.rollup import Observation, Rollup
from switchboard.storage.rollups import DAY, Bucket, endpoint_series
from switchboard.web.pages.incidents import Incident
from switchboard.web.pages.status_page import History, state_of, status_object, watched_endpoints

from tests.examples import catalog, endpoint, model

NOW = 20_000 * DAY + 60.0
FIRST, SECOND = endpoint("acme"), endpoint("acme/eu")
CATALOG = catalog(model(FIRST, SECOND, endpoint("silent")))
FIGURES = Rankings(
    9,
    {
        FIRST.id: replace(NO_FIGURES, uptime_30m=Uptime(9, 10), uptime_1d=Uptime(9, 10)),
        SECOND.id: replace(NO_FIGURES, uptime_30m=Uptime(0, 10), uptime_1d=Uptime(10, 10)),
    },
)


def days(*outcomes: str) -> list[Bucket]:
    seen = Rollup.of(Observation(outcome) for outcome in outcomes) if outcomes else None
    return [Bucket(19_999 * DAY, None), Bucket(20_000 * DAY, seen)]


DAYS_OF = {endpoint_series(FIRST.id): days("ok")}


def shown() -> Any:
    series = {endpoint_series(FIRST.id): days("ok", "server"), endpoint_series(SECOND.id): days("ok", "rate_limit")}
    return status_object(
        CATALOG,
        FIGURES,
        History(series, (Incident("acme", 60, None, 4, 3),), {SECOND.id: Pause("failures", NOW + 5)}),
        NOW,
    )


def test_only_endpoints_that_were_asked_are_looked_up() -> None:
    assert watched_endpoints(CATALOG, FIGURES) == {"acme": [FIRST, SECOND]}
    assert shown()["silent_providers"] == ["silent"]


def test_a_provider_is_the_sum_of_its_endpoints() -> None:
    (row,) = shown()["providers"]
    assert (row["endpoints"], row["uptime_last_30m"], row["uptime_last_1d"]) == (2, 45.0, 95.0)


def test_endpoints_that_are_paused_are_named() -> None:
    (row,) = shown()["providers"]
    assert row["paused"] == [{"model": "lab/one", "tag": "acme/eu", "reason": "failures", "until": NOW + 5}]


def test_a_day_counts_attempts_without_rate_limits_and_silence_is_no_data() -> None:
    (row,) = shown()["providers"]
    assert row["days"] == [
        {"date": "2024-10-03", "uptime": None, "attempts": 0, "state": "no data"},
        {"date": "2024-10-04", "uptime": 66.67, "attempts": 3, "state": "down"},
    ]


@pytest.mark.parametrize(
    ("history", "state"),
    [
        (History(DAYS_OF), "normal"),
        (History(DAYS_OF, pauses={FIRST.id: Pause("failures", NOW)}), "degraded"),
        (History(DAYS_OF, (Incident("acme", 60, None, 4, 3),)), "degraded"),
        (History(DAYS_OF, (Incident("acme", 60, 120, 4, 3),)), "normal"),
        (History(DAYS_OF, (Incident("silent", 60, None, 4, 3),)), "normal"),
    ],
)
def test_a_provider_that_fails_now_is_not_normal(history: History, state: str) -> None:
    well = Rankings(9, {FIRST.id: replace(NO_FIGURES, uptime_30m=Uptime(99, 100))})
    page: Any = status_object(CATALOG, well, history, NOW)
    assert page["providers"][0]["state"] == state


def test_states_are_counted_and_incidents_named() -> None:
    page = shown()
    assert page["states"] == {"normal": 0, "degraded": 0, "down": 1, "no data": 0}
    assert (page["incidents"][0]["provider_name"], page["incidents"][0]["ended"]) == ("Acme", None)


@pytest.mark.parametrize(
    ("uptime", "state"),
    [
        (Uptime(0, 0), "no data"),
        (Uptime(95, 100), "normal"),
        (Uptime(94, 100), "degraded"),
        (Uptime(79, 100), "down"),
    ],
)
def test_the_state_follows_the_uptime(uptime: Uptime, state: str) -> None:
    assert state_of(uptime) == state

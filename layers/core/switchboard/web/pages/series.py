"""What the pages draw over time, read from the roll-ups: days of a model, hours and days of its endpoints."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import cast

from switchboard.catalog.model import Endpoint, Model
from switchboard.health.rollup import Rollup
from switchboard.json_types import Json, JsonObject
from switchboard.storage.rollups import DAYS, HOURS, Bucket, endpoint_series, model_series
from switchboard.web.pages.kept_rollups import Series
from switchboard.web.views import percent, spread_object

TOKEN_DAYS = 30
HOURS_SHOWN = 48
HOURS_SUMMED = 24
# One query for each row of a series: a model with many endpoints must not open as many connections at once.
PARALLEL = 16


async def model_stats(rollups: Series, model: Model, now: float) -> JsonObject:
    """Tokens by day for 30 days, and each endpoint's hours for two days. A gap has nulls: no data is not zero.

    Latency is the time to the first token in ms, throughput output tokens per second, uptime percent. Raises
    StorageError.
    """
    gate = asyncio.Semaphore(PARALLEL)

    async def hours_of(endpoint: Endpoint) -> list[Bucket]:
        async with gate:
            return await rollups.last(HOURS, endpoint_series(endpoint.id), HOURS_SHOWN, now)

    days = rollups.last(DAYS, model_series(model.id), TOKEN_DAYS, now)
    of_model, *of_endpoints = await asyncio.gather(days, *map(hours_of, model.endpoints))
    return {
        "id": model.id,
        "as_of": int(now),
        "tokens_per_day": [_day(bucket) for bucket in of_model],
        "endpoints": [
            endpoint_stats(endpoint, hours) for endpoint, hours in zip(model.endpoints, of_endpoints, strict=True)
        ],
    }


def endpoint_stats(endpoint: Endpoint, hours: Sequence[Bucket]) -> JsonObject:
    """The last day in one, and the hours one by one."""
    day = Rollup.merged(bucket.rollup for bucket in hours[-HOURS_SUMMED:] if bucket.rollup)
    return {
        "id": endpoint.id,
        "tag": endpoint.tag,
        "provider_name": endpoint.provider.name,
        "requests_last_1d": day.requests,
        "uptime_last_1d": percent(day.uptime),
        "attempts_last_1d": day.uptime.counted,
        "latency_last_1d": spread_object(day.latency),
        "throughput_last_1d": spread_object(day.throughput),
        "hours": [_hour(bucket) for bucket in hours],
    }


async def day_rollups(rollups: Series, series: Sequence[str], days: int, now: float) -> dict[str, list[Bucket]]:
    """So many days of each series, oldest first. Raises StorageError."""
    gate = asyncio.Semaphore(PARALLEL)

    async def days_of(one: str) -> list[Bucket]:
        async with gate:
            return await rollups.last(DAYS, one, days, now)

    found = await asyncio.gather(*map(days_of, series))
    return dict(zip(series, found, strict=True))


def date_of(start: float) -> str:
    return datetime.fromtimestamp(start, UTC).strftime("%Y-%m-%d")


def _day(bucket: Bucket) -> Json:
    rollup = bucket.rollup
    return {
        "date": date_of(bucket.start),
        "prompt_tokens": rollup.tokens_in if rollup else None,
        "completion_tokens": rollup.tokens_out if rollup else None,
        "requests": rollup.requests if rollup else None,
    }


def _hour(bucket: Bucket) -> Json:
    rollup = bucket.rollup or Rollup()
    latency, throughput = rollup.latency, rollup.throughput
    return cast(
        Json,
        {
            "start": bucket.start,
            "requests": rollup.requests,
            "uptime": percent(rollup.uptime),
            "latency_p50": latency and round(latency.p50, 2),
            "throughput_p50": throughput and round(throughput.p50, 2),
        },
    )

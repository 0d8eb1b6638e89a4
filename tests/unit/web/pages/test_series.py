import asyncio
from typing import Any

from switchboard.health.rollup import Observation, Rollup
from switchboard.storage.rollups import DAY, DAYS, HOURS, RollupStore, endpoint_series, model_series
from switchboard.web.pages.series import HOURS_SHOWN, TOKEN_DAYS, date_of, day_rollups, model_stats

from tests.examples import endpoint, model
from tests.fakes import FakeDatabase

NOW = 1_800_000_000.0
OFFER = endpoint()
GOOD = Observation("ok", 100, 20, 5, first_token_ms=700, generation_ms=1000)
BAD = Observation("server")


def written() -> RollupStore:
    store = RollupStore(FakeDatabase(), "UptimeTable")

    async def write() -> None:
        hour, day = HOURS.start_of(NOW), DAYS.start_of(NOW)
        await store.write(HOURS, endpoint_series(OFFER.id), hour, Rollup.of([GOOD, BAD]))
        await store.write(HOURS, endpoint_series(OFFER.id), hour - 30 * 3600, Rollup.of([BAD]))
        await store.write(DAYS, model_series("lab/one"), day - DAY, Rollup.of([GOOD, GOOD]))

    asyncio.run(write())
    return store


def stats() -> Any:
    return asyncio.run(model_stats(written(), model(OFFER), NOW))


def test_tokens_are_told_by_day_and_a_day_without_any_is_a_gap() -> None:
    days = stats()["tokens_per_day"]
    assert len(days) == TOKEN_DAYS
    assert days[-2] == {
        "date": date_of(NOW - DAY),
        "prompt_tokens": 200,
        "completion_tokens": 40,
        "requests": 2,
    }
    assert days[-1]["requests"] is None


def test_hours_have_uptime_and_medians_and_silence_has_nulls() -> None:
    (row,) = stats()["endpoints"]
    assert len(row["hours"]) == HOURS_SHOWN
    last, before = row["hours"][-1], row["hours"][-2]
    assert (last["requests"], last["uptime"], last["latency_p50"]) == (2, 50.0, 700)
    assert (before["requests"], before["uptime"], before["throughput_p50"]) == (0, None, None)


def test_the_day_is_the_last_24_hours_and_has_its_samples_counted() -> None:
    (row,) = stats()["endpoints"]
    assert (row["requests_last_1d"], row["uptime_last_1d"]) == (2, 50.0)
    assert (row["latency_last_1d"]["min"], row["latency_last_1d"]["count"]) == (700, 1)


def test_days_are_read_for_each_series() -> None:
    found = asyncio.run(day_rollups(written(), [model_series("lab/one"), "model:none"], 3, NOW))
    assert [bucket.rollup is not None for bucket in found[model_series("lab/one")]] == [False, True, False]
    assert [bucket.rollup for bucket in found["model:none"]] == [None, None, None]

"""Every minute: roll up what was recorded, work out how each endpoint does, publish it.

All rows are computed anew from append-only records: a run may be late, doubled, or cut short, and the next one puts
things right. It needs the lease only so as not to do the work twice.
"""

import asyncio
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field, replace

from switchboard.accounting.activity import Activity, Subject, activity_of
from switchboard.clock import Clock
from switchboard.health.estimates import Past, estimates, pools
from switchboard.health.figures import NO_FIGURES, EndpointFigures, Rankings
from switchboard.health.rollup import Rollup
from switchboard.ids import new_ulid
from switchboard.jobs.levels import SeriesUpdate, Window
from switchboard.jobs.tally import tally
from switchboard.storage.activity import ActivityStore
from switchboard.storage.jobs import JobStore
from switchboard.storage.rankings import RankingStore
from switchboard.storage.rollups import (
    HOURS,
    MINUTES,
    RollupStore,
    Rows,
    endpoint_of,
    endpoint_series,
    probe_series,
    probed_by,
)
from switchboard.storage.usage import UsageStore

JOB = "rankings"
# The function must be stopped before: two runs at once are harmless only while neither writes what it read long ago.
LEASE_SECONDS = 55.0
MINUTE = 60
STRAGGLER_MINUTES = 3
MINUTES_PER_RUN = 30
# Minute rows live for 48 hours, and an hour must not be summed up while its minutes expire.
OLDEST_MINUTES = 24 * 60
PARALLEL = 16

SHORT_MINUTES = 5
LONG_MINUTES = 30
DAY_HOURS = 24
# After an hour a minute has a sixty-fourth of its weight in an estimate.
ESTIMATE_MINUTES = 60


@dataclass(frozen=True, slots=True)
class Stores:
    usage: UsageStore
    rollups: RollupStore
    rankings: RankingStore
    jobs: JobStore
    activity: ActivityStore


@dataclass(frozen=True, slots=True)
class Report:
    """What a run did, for the log. `behind` counts closed minutes left for later runs."""

    ran: bool
    minutes: int = 0
    generations: int = 0
    series: int = 0
    rows_written: int = 0
    endpoints: int = 0
    behind: int = 0
    published: bool = False


@dataclass(slots=True)
class Recorded:
    """What the records of some minutes say: rows of every series, each key's activity by minute, how many they are."""

    series: dict[str, Rows] = field(default_factory=dict)
    activity: dict[Subject, dict[int, Activity]] = field(default_factory=dict)
    generations: int = 0


@dataclass(frozen=True, slots=True)
class Plan:
    """Minutes (Unix time // 60) to compute, and the one up to which all is done afterwards."""

    minutes: tuple[int, ...]
    watermark: int


async def recompute(stores: Stores, clock: Clock, *, known: Collection[str] = ()) -> Report:
    """One run. `known` are endpoint ids to look up if nothing was ever published; after that, those that were active
    in the last day are known from there. Raises StorageUnavailable; the next run does what this one left."""
    owner = new_ulid(clock.now())
    lease = await stores.jobs.acquire(JOB, owner, now=clock.now(), seconds=LEASE_SECONDS)
    if lease is None:
        return Report(ran=False)
    done: int | None = None
    try:
        plan = plan_run(lease.watermark, int(clock.now()) // MINUTE)
        report = await _run(stores, plan, clock.now(), known)
        done = plan.watermark
    finally:
        await stores.jobs.release(lease, watermark=done)
    return report


def plan_run(watermark: int | None, current: int) -> Plan:
    """Closed minutes from the oldest that is not done, stragglers included, and always the newest ones.

    The open minute is computed as far as it got, so that figures show at once, even while a backlog is worked off.
    """
    done = current - 1 - MINUTES_PER_RUN + STRAGGLER_MINUTES if watermark is None else watermark
    first = max(done - STRAGGLER_MINUTES + 1, current - OLDEST_MINUTES)
    last = min(current - 1, first + MINUTES_PER_RUN - 1)
    newest = range(current - STRAGGLER_MINUTES, current + 1)
    return Plan(tuple(sorted({*range(first, last + 1), *newest})), max(last, done))


async def _run(stores: Stores, plan: Plan, now: float, known: Collection[str]) -> Report:
    recorded = await _fresh_minutes(stores.usage, plan.minutes)
    fresh = recorded.series
    await _bring_activity_up_to_date(stores.activity, recorded.activity)
    previous = await stores.rankings.read()
    endpoints = {*previous.endpoints, *(known if not previous.version else ())}
    watched = {endpoint_series(endpoint) for endpoint in endpoints} | {one for one in fresh if endpoint_of(one)}
    probed = {endpoint for endpoint, figures in previous.endpoints.items() if figures.probes_1d.counted}
    watched |= {probe_series(endpoint) for endpoint in probed} | {one for one in fresh if probed_by(one)}
    updates = await _bring_up_to_date(stores.rollups, fresh, watched, now)
    rankings = _rankings(updates, now)
    version = rankings.version
    return Report(
        ran=True,
        minutes=len(plan.minutes),
        generations=recorded.generations,
        series=len(updates),
        rows_written=sum(update.written for update in updates),
        endpoints=len(rankings.endpoints),
        behind=max(0, version - 1 - plan.watermark),
        published=await stores.rankings.publish(rankings),
    )


async def recount(usage: UsageStore, activity: ActivityStore, minutes: Collection[int]) -> int:
    """Bring the activity of some minutes (Unix time // 60) up to date, however old they are. How many records."""
    recorded = await _fresh_minutes(usage, sorted(set(minutes)))
    await _bring_activity_up_to_date(activity, recorded.activity)
    return recorded.generations


async def _fresh_minutes(usage: UsageStore, minutes: Collection[int]) -> Recorded:
    gate = asyncio.Semaphore(PARALLEL)

    async def one(minute: int) -> tuple[dict[str, Rollup], dict[Subject, Activity], int]:
        async with gate:
            generations = await usage.of_minute(minute)
        return tally(generations), activity_of(generations), len(generations)

    results = await asyncio.gather(*(one(minute) for minute in minutes))
    recorded = Recorded()
    for minute, (rollups, activities, count) in zip(minutes, results, strict=True):
        for series, rollup in rollups.items():
            recorded.series.setdefault(series, {})[minute * MINUTE] = rollup
        for subject, activity in activities.items():
            recorded.activity.setdefault(subject, {})[minute] = activity
        recorded.generations += count
    return recorded


async def _bring_activity_up_to_date(store: ActivityStore, fresh: dict[Subject, dict[int, Activity]]) -> None:
    gate = asyncio.Semaphore(PARALLEL)

    async def one(subject: Subject) -> None:
        async with gate:
            await store.bring_up_to_date(subject, fresh[subject])

    await asyncio.gather(*(one(subject) for subject in sorted(fresh)))


async def _bring_up_to_date(
    rows: RollupStore, fresh: dict[str, Rows], watched: Collection[str], now: float
) -> list[SeriesUpdate]:
    gate = asyncio.Semaphore(PARALLEL)
    minutes = Window(MINUTES.start_of(now) - ESTIMATE_MINUTES * MINUTE, int(now))
    hours = Window(HOURS.start_of(now) - DAY_HOURS * HOURS.seconds, int(now))

    async def one(series: str) -> SeriesUpdate:
        update = SeriesUpdate(rows, series)
        async with gate:
            if series in watched:
                await update.apply(fresh.get(series, {}), minutes, hours)
            else:
                await update.apply(fresh[series])
        return update

    return await asyncio.gather(*(one(series) for series in sorted({*fresh, *watched})))


def _rankings(updates: Iterable[SeriesUpdate], now: float) -> Rankings:
    """Of the endpoints that anything happened to in the last day. What to expect of one, callers' requests tell: a
    probe is too short to say how fast it is.
    """
    figures: dict[str, EndpointFigures] = {}
    pasts: dict[str, Past] = {}
    probes: dict[str, SeriesUpdate] = {}
    for update in updates:
        endpoint, found = endpoint_of(update.series), _figures(update, now)
        if endpoint and found:
            figures[endpoint] = found
            pasts[endpoint] = _past(update, now)
        elif probed := probed_by(update.series):
            probes[probed] = update
    expected = estimates(pasts)
    endpoints = {endpoint: replace(found, estimate=expected[endpoint]) for endpoint, found in figures.items()}
    for endpoint, update in probes.items():
        if found := _figures(update, now):
            known = endpoints.get(endpoint, NO_FIGURES)
            endpoints[endpoint] = replace(known, probes_30m=found.uptime_30m, probes_1d=found.uptime_1d)
    return Rankings(int(now) // MINUTE, endpoints, now, pools(pasts))


def _past(update: SeriesUpdate, now: float) -> Past:
    minutes = _rows_since(update.minutes, MINUTES.start_of(now) - ESTIMATE_MINUTES * MINUTE)
    return Past.of(minutes, _rows_since(update.hours, HOURS.start_of(now) - DAY_HOURS * HOURS.seconds), now)


def _figures(update: SeriesUpdate, now: float) -> EndpointFigures | None:
    """Each window is that many whole minutes or hours, and the open one. None if nothing happened for a day."""
    minute = MINUTES.start_of(now)
    day = _since(update.hours, HOURS.start_of(now) - DAY_HOURS * HOURS.seconds)
    if not day.requests:
        return None
    long = _since(update.minutes, minute - LONG_MINUTES * MINUTE)
    short = _since(update.minutes, minute - SHORT_MINUTES * MINUTE)
    return EndpointFigures(short.uptime, long.uptime, day.uptime, long.latency, long.throughput)


def _since(rows: Rows, first: int) -> Rollup:
    return Rollup.merged(_rows_since(rows, first).values())


def _rows_since(rows: Rows, first: int) -> Rows:
    return {start: rollup for start, rollup in rows.items() if start >= first}

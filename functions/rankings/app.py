"""The rankings function: EventBridge Scheduler calls `handler` every minute."""

import asyncio
from dataclasses import asdict

from switchboard.aws_database import aws_database
from switchboard.catalog.packaged import packaged_catalog
from switchboard.clock import SystemClock
from switchboard.jobs.rankings import Stores, recompute
from switchboard.jobs.sweep import sweep
from switchboard.json_types import JsonObject
from switchboard.settings import AwsEnvironment, Settings
from switchboard.storage.activity import ActivityStore
from switchboard.storage.budget import BudgetStore
from switchboard.storage.jobs import JobStore
from switchboard.storage.rankings import RankingStore
from switchboard.storage.rollups import RollupStore
from switchboard.storage.usage import UsageStore
from switchboard.telemetry import Telemetry

settings = Settings.read()
telemetry = Telemetry(settings.log_level, settings.stack_name)
database = aws_database(AwsEnvironment.read())
known = [endpoint.id for model in packaged_catalog().models.values() for endpoint in model.endpoints]
stores = Stores(
    usage=UsageStore(database, settings.usage_table, settings.usage_shards, settings.usage_days),
    rollups=RollupStore(database, settings.uptime_table),
    rankings=RankingStore(database, settings.uptime_table),
    jobs=JobStore(database, settings.uptime_table),
    activity=ActivityStore(database, settings.uptime_table),
)


def handler(_event: JsonObject, _context: object) -> JsonObject:
    """What the run did; the event says only that a minute is over."""
    report = asdict(asyncio.run(recompute(stores, SystemClock(), known=known)))
    swept = asyncio.run(sweep(BudgetStore(database, settings.keys_table), SystemClock()))
    report |= {"holds_swept": swept.holds, "keys_near_limit": swept.near, "keys_at_limit": swept.used_up}
    telemetry.info("rankings_recomputed", report, swept.measures)
    return report

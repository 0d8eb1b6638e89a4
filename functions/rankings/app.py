"""The rankings function: EventBridge Scheduler calls `handler` every minute."""

import asyncio
import random
from dataclasses import asdict
from functools import partial

from switchboard.aws_database import aws_database, aws_here
from switchboard.catalog.packaged import packaged_catalog
from switchboard.jobs.probes import Prober
from switchboard.jobs.rankings import Stores, recompute
from switchboard.jobs.sweep import sweep
from switchboard.json_types import JsonObject
from switchboard.settings import AwsEnvironment, Settings
from switchboard.storage.activity import ActivityStore
from switchboard.storage.budget import BudgetStore
from switchboard.storage.jobs import JobStore
from switchboard.storage.rankings import RankingStore
from switchboard.storage.rollups import RollupStore
from switchboard.storage.secrets import probe_secret
from switchboard.storage.signed import SSM, SignedService
from switchboard.storage.usage import UsageStore
from switchboard.telemetry import Telemetry

settings, aws = Settings.read(), aws_here(AwsEnvironment.read())
telemetry = Telemetry(settings.log_level, settings.stack_name)
database = aws_database(aws)
catalog = packaged_catalog()
known = [endpoint.id for model in catalog.models.values() for endpoint in model.endpoints]
stores = Stores(
    usage=UsageStore(database, settings.usage_table, settings.usage_shards, settings.usage_days),
    rollups=RollupStore(database, settings.uptime_table),
    rankings=RankingStore(database, settings.uptime_table),
    jobs=JobStore(database, settings.uptime_table),
    activity=ActivityStore(database, settings.uptime_table),
)
clock, parameters = aws.clock, SignedService(aws, SSM)
prober = Prober(partial(probe_secret, parameters, settings.stack_name), aws.http, clock, random.SystemRandom())


def handler(_event: JsonObject, _context: object) -> JsonObject:
    """What the run did; the event says only that a minute is over."""
    report = asdict(asyncio.run(recompute(stores, clock, known=known)))
    swept = asyncio.run(sweep(BudgetStore(database, settings.keys_table), clock))
    report |= {"holds_swept": swept.holds, "keys_near_limit": swept.near, "keys_at_limit": swept.used_up}
    report |= {"probes": asdict(asyncio.run(prober.run(catalog, stores.rankings)))}
    telemetry.info("rankings_recomputed", report, swept.measures)
    return report

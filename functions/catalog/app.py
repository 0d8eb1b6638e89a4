"""The catalog function: look-ups and the pages."""

from mangum import Mangum
from switchboard.aws_database import aws_database, aws_here
from switchboard.catalog.packaged import packaged_catalog
from switchboard.clock import SystemClock
from switchboard.rankings_cache import RankingsCache
from switchboard.settings import AwsEnvironment, Settings
from switchboard.storage.rankings import RankingStore
from switchboard.storage.rollups import RollupStore
from switchboard.storage.signals import SignalStore
from switchboard.storage.usage import UsageStore
from switchboard.telemetry import Telemetry
from switchboard.web.catalog import Lookups, catalog_app
from switchboard.web.keys import KeyOffice, keys_app

settings = Settings.read()
clock = SystemClock()
telemetry = Telemetry(settings.log_level, settings.stack_name)
database = aws_database(aws_here(AwsEnvironment.read()))
office = KeyOffice.over(database, settings, packaged_catalog(), clock)
app = catalog_app(
    Lookups(
        catalog=office.catalog,
        rankings=RankingsCache(RankingStore(database, settings.uptime_table), clock),
        rollups=RollupStore(database, settings.uptime_table),
        signals=SignalStore(database, settings.keys_table),
        generations=UsageStore(database, settings.usage_table, settings.usage_shards, settings.usage_days),
        authenticator=office.authenticator,
        clock=clock,
    ),
    telemetry,
    described=[keys_app(office, telemetry)],
)
handler = Mangum(app, lifespan="off")

"""The catalog function: look-ups and, in time, the pages."""

from mangum import Mangum
from switchboard.auth import Authenticator
from switchboard.catalog.packaged import packaged_catalog
from switchboard.clock import SystemClock
from switchboard.rankings_cache import RankingsCache
from switchboard.settings import AwsEnvironment, Settings
from switchboard.storage.boto import boto_database
from switchboard.storage.keys import KeyStore
from switchboard.storage.rankings import RankingStore
from switchboard.storage.usage import UsageStore
from switchboard.telemetry import Telemetry
from switchboard.web.catalog import Lookups, catalog_app
from switchboard.web.keys import keys_app

settings = Settings.read()
aws = AwsEnvironment.read()
clock = SystemClock()
telemetry = Telemetry(settings.log_level)
database = boto_database(region=aws.region, endpoint=aws.endpoint)
authenticator = Authenticator(KeyStore(database, settings.keys_table), clock)
app = catalog_app(
    Lookups(
        catalog=packaged_catalog(),
        rankings=RankingsCache(RankingStore(database, settings.uptime_table), clock),
        generations=UsageStore(database, settings.usage_table, settings.usage_shards, settings.usage_days),
        authenticator=authenticator,
        clock=clock,
    ),
    telemetry,
    described=[keys_app(authenticator, telemetry)],
)
handler = Mangum(app, lifespan="off")

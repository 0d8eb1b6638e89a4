"""The keys function: everything that keys and their limits are about."""

from mangum import Mangum
from switchboard.auth import Authenticator
from switchboard.catalog.packaged import packaged_catalog
from switchboard.clock import SystemClock
from switchboard.settings import AwsEnvironment, Settings
from switchboard.storage.activity import ActivityStore
from switchboard.storage.boto import boto_database
from switchboard.storage.budget import BudgetStore
from switchboard.storage.keys import KeyStore
from switchboard.telemetry import Telemetry
from switchboard.web.keys import KeyOffice, keys_app

settings = Settings.read()
aws = AwsEnvironment.read()
clock = SystemClock()
database = boto_database(region=aws.region, endpoint=aws.endpoint)
keys = KeyStore(database, settings.keys_table)
app = keys_app(
    KeyOffice(
        keys=keys,
        activity=ActivityStore(database, settings.uptime_table),
        budgets=BudgetStore(database, settings.keys_table),
        authenticator=Authenticator(keys, clock),
        catalog=packaged_catalog(),
        clock=clock,
    ),
    Telemetry(settings.log_level),
)
handler = Mangum(app, lifespan="off")

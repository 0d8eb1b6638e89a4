"""The keys function: everything that keys and their limits are about."""

from mangum import Mangum
from switchboard.catalog.packaged import packaged_catalog
from switchboard.clock import SystemClock
from switchboard.settings import AwsEnvironment, Settings
from switchboard.storage.boto import boto_database
from switchboard.telemetry import Telemetry
from switchboard.web.keys import KeyOffice, keys_app

settings = Settings.read()
aws = AwsEnvironment.read()
database = boto_database(region=aws.region, endpoint=aws.endpoint)
app = keys_app(
    KeyOffice.over(database, settings, packaged_catalog(), SystemClock()),
    Telemetry(settings.log_level, settings.stack_name),
)
handler = Mangum(app, lifespan="off")

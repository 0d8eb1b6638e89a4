"""The keys function: everything that keys and their limits are about."""

from mangum import Mangum
from switchboard.aws_database import aws_database, aws_here
from switchboard.catalog.packaged import packaged_catalog
from switchboard.clock import SystemClock
from switchboard.settings import AwsEnvironment, Settings
from switchboard.telemetry import Telemetry
from switchboard.web.keys import KeyOffice, keys_app

settings = Settings.read()
database = aws_database(aws_here(AwsEnvironment.read()))
app = keys_app(
    KeyOffice.over(database, settings, packaged_catalog(), SystemClock()),
    Telemetry(settings.log_level, settings.stack_name),
)
handler = Mangum(app, lifespan="off")

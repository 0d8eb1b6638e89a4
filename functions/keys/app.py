"""The keys function: everything that keys and their limits are about."""

from mangum import Mangum
from switchboard.auth import Authenticator
from switchboard.clock import SystemClock
from switchboard.settings import AwsEnvironment, Settings
from switchboard.storage.boto import boto_database
from switchboard.storage.keys import KeyStore
from switchboard.telemetry import Telemetry
from switchboard.web.keys import keys_app

settings = Settings.read()
aws = AwsEnvironment.read()
database = boto_database(region=aws.region, endpoint=aws.endpoint)
authenticator = Authenticator(KeyStore(database, settings.keys_table), SystemClock())
app = keys_app(authenticator, Telemetry(settings.log_level))
handler = Mangum(app, lifespan="off")

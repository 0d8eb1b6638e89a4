"""The chat function: `app` is streamed by switchboard.runtime; its buffered door is beside it, in buffered.py."""

from switchboard.catalog.packaged import packaged_catalog
from switchboard.catalog.slots import with_slots
from switchboard.clock import SystemClock
from switchboard.gateway import Surroundings, chat_gateway
from switchboard.google_tokens import with_google_tokens
from switchboard.providers.aws_signer import BedrockSigner
from switchboard.settings import AwsEnvironment, Settings
from switchboard.storage.dynamodb import DynamoDatabase
from switchboard.storage.secrets import provider_secret
from switchboard.storage.signed import DYNAMODB, SSM, Aws, SignedService
from switchboard.telemetry import Telemetry
from switchboard.transport.here import http_client
from switchboard.wire.sigv4 import Credentials

settings = Settings.read()
clock = SystemClock()
http = http_client()


def credentials() -> Credentials:
    here = AwsEnvironment.read()
    return Credentials(here.access_key, here.secret_key, here.session_token)


environment = AwsEnvironment.read()
aws = Aws(http, clock, credentials, environment.region, environment.endpoint)
app = chat_gateway(
    Surroundings(
        settings=settings,
        catalog=with_slots(packaged_catalog(), {"AWS_REGION": environment.region}),
        database=DynamoDatabase(SignedService(aws, DYNAMODB)),
        load_provider_key=with_google_tokens(
            lambda provider: provider_secret(SignedService(aws, SSM), settings.stack_name, provider), http, clock
        ),
        transport=http,
        telemetry=Telemetry(settings.log_level, settings.stack_name),
        clock=clock,
        sign=BedrockSigner(credentials, environment.region, clock),
    )
)

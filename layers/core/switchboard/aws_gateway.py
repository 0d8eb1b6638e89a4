"""The chat gateway over AWS's services: the function's and the container's, whose credentials come differently."""

from collections.abc import Callable

from switchboard.catalog.packaged import packaged_catalog
from switchboard.catalog.slots import with_slots
from switchboard.clock import SystemClock
from switchboard.garbage import collect_rarely
from switchboard.gateway import Surroundings, chat_gateway
from switchboard.google_tokens import with_google_tokens
from switchboard.providers.aws_signer import BedrockSigner
from switchboard.settings import AwsEnvironment, Settings
from switchboard.storage.dynamodb import DynamoDatabase
from switchboard.storage.secrets import provider_secret
from switchboard.storage.signed import DYNAMODB, SSM, Aws, SignedService
from switchboard.telemetry import Telemetry
from switchboard.transport.here import http_client
from switchboard.web.chat import ChatApp
from switchboard.wire.sigv4 import Credentials


def aws_gateway(settings: Settings, here: AwsEnvironment, credentials: Callable[[], Credentials]) -> ChatApp:
    """`credentials` is asked before each call, since they are renewed."""
    app = chat_gateway(_surroundings(settings, here, credentials))
    collect_rarely()
    return app


def _surroundings(settings: Settings, here: AwsEnvironment, credentials: Callable[[], Credentials]) -> Surroundings:
    clock, http = SystemClock(), http_client()
    aws = Aws(http, clock, credentials, here.region, here.endpoint)
    return Surroundings(
        settings=settings,
        catalog=with_slots(packaged_catalog(), {"AWS_REGION": here.region}),
        database=DynamoDatabase(SignedService(aws, DYNAMODB)),
        load_provider_key=with_google_tokens(
            lambda provider: provider_secret(SignedService(aws, SSM), settings.stack_name, provider), http, clock
        ),
        transport=http,
        telemetry=Telemetry(settings.log_level, settings.stack_name),
        clock=clock,
        sign=BedrockSigner(credentials, here.region, clock),
    )

"""The chat gateway for a container: `uvicorn app:app`. Tables, keys and rankings are those of a deployed stack.

It differs from functions/chat/app.py in one thing: credentials come from wherever boto3 finds them (a task's role, a
profile) and are renewed by it, where Lambda puts them into the environment.
"""

import boto3
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

found = boto3.Session().get_credentials()
if found is None:
    raise SystemExit("No AWS credentials. Run with a task role, or set AWS_PROFILE or AWS_ACCESS_KEY_ID.")
renewed = found


def credentials() -> Credentials:
    now = renewed.get_frozen_credentials()
    return Credentials(now.access_key, now.secret_key, now.token)


settings, environment, clock, http = Settings.read(), AwsEnvironment.read(), SystemClock(), http_client()
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

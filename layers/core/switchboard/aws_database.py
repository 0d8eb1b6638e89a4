"""AWS and its DynamoDB as a Lambda function reaches them: calls signed here, as whoever the environment says it is.

boto3 would take a third of a cold start (`make bench-cold`).
"""

from switchboard.aws_credentials import credentials
from switchboard.clock import SystemClock
from switchboard.settings import AwsEnvironment
from switchboard.storage.dynamodb import DynamoDatabase
from switchboard.storage.signed import DYNAMODB, Aws, SignedService
from switchboard.transport.threaded import ThreadedClient

# A page of statistics may be large, and nobody waits for it with a provider on the line.
READ_SECONDS = 5.0


def aws_here(here: AwsEnvironment) -> Aws:
    """Good for one event loop after another: Mangum and the scheduler's handler begin one for each event."""
    return Aws(ThreadedClient(), SystemClock(), credentials, here.region, here.endpoint)


def aws_database(aws: Aws) -> DynamoDatabase:
    return DynamoDatabase(SignedService(aws, DYNAMODB, READ_SECONDS))

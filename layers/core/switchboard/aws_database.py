"""DynamoDB as a Lambda function reaches it: calls signed here, as whoever the environment says it is.

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


def aws_database(here: AwsEnvironment) -> DynamoDatabase:
    """Good for one event loop after another: Mangum and the scheduler's handler begin one for each event."""
    aws = Aws(ThreadedClient(), SystemClock(), credentials, here.region, here.endpoint)
    return DynamoDatabase(SignedService(aws, DYNAMODB, READ_SECONDS))

"""The chat gateway for a container: `uvicorn app:app`. Tables, keys and rankings are those of a deployed stack.

It differs from functions/chat/app.py in one thing: credentials come from wherever boto3 finds them (a task's role, a
profile) and are renewed by it, where Lambda puts them into the environment.
"""

import boto3
from switchboard.aws_gateway import aws_gateway
from switchboard.settings import AwsEnvironment, Settings
from switchboard.wire.sigv4 import Credentials

found = boto3.Session().get_credentials()
if found is None:
    raise SystemExit("No AWS credentials. Run with a task role, or set AWS_PROFILE or AWS_ACCESS_KEY_ID.")
renewed = found


def credentials() -> Credentials:
    now = renewed.get_frozen_credentials()
    return Credentials(now.access_key, now.secret_key, now.token)


app = aws_gateway(Settings.read(), AwsEnvironment.read(), credentials)

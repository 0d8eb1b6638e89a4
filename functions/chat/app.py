"""The chat function: `app` is streamed by switchboard.runtime; its buffered door is beside it, in buffered.py."""

from switchboard.aws_gateway import aws_gateway
from switchboard.settings import AwsEnvironment, Settings
from switchboard.wire.sigv4 import Credentials


def credentials() -> Credentials:
    here = AwsEnvironment.read()
    return Credentials(here.access_key, here.secret_key, here.session_token)


app = aws_gateway(Settings.read(), AwsEnvironment.read(), credentials)

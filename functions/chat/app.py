"""The chat function: `app` is streamed by switchboard.runtime; its buffered door is beside it, in buffered.py."""

from switchboard.aws_credentials import credentials
from switchboard.aws_gateway import aws_gateway
from switchboard.settings import AwsEnvironment, Settings

app = aws_gateway(Settings.read(), AwsEnvironment.read(), credentials)

"""Each surrounding gets the client that suits it."""

import pytest
from switchboard.settings import LambdaEnvironment
from switchboard.transport.here import http_client
from switchboard.transport.looped import LoopedClient
from switchboard.transport.threaded import ThreadedClient


@pytest.mark.parametrize(
    ("variables", "client"), [({"AWS_LAMBDA_RUNTIME_API": "127.0.0.1:9001"}, ThreadedClient), ({}, LoopedClient)]
)
def test_lambda_gets_the_client_that_starts_quickest(variables: dict[str, str], client: type) -> None:
    assert isinstance(http_client(LambdaEnvironment.read(variables)), client)

"""With a key, or signed as botocore would: the model id encoded once on the wire and twice in the signature."""

from typing import Any
from urllib.parse import quote

import botocore.session
import pytest
from botocore.awsrequest import AWSRequest, prepare_request_dict
from switchboard.providers.aws_signer import BedrockSigner
from switchboard.providers.bedrock_converse import BedrockConverseUpstream
from switchboard.secret import Secret
from switchboard.wire.http import HttpRequest
from switchboard.wire.sigv4 import Credentials

from tests.examples import endpoint, provider, request
from tests.fakes import FakeClock
from tests.unit.wire.test_sigv4 import by_botocore

BASE = "https://bedrock-runtime.eu-west-1.amazonaws.com"
ARN = "arn:aws:bedrock:eu-west-1:123456789012:application-inference-profile/ab12"
WHO = Credentials("AKID", "secret", "token")
CLOCK = FakeClock()


def built(model: str = "m", secret: Secret | None = None, auth: str = "aws-sigv4", **fields: Any) -> HttpRequest:
    bedrock = provider("amazon-bedrock", base_url=BASE, auth=auth, region="eu-west-1")
    upstream = BedrockConverseUpstream(CLOCK, BedrockSigner(lambda: WHO, "us-east-1", CLOCK))
    offer = endpoint("amazon-bedrock", provider=bedrock, upstream_id=model, region="elsewhere")
    return upstream.build(request(**fields), offer, secret)


def botocores_url(model: str, operation: str) -> str:
    session = botocore.session.get_session()
    session.set_credentials("AKID", "secret")
    client = session.create_client("bedrock-runtime", "eu-west-1")
    shape = client.meta.service_model.operation_model(operation)
    parameters = {"modelId": model, "messages": [{"role": "user", "content": [{"text": "hello"}]}]}
    told = client._serializer.serialize_to_request(parameters, shape)
    prepare_request_dict(told, endpoint_url=BASE)
    return str(AWSRequest(told["method"], told["url"]).url)


@pytest.mark.parametrize("model", ["amazon.nova-pro-v1:0", "us.amazon.nova-lite-v1:0", ARN, f"{ARN} x"])
@pytest.mark.parametrize(("stream", "operation"), [(False, "Converse"), (True, "ConverseStream")])
def test_the_address_is_botocores(model: str, stream: bool, operation: str) -> None:
    assert built(model, stream=stream).url == botocores_url(model, operation)


@pytest.mark.parametrize("model", ["amazon.nova-pro-v1:0", ARN])
def test_the_signature_is_botocores(model: str) -> None:
    signed = built(model)
    unsigned = {
        name: value for name, value in signed.headers.items() if not name.startswith(("X-Amz-", "Authorization"))
    }
    plain = HttpRequest(signed.method, signed.url, unsigned, signed.body)
    assert signed.headers == by_botocore(plain, WHO, ("eu-west-1", "bedrock"), CLOCK.now())
    assert quote(model, safe="") in signed.url


def test_a_key_goes_before_a_signature() -> None:
    headers = built(secret=Secret("key")).headers
    assert headers["authorization"] == "Bearer key"
    assert not any(name.lower().startswith("x-amz") for name in headers)


def test_who_needs_neither_gets_neither() -> None:
    assert set(built(auth="none").headers) == {"content-type", "accept"}


def test_the_environments_region_stands_in() -> None:
    signer = BedrockSigner(lambda: WHO, "us-east-1", CLOCK)
    signed = signer(HttpRequest("POST", f"{BASE}/x", {}, b""), None)
    assert "/us-east-1/bedrock/aws4_request" in signed.headers["Authorization"]


def test_a_stream_is_asked_for() -> None:
    streamed = built(stream=True)
    assert streamed.url.endswith("/model/m/converse-stream")
    assert streamed.headers["accept"] == "application/vnd.amazon.eventstream"

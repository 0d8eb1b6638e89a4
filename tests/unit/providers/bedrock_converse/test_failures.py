import orjson
import pytest
from switchboard.errors import Failure
from switchboard.providers.bedrock_converse import BedrockConverseUpstream

from tests.fakes import FakeClock

ON_DEMAND = "Invocation of model ID x with on-demand throughput isn't supported. Retry with an inference profile."


@pytest.mark.parametrize(
    ("status", "kind", "message", "failure"),
    [
        (403, "AccessDeniedException", "You don't have access to the model", Failure.UPSTREAM_AUTH),
        (403, "UnrecognizedClientException", "The security token is invalid", Failure.UPSTREAM_AUTH),
        (403, "ExpiredTokenException", "expired", Failure.UPSTREAM_AUTH),
        (403, "InvalidSignatureException", "does not match", Failure.UPSTREAM_AUTH),
        (403, "", "Authentication failed: API key is not valid", Failure.UPSTREAM_AUTH),
        (404, "ResourceNotFoundException", "This model version has reached the end of its life", Failure.MODEL_MISSING),
        (400, "ValidationException", ON_DEMAND, Failure.MODEL_MISSING),
        (400, "ValidationException", "The provided model identifier is invalid.", Failure.MODEL_MISSING),
        (400, "ValidationException", "Input is too long for requested model.", Failure.CONTEXT_LENGTH),
        (400, "ValidationException", "A conversation must start with a user message.", Failure.BAD_REQUEST),
        (429, "ThrottlingException", "Too many requests", Failure.RATE_LIMIT),
        (400, "ServiceQuotaExceededException", "x", Failure.RATE_LIMIT),
        (429, "ModelNotReadyException", "x", Failure.CAPACITY),
        (503, "ServiceUnavailableException", "x", Failure.CAPACITY),
        (408, "ModelTimeoutException", "x", Failure.TIMEOUT),
        (424, "ModelErrorException", "x", Failure.SERVER),
        (500, "InternalServerException", "x", Failure.SERVER),
        (502, "", "x", Failure.SERVER),
    ],
)
def test_classes(status: int, kind: str, message: str, failure: Failure) -> None:
    upstream = BedrockConverseUpstream(FakeClock())
    headers = {"x-amzn-errortype": f"{kind}:http://internal.amazon.com/coral/x/"} if kind else {}
    found = upstream.classify(status, headers, orjson.dumps({"message": message}))
    assert (found.failure, found.message, found.provider_code) == (failure, message, kind or None)
    in_body = {"__type": f"com.amazon.coral#{kind}", "Message": message}
    assert upstream.classify(status, {}, orjson.dumps(in_body)).failure is failure


def test_how_long_to_wait_and_a_body_that_is_no_json() -> None:
    found = BedrockConverseUpstream(FakeClock()).classify(503, {"retry-after": "3"}, b"<html>")
    assert (found.failure, found.retry_after) == (Failure.CAPACITY, 3.0)

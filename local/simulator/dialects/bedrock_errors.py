"""Bedrock's words for what goes wrong, whichever of its operations is called: the name stands in a header.

https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html#API_runtime_Converse_Errors
"""

from collections.abc import Mapping

from local.simulator.dialects.bedrock_frames import exception_frame
from local.simulator.json_types import JsonObject
from local.simulator.refusal import Refusal
from local.simulator.trouble import Trouble

INVALID = "ValidationException"
TROUBLES: Mapping[Trouble, Refusal] = {
    Trouble.SERVER: Refusal(
        500,
        "The system encountered an unexpected error during processing. Try your request again.",
        type="InternalServerException",
    ),
    Trouble.UNAVAILABLE: Refusal(503, "Bedrock is unable to process your request.", type="ServiceUnavailableException"),
    Trouble.OVERLOADED: Refusal(
        429, "The model is not ready to serve requests. Try again.", type="ModelNotReadyException"
    ),
    Trouble.RATE_LIMIT: Refusal(429, "Too many requests, please wait before trying again.", type="ThrottlingException"),
    Trouble.BAD_KEY: Refusal(
        403, "The security token included in the request is invalid.", type="UnrecognizedClientException"
    ),
    Trouble.FORBIDDEN: Refusal(
        403, "You don't have access to the model with the specified model ID.", type="AccessDeniedException"
    ),
    Trouble.NO_CREDIT: Refusal(
        403, "INVALID_PAYMENT_INSTRUMENT: A valid payment instrument must be provided.", type="AccessDeniedException"
    ),
    Trouble.NO_MODEL: Refusal(
        404, "Model not found: the model reached the end of its life.", type="ResourceNotFoundException"
    ),
    Trouble.CONTEXT_LENGTH: Refusal(400, "Input is too long for requested model.", type=INVALID),
    Trouble.CONTENT_POLICY: Refusal(400, "The input was blocked by a content filter.", type=INVALID),
    Trouble.NO_KEY: Refusal(403, "Missing Authentication Token", type="MissingAuthenticationTokenException"),
    Trouble.UNREADABLE: Refusal(400, "Unexpected token: the body is not JSON.", type="SerializationException"),
}


def has_aws_key(headers: Mapping[str, str]) -> bool:
    """A Bedrock API key, or a signature; nobody here could check one."""
    return headers.get("authorization", "").startswith(("Bearer ", "AWS4-HMAC-SHA256 Credential="))


def error_body(refusal: Refusal) -> JsonObject:
    return {"message": refusal.message}


def error_headers(refusal: Refusal) -> Mapping[str, str]:
    waits = {} if refusal.wait is None else {"retry-after": f"{refusal.wait:g}"}
    place = "http://internal.amazon.com/coral/com.amazon.bedrock/"
    return {"x-amzn-errortype": f"{refusal.type}:{place}", "x-amzn-requestid": "simulated", **waits}


def error_event(refusal: Refusal) -> bytes:
    """In a stream the reply is good, and an exception comes as a frame of it."""
    return exception_frame(refusal.type, error_body(refusal))

"""Which class of failure an exception of Bedrock stands for, before a reply or in the middle of its stream."""

from collections.abc import Mapping

import orjson

from switchboard.errors import Failure, UpstreamFailure
from switchboard.json_types import Json
from switchboard.providers.failures import failure_class, retry_after

ERROR_TYPE = "x-amzn-errortype"
# ValidationException is not among them: its words say what it is about.
_BY_TYPE: Mapping[str, Failure] = {
    "accessdeniedexception": Failure.UPSTREAM_AUTH,
    "unrecognizedclientexception": Failure.UPSTREAM_AUTH,
    "expiredtokenexception": Failure.UPSTREAM_AUTH,
    "expiredtoken": Failure.UPSTREAM_AUTH,
    "invalidsignatureexception": Failure.UPSTREAM_AUTH,
    "incompletesignatureexception": Failure.UPSTREAM_AUTH,
    "missingauthenticationtokenexception": Failure.UPSTREAM_AUTH,
    "resourcenotfoundexception": Failure.MODEL_MISSING,
    "throttlingexception": Failure.RATE_LIMIT,
    "toomanyrequestsexception": Failure.RATE_LIMIT,
    "servicequotaexceededexception": Failure.RATE_LIMIT,
    "modelnotreadyexception": Failure.CAPACITY,
    "serviceunavailableexception": Failure.CAPACITY,
    "modeltimeoutexception": Failure.TIMEOUT,
    "modelerrorexception": Failure.SERVER,
    "modelstreamerrorexception": Failure.SERVER,
    "internalserverexception": Failure.SERVER,
}
# A 400 that only the operator can mend: the model wants an inference profile, or is not to be had under this id.
_NOT_THERE = (
    "on-demand throughput isn",
    "model identifier is invalid",
    "model id is invalid",
    "end of its life",
    "is not supported in this region",
    "marked by provider as legacy",
)
_SHOWN = 300


def classify(status: int, headers: Mapping[str, str], body: bytes, now: float) -> UpstreamFailure:
    """The failure that an HTTP status other than 200 stands for."""
    try:
        native: Json = orjson.loads(body)
    except orjson.JSONDecodeError:
        native = None
    table = native if isinstance(native, dict) else {}
    named = str(headers.get(ERROR_TYPE) or table.get("__type") or table.get("code") or "")
    # "ThrottlingException:http://internal.amazon.com/..." in the header, "com.amazon...#ThrottlingException" in a body
    kind = named.partition(":")[0].rpartition("#")[2]
    words = table.get("message") or table.get("Message") or f"The provider answered with status {status}."
    failure = failure_of(status, kind, str(words))
    failure.retry_after = retry_after(headers, now)
    return failure


def failure_of(status: int, kind: str, message: str) -> UpstreamFailure:
    """`kind` is the exception's name; inside a stream it begins with a small letter."""
    return UpstreamFailure(
        _class(status, kind.lower(), message),
        message[:_SHOWN],
        upstream_status=status,
        provider_code=kind or None,
    )


def _class(status: int, kind: str, message: str) -> Failure:
    if any(words in message.lower() for words in _NOT_THERE):
        return Failure.MODEL_MISSING
    if kind in _BY_TYPE:
        return _BY_TYPE[kind]
    # In a stream the status is 200, and what is refused there is as good as a 400.
    return failure_class(400 if kind == "validationexception" else status, None, message)

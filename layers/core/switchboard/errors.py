"""One family of errors; each knows its HTTP status, its code, and whether trying again can help.

SwitchboardError
├── RequestError                the caller must change something
│   ├── InvalidRequest          400, names the field
│   ├── ModelNotFound           404, with near matches
│   ├── NoEndpointFits          404, with every endpoint's reason
│   ├── ModelUnpriced           400, a key with a budget cannot pay what has no price
│   ├── AtCapacity              429, all that fit are at their rate limit
│   └── PayloadTooLarge         413
├── AccessError
│   ├── NotAuthenticated        401
│   ├── NotPermitted            403
│   ├── KeyStoreUnavailable     503, the key could not be checked
│   ├── BudgetExceeded          402, the key's limit is used up
│   ├── LimitReached            429, too many requests or tokens in a minute, or at once
│   └── BudgetUnavailable       503, the key's limit could not be checked
├── NotFound                    404
├── IdempotencyConflict         409 the first is being answered or could not be kept, 422 another body
├── GenerationStopped           499, its owner deleted it while it ran
├── GatewayStopping             503, the process ends before the answer does
├── UpstreamFailure             one attempt at one endpoint failed; classified where it is parsed
└── AllAttemptsFailed           502, 503, 429, or 400 where the provider blames the request
"""

from collections.abc import Mapping, Sequence
from enum import StrEnum

from switchboard.json_types import Json, JsonObject


class Failure(StrEnum):
    """Why an attempt failed, in classes that decide what happens next (specs: bad request to time-out)."""

    BAD_REQUEST = "bad_request"
    CONTEXT_LENGTH = "context_length"
    CONTENT_POLICY = "content_policy"
    UPSTREAM_AUTH = "upstream_auth"
    MODEL_MISSING = "model_missing"
    RATE_LIMIT = "rate_limit"
    CAPACITY = "capacity"
    SERVER = "server"
    TIMEOUT = "timeout"
    CUT = "cut"

    @property
    def blames_the_request(self) -> bool:
        """Any other endpoint of the same kind would refuse it too, and the endpoint's uptime does not suffer."""
        return self in (Failure.BAD_REQUEST, Failure.CONTENT_POLICY)

    @property
    def concerns_the_key(self) -> bool:
        """The same endpoint may well answer when it is asked with another key."""
        return self in (Failure.UPSTREAM_AUTH, Failure.RATE_LIMIT)


class SwitchboardError(Exception):
    """Base of the family; `param` names the field at fault, `metadata` is shown to the caller."""

    status = 500
    code = "internal_error"
    type = "server_error"
    retryable = False

    def __init__(self, message: str, *, param: str | None = None, metadata: Mapping[str, Json] | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.param = param
        self.metadata: JsonObject = dict(metadata or {})
        self.retry_after: float | None = None
        self.headers: dict[str, str] = {}
        self.availability: JsonObject | None = None


class RequestError(SwitchboardError):
    status = 400
    type = "invalid_request_error"


class InvalidRequest(RequestError):
    code = "invalid_request"


class PayloadTooLarge(RequestError):
    status = 413
    code = "payload_too_large"


class ModelNotFound(RequestError):
    status = 404
    code = "model_not_found"


class NoEndpointFits(RequestError):
    status = 404
    code = "no_endpoints"


class AtCapacity(RequestError):
    status = 429
    code = "rate_limit_exceeded"
    type = "rate_limit_error"


class ModelUnpriced(RequestError):
    code = "model_unpriced"


class AccessError(SwitchboardError):
    type = "authentication_error"


class NotAuthenticated(AccessError):
    status = 401
    code = "invalid_api_key"


class NotPermitted(AccessError):
    status = 403
    code = "permission_denied"
    type = "permission_error"


class KeyStoreUnavailable(AccessError):
    status = 503
    code = "key_store_unavailable"
    type = "server_error"
    retryable = True


class BudgetExceeded(AccessError):
    status = 402
    code = "insufficient_quota"
    type = "billing_error"


class LimitReached(AccessError):
    status = 429
    code = "rate_limit_exceeded"
    type = "rate_limit_error"


class BudgetUnavailable(AccessError):
    status = 503
    code = "budget_unavailable"
    type = "server_error"
    retryable = True


class NotFound(SwitchboardError):
    status = 404
    code = "not_found"
    type = "not_found_error"


class IdempotencyConflict(SwitchboardError):
    code = "idempotency_conflict"
    type = "invalid_request_error"

    def __init__(self, message: str, status: int, generation_id: str | None = None) -> None:
        super().__init__(
            message, param="idempotency-key", metadata={"generation_id": generation_id} if generation_id else None
        )
        self.status = status


class GenerationStopped(SwitchboardError):
    status = 499
    code = "generation_stopped"
    type = "invalid_request_error"


class GatewayStopping(SwitchboardError):
    status = 503
    code = "gateway_stopping"
    retryable = True

    def __init__(self) -> None:
        super().__init__("This process of the gateway is being stopped before the answer is whole. Send it again.")


class UpstreamFailure(SwitchboardError):
    """One failed attempt: the provider's own status and words are kept; `retry_after` is in seconds."""

    status = 502
    code = "provider_error"

    def __init__(
        self,
        failure: Failure,
        message: str,
        *,
        upstream_status: int | None = None,
        provider_code: str | None = None,
        retry_after: float | None = None,
    ) -> None:
        super().__init__(message)
        self.failure = failure
        self.upstream_status = upstream_status
        self.provider_code = provider_code
        self.retry_after = retry_after


class AllAttemptsFailed(SwitchboardError):
    """Nothing answered. Status and code follow the last attempt's class; an upstream's 401 is never the caller's."""

    def __init__(self, message: str, *, last: Failure, previous_errors: Sequence[JsonObject]) -> None:
        super().__init__(message, metadata={"previous_errors": list(previous_errors)})
        self.status, self.code, self.type = _OUTCOME[last]
        self.retryable = not last.blames_the_request and last is not Failure.CONTEXT_LENGTH


_OUTCOME: Mapping[Failure, tuple[int, str, str]] = {
    Failure.BAD_REQUEST: (400, "invalid_request", "invalid_request_error"),
    Failure.CONTEXT_LENGTH: (400, "context_length_exceeded", "invalid_request_error"),
    Failure.CONTENT_POLICY: (400, "content_filter", "invalid_request_error"),
    Failure.UPSTREAM_AUTH: (503, "provider_unavailable", "server_error"),
    Failure.MODEL_MISSING: (503, "provider_unavailable", "server_error"),
    Failure.RATE_LIMIT: (429, "rate_limit_exceeded", "rate_limit_error"),
    Failure.CAPACITY: (503, "provider_overloaded", "server_error"),
    Failure.SERVER: (502, "provider_unavailable", "server_error"),
    Failure.TIMEOUT: (503, "timeout", "server_error"),
    Failure.CUT: (502, "provider_unavailable", "server_error"),
}

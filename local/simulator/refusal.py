"""A reply that says no, before it is written in a dialect's words."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Refusal:
    """HTTP status and what the error object says; `type` is the dialect's own word, `wait` seconds until a retry."""

    status: int
    message: str
    param: str | None = None
    code: str | None = None
    type: str = "invalid_request_error"
    wait: float | None = None


@dataclass(frozen=True, slots=True)
class Failure:
    """A whole reply that says no, as it is sent."""

    status: int
    content: bytes
    media_type: str = "application/json"
    headers: Mapping[str, str] = field(default_factory=dict)

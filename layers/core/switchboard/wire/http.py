"""An HTTP request as a value: what an upstream dialect builds and the transport sends."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class HttpRequest:
    """What goes out; names of headers in any case."""

    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes

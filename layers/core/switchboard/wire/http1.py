"""A request as the bytes of HTTP/1.1 (RFC 9112), and where they go."""

from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import urlsplit

from switchboard.wire.http import HttpRequest

USER_AGENT = "switchboard"
_PORTS = {"http": 80, "https": 443}
_OURS = frozenset({"host", "user-agent", "content-length", "transfer-encoding", "connection"})


@dataclass(frozen=True, slots=True)
class Origin:
    """Whom to connect to: requests to the same origin share connections."""

    host: str
    port: int
    is_secure: bool


@dataclass(frozen=True, slots=True)
class Address:
    """A URL as HTTP/1.1 wants it: the origin, the value of `Host`, and what is asked for there."""

    origin: Origin
    host: str
    target: str


@lru_cache(maxsize=1024)
def address_of(url: str) -> Address:
    """Raises ValueError for what is no http or https URL."""
    parts = urlsplit(url)
    if parts.scheme not in _PORTS or not parts.hostname:
        raise ValueError(f"{url!r} is no http or https URL")
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    origin = Origin(parts.hostname, parts.port or _PORTS[parts.scheme], parts.scheme == "https")
    return Address(origin, parts.netloc.rpartition("@")[2], target)


def encode_request(request: HttpRequest) -> tuple[Origin, bytes]:
    """Where it goes, and its bytes. Raises ValueError for a header, or a URL, that would be two lines."""
    address = address_of(request.url)
    lines = [f"{request.method} {address.target} HTTP/1.1", f"host: {address.host}", f"user-agent: {USER_AGENT}"]
    lines += [f"{name}: {value}" for name, value in request.headers.items() if name.lower() not in _OURS]
    lines += [f"content-length: {len(request.body)}", "", ""]
    head = "\r\n".join(lines)
    breaks = len(lines) - 1
    if head.count("\n") != breaks or head.count("\r") != breaks or "\0" in head:
        raise ValueError("a header holds a line break")
    return address.origin, head.encode("latin-1") + request.body  # UnicodeEncodeError is a ValueError

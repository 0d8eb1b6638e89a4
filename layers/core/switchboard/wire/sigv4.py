"""AWS Signature Version 4 in headers, for calls with a body (DynamoDB, SSM, Bedrock). Pure; equal to botocore's.

https://docs.aws.amazon.com/IAM/latest/UserGuide/create-signed-request.html. Paths are signed as they are sent: no
service but S3 takes dot segments or doubled slashes, and ours have none.
"""

import time
from dataclasses import dataclass, field
from functools import lru_cache
from hashlib import sha256
from urllib.parse import SplitResult, quote, urlsplit

from switchboard.wire.http import HttpRequest

ALGORITHM = "AWS4-HMAC-SHA256"
DEFAULT_PORTS = {"http": 80, "https": 443}
# What proxies and HTTP clients add or change on the way: botocore's own list.
UNSIGNED_HEADERS = frozenset(
    {
        "baggage",
        "connection",
        "expect",
        "keep-alive",
        "proxy-authenticate",
        "proxy-authorization",
        "te",
        "traceparent",
        "tracestate",
        "trailer",
        "transfer-encoding",
        "upgrade",
        "user-agent",
        "x-amzn-trace-id",
    }
)


@dataclass(frozen=True, slots=True)
class Credentials:
    """Whose signature it is."""

    access_key: str
    secret_key: str = field(repr=False)
    session_token: str | None = field(default=None, repr=False)


def sign(request: HttpRequest, credentials: Credentials, region: str, service: str, now: float) -> dict[str, str]:
    """The request's headers with the signature added; `now` is Unix seconds. Host is left to the client to send.

    The URL's path must be encoded already, each segment by `encode_segment`.
    """
    stamp = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(now))
    headers = {**request.headers, "X-Amz-Date": stamp}
    if credentials.session_token:
        headers["X-Amz-Security-Token"] = credentials.session_token
    address = _address(request.url)
    signed = {name.lower(): " ".join(value.split()) for name, value in headers.items()}
    signed = {name: value for name, value in signed.items() if name not in UNSIGNED_HEADERS}
    signed.setdefault("host", address.host)
    names = ";".join(sorted(signed))
    scope = f"{stamp[:8]}/{region}/{service}/aws4_request"
    canonical = _canonical_request(request, address, signed, names)
    to_sign = f"{ALGORITHM}\n{stamp}\n{scope}\n{sha256(canonical.encode()).hexdigest()}"
    signature = _day_key(credentials.secret_key, stamp[:8], region, service).digest(to_sign).hex()
    headers["Authorization"] = (
        f"{ALGORITHM} Credential={credentials.access_key}/{scope}, SignedHeaders={names}, Signature={signature}"
    )
    return headers


def encode_segment(text: str) -> str:
    """One segment of a path, as AWS wants it on the wire: a Bedrock model id has colons and slashes in it."""
    return quote(text, safe="-_.~")


@dataclass(frozen=True, slots=True)
class _Address:
    """The parts of a URL in their canonical form."""

    host: str
    path: str
    query: str


@lru_cache(maxsize=32)
def _address(url: str) -> _Address:
    """A process calls a handful of URLs, over and over."""
    address = urlsplit(url)
    # Encoded a second time: every service but S3 signs the path of the wire as if it were plain text.
    path = quote(address.path or "/", safe="/~")
    query = "&".join(f"{name}={value}" for name, value in _sorted_pairs(address.query))
    return _Address(_host(address), path, query)


def _canonical_request(request: HttpRequest, address: _Address, signed: dict[str, str], names: str) -> str:
    lines = "".join([f"{name}:{signed[name]}\n" for name in sorted(signed)])
    body = sha256(request.body).hexdigest()
    return f"{request.method.upper()}\n{address.path}\n{address.query}\n{lines}\n{names}\n{body}"


def _sorted_pairs(query: str) -> list[tuple[str, str]]:
    """By name, then by value: not by the text as a whole, where = would sort after a hyphen."""
    pairs = (pair.partition("=") for pair in query.split("&") if pair)
    return sorted((name, value) for name, _, value in pairs)


def _host(address: SplitResult) -> str:
    host = address.hostname or ""
    host = f"[{host}]" if ":" in host else host
    default = address.port is None or address.port == DEFAULT_PORTS.get(address.scheme)
    return host if default else f"{host}:{address.port}"


class _Hmac:
    """HMAC-SHA-256 with its key worked in beforehand. hmac.digest gives up the GIL for a microsecond's work, and then
    waits for it behind the HTTP client's thread (docs/performance.md)."""

    def __init__(self, key: bytes) -> None:
        block = (key if len(key) <= _BLOCK_BYTES else sha256(key).digest()).ljust(_BLOCK_BYTES, b"\0")
        self._inner = sha256(block.translate(_INNER))
        self._outer = sha256(block.translate(_OUTER))

    def digest(self, text: str) -> bytes:
        inner, outer = self._inner.copy(), self._outer.copy()
        inner.update(text.encode())
        outer.update(inner.digest())
        return outer.digest()


_BLOCK_BYTES = 64
_INNER, _OUTER = (bytes(byte ^ pad for byte in range(256)) for pad in (0x36, 0x5C))


@lru_cache(maxsize=32)
def _day_key(secret_key: str, day: str, region: str, service: str) -> _Hmac:
    """Good for one day, region and service, so that a call costs one HMAC instead of five."""
    key = _Hmac(f"AWS4{secret_key}".encode())
    for part in (day, region, service, "aws4_request"):
        key = _Hmac(key.digest(part))
    return key

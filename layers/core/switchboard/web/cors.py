"""Calls from web pages (CORS): any page may call the API with a key in a header; no cookie is ever read or allowed."""

from starlette.types import ASGIApp, Message, Receive, Scope, Send

# The API alone: the pages of a gateway on a laptop are nobody else's to read.
OPEN_PATHS = ("/v1", "/api/", "/openapi.json", "/healthz", "/llms")
METHODS = b"GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS"
# For a preflight that does not say which: what the browser builds of the SDKs send.
USUAL_HEADERS = (
    b"authorization, content-type, x-api-key, api-key, x-goog-api-key, x-goog-api-client, anthropic-version, "
    b"anthropic-beta, anthropic-dangerous-direct-browser-access, idempotency-key, http-referer, x-title, "
    b"x-openrouter-title, x-session-id, x-switchboard-probe, x-switchboard-route, x-stainless-arch, "
    b"x-stainless-lang, x-stainless-os, x-stainless-package-version, x-stainless-retry-count, "
    b"x-stainless-runtime, x-stainless-runtime-version, x-stainless-timeout"
)
EXPOSED = (
    b"x-generation-id, x-request-id, request-id, retry-after, retry-after-ms, x-should-retry, etag, "
    b"x-switchboard-provider, x-switchboard-attempts, x-switchboard-overhead-ms, x-switchboard-simulated, "
    b"x-switchboard-clamped, x-switchboard-route, idempotent-replayed"
)
A_DAY = b"86400"
ANY = (b"access-control-allow-origin", b"*")


class CrossOrigin:
    """Answers preflights by itself, and marks what a page's scripts may read of every other reply."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not scope["path"].startswith(OPEN_PATHS):
            await self._app(scope, receive, send)
        elif scope["method"] == "OPTIONS":
            await _preflight(scope, send)
        elif _header(scope, b"origin") is None:
            await self._app(scope, receive, send)
        else:
            await self._app(scope, receive, _marking(send))


def _marking(send: Send) -> Send:
    async def marked(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = [*message["headers"], ANY, (b"access-control-expose-headers", EXPOSED)]
            message = {**message, "headers": headers}
        await send(message)

    return marked


async def _preflight(scope: Scope, send: Send) -> None:
    """The headers asked for are the ones allowed: SDKs invent new ones with every version."""
    headers = [
        ANY,
        (b"allow", METHODS),
        (b"access-control-allow-methods", METHODS),
        (b"access-control-allow-headers", _header(scope, b"access-control-request-headers") or USUAL_HEADERS),
        (b"access-control-max-age", A_DAY),
        (b"vary", b"access-control-request-headers"),
    ]
    if _header(scope, b"access-control-request-private-network") == b"true":  # a page on the web, a gateway at home
        headers.append((b"access-control-allow-private-network", b"true"))
    await send({"type": "http.response.start", "status": 204, "headers": headers})
    await send({"type": "http.response.body", "body": b"", "more_body": False})


def _header(scope: Scope, name: bytes) -> bytes | None:
    value: bytes
    for given, value in scope["headers"]:
        if given == name:
            return value
    return None

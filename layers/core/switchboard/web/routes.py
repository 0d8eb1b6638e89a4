"""Which path speaks which dialect. The same paths stand in template.yaml, where API Gateway must let them stream."""

import re
from collections.abc import Iterable, Mapping

from switchboard.errors import InvalidRequest, NotFound, SwitchboardError
from switchboard.ids import bare_id
from switchboard.protocols.interface import ClientProtocol
from switchboard.protocols.late import (
    ANTHROPIC,
    CHAT,
    CHAT_IN_NUMBERS,
    EMBEDDINGS,
    FOR_CODEX,
    GOOGLE,
    RESPONSES,
    Count,
    client_protocol,
    token_counter,
)

PREFIXES = ("/api/v1", "/v1")
ROUTE = "/route"
# ZenMux's address for Anthropic's SDK, which adds /v1/messages to it.
ANTHROPIC_PREFIXES = (*PREFIXES, "/api/anthropic/v1")

# OpenRouter's SDKs call themselves so, and raise their own errors only if `error.code` is a number.
_OPENROUTERS_SDK = re.compile(rb"speakeasy-sdk/.*openrouter")
INFERENCE: Mapping[str, str] = {
    **{prefix + "/chat/completions": CHAT for prefix in PREFIXES},
    **{prefix + "/embeddings": EMBEDDINGS for prefix in PREFIXES},
    **{prefix + "/responses": RESPONSES for prefix in PREFIXES},
    **{prefix + "/messages": ANTHROPIC for prefix in ANTHROPIC_PREFIXES},
}
# Google's paths name the model, whose id has slashes and colons in it. google-genai asks at /v1 since its version 3.
_GOOGLE_PATHS = re.compile(
    r"(?:/api)?/v1(?:beta)?/models/(?P<target>.+:\w+)"
    r"|/api/vertex-ai/[^/]+(?:/projects/[^/]+/locations/[^/]+)?"
    r"/publishers/(?P<publisher>[^/]+)/models/(?P<published>.+:\w+)"
)
_GENERATION = re.compile(r"(?:/api)?/v1/generations/([^/]+)")
_COUNT_TOKENS = ":countTokens"
# Where only clients of one dialect come, whether or not there is a route.
_ANTHROPICS = re.compile(r"/api/anthropic(/|$)|(/api)?/v1/messages(/|$)")
_GOOGLES = re.compile(r"(/api)?/v1beta(/|$)|/api/vertex-ai(/|$)|(?=.*/models/.).*:\w*[gG]enerateContent$")
# One of these comes with every request of Google's SDKs, and of Anthropic's.
_GOOGLE_HEADERS = ("x-goog-api-client", "x-goog-api-key")
_ANTHROPIC_HEADER = "anthropic-version"


def inference_at(path: str) -> tuple[ClientProtocol, Mapping[str, str]] | None:
    """The dialect spoken at a path, and the named parts of the path; None where there is nothing to ask a model."""
    protocol = INFERENCE.get(path)
    if protocol:
        return client_protocol(protocol), {}
    found = _GOOGLE_PATHS.fullmatch(path)
    if not found or path.endswith(_COUNT_TOKENS):
        return None
    if found["target"]:
        return client_protocol(GOOGLE), {"target": found["target"]}
    return client_protocol(GOOGLE), {"target": found["published"], "publisher": found["publisher"]}


def planning_at(path: str) -> tuple[ClientProtocol, Mapping[str, str]] | None:
    """Whose request is to be explained at a path: a chat completion, or that of the route that is named behind it."""
    for prefix in PREFIXES:
        if path == prefix + ROUTE:
            return client_protocol(CHAT), {}
        if path.startswith(prefix + ROUTE + "/"):
            return inference_at(path.replace(ROUTE, "", 1))
    return None


def suited(protocol: ClientProtocol, headers: Iterable[tuple[bytes, bytes]]) -> ClientProtocol:
    """The dialect as this client reads it. Headers are ASGI's."""
    if protocol.name == RESPONSES and _value(headers, b"originator").startswith(b"codex"):
        return client_protocol(FOR_CODEX)
    if protocol.name == CHAT and _OPENROUTERS_SDK.match(_value(headers, b"user-agent")):
        return client_protocol(CHAT_IN_NUMBERS)
    return protocol


def _value(headers: Iterable[tuple[bytes, bytes]], wanted: bytes) -> bytes:
    return next((value for name, value in headers if name == wanted), b"")


def counting_at(path: str) -> tuple[ClientProtocol, Count] | None:
    """How tokens are counted at a path, without asking a model."""
    if path.endswith("/messages/count_tokens") and path.removesuffix("/count_tokens") in INFERENCE:
        return client_protocol(ANTHROPIC), token_counter(ANTHROPIC)
    if path.endswith(_COUNT_TOKENS) and _GOOGLE_PATHS.fullmatch(path):
        return client_protocol(GOOGLE), token_counter(GOOGLE)
    return None


def generation_at(path: str) -> str | None:
    """The id of the generation that a path is about: it is stopped where it runs."""
    found = _GENERATION.fullmatch(path)
    return bare_id(found[1]) if found else None


def dialect_of(path: str, headers: Mapping[str, str]) -> ClientProtocol:
    """In whose shape an error is told: by the path, else by what only one SDK sends. Headers have lower-case names."""
    spoken = INFERENCE.get(path)
    if spoken is None and _ANTHROPICS.match(path):
        spoken = ANTHROPIC
    elif spoken is None and (_GOOGLES.match(path) or reads_google(headers)):
        spoken = GOOGLE
    return client_protocol(spoken or (ANTHROPIC if _ANTHROPIC_HEADER in headers else CHAT))


def missing_route(method: str, path: str, allowed: str | None = None) -> tuple[SwitchboardError, dict[str, str]]:
    """The error, and the headers that belong to it. `allowed` are the methods that the path has."""
    methods = "POST" if inference_at(path) or counting_at(path) or planning_at(path) else allowed
    if methods is None:
        return NotFound(f"There is no route {method} {path}. The API is under /api/v1."), {}
    error = InvalidRequest(f"{method} is not possible at {path}: use {methods}.")
    error.status = 405
    return error, {"allow": methods}


def reads_google(headers: Mapping[str, str]) -> bool:
    """True for Google's SDKs: since version 3 they ask at /v1, where others expect other shapes."""
    return any(name in headers for name in _GOOGLE_HEADERS)

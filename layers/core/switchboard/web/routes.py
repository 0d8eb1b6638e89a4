"""Which path speaks which dialect. The same paths stand in template.yaml, where API Gateway must let them stream."""

import re
from collections.abc import Callable, Iterable, Mapping

import orjson

from switchboard.protocols import anthropic_messages, google_generate
from switchboard.protocols.anthropic_messages import AnthropicMessages
from switchboard.protocols.google_generate import GoogleGenerate
from switchboard.protocols.interface import ClientProtocol
from switchboard.protocols.openai_responses import OpenAiResponses
from switchboard.protocols.openai_responses.cursor import ChatOrResponses

PREFIXES = ("/api/v1", "/v1")
# ZenMux's address for Anthropic's SDK, which adds /v1/messages to it.
ANTHROPIC_PREFIXES = (*PREFIXES, "/api/anthropic/v1")

_ANTHROPIC: ClientProtocol = AnthropicMessages()
_GOOGLE: ClientProtocol = GoogleGenerate()
_CHAT: ClientProtocol = ChatOrResponses()
# OpenRouter's SDKs call themselves so, and raise their own errors only if `error.code` is a number.
_OPENROUTERS_SDK = re.compile(rb"speakeasy-sdk/.*openrouter")
_CHAT_IN_NUMBERS: ClientProtocol = ChatOrResponses(numbered=True)
INFERENCE: Mapping[str, ClientProtocol] = {
    **{prefix + "/chat/completions": _CHAT for prefix in PREFIXES},
    **{prefix + "/responses": OpenAiResponses() for prefix in PREFIXES},
    **{prefix + "/messages": _ANTHROPIC for prefix in ANTHROPIC_PREFIXES},
}
# Google's paths name the model, whose id has slashes and colons in it. google-genai asks at /v1 since its version 3.
_GOOGLE_PATHS = re.compile(
    r"(?:/api)?/v1(?:beta)?/models/(?P<target>.+:\w+)"
    r"|/api/vertex-ai/[^/]+(?:/projects/[^/]+/locations/[^/]+)?"
    r"/publishers/(?P<publisher>[^/]+)/models/(?P<published>.+:\w+)"
)
_COUNT_TOKENS = ":countTokens"

Count = Callable[[bytes], bytes]


def inference_at(path: str) -> tuple[ClientProtocol, Mapping[str, str]] | None:
    """The dialect spoken at a path, and the named parts of the path; None where there is nothing to ask a model."""
    protocol = INFERENCE.get(path)
    if protocol:
        return protocol, {}
    found = _GOOGLE_PATHS.fullmatch(path)
    if not found or path.endswith(_COUNT_TOKENS):
        return None
    if found["target"]:
        return _GOOGLE, {"target": found["target"]}
    return _GOOGLE, {"target": found["published"], "publisher": found["publisher"]}


def suited(protocol: ClientProtocol, headers: Iterable[tuple[bytes, bytes]]) -> ClientProtocol:
    """The dialect as this client's SDK reads it. Headers are ASGI's."""
    if protocol is not _CHAT:
        return protocol
    agent = next((value for name, value in headers if name == b"user-agent"), b"")
    return _CHAT_IN_NUMBERS if _OPENROUTERS_SDK.match(agent) else _CHAT


def counting_at(path: str) -> tuple[ClientProtocol, Count] | None:
    """How tokens are counted at a path, without asking a model."""
    if path.endswith("/messages/count_tokens") and path.removesuffix("/count_tokens") in INFERENCE:
        return _ANTHROPIC, _count_anthropic
    if path.endswith(_COUNT_TOKENS) and _GOOGLE_PATHS.fullmatch(path):
        return _GOOGLE, google_generate.count_tokens
    return None


def _count_anthropic(body: bytes) -> bytes:
    return orjson.dumps(anthropic_messages.count_tokens(body))

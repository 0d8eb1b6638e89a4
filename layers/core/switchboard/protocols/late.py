"""The client protocols by name, each loaded when a request first speaks it: all of them would cost a tenth of a cold
start, and most processes only ever hear one.
"""

import importlib
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from switchboard.protocols.interface import ClientProtocol

ANTHROPIC, CHAT, EMBEDDINGS, GOOGLE, RESPONSES = (
    "anthropic-messages",
    "openai-chat",
    "openai-embeddings",
    "google-generate",
    "openai-responses",
)
# The same dialects for readers of their own.
CHAT_IN_NUMBERS, FOR_CODEX = "openai-chat, errors by number", "openai-responses, for Codex"

_HOMES: Mapping[str, tuple[str, str, Mapping[str, bool]]] = {
    ANTHROPIC: ("anthropic_messages", "AnthropicMessages", {}),
    CHAT: ("openai_chat.cursor", "ChatOrResponses", {}),
    CHAT_IN_NUMBERS: ("openai_chat.cursor", "ChatOrResponses", {"numbered": True}),
    EMBEDDINGS: ("openai_embeddings", "OpenAiEmbeddings", {}),
    GOOGLE: ("google_generate", "GoogleGenerate", {}),
    RESPONSES: ("openai_responses", "OpenAiResponses", {}),
    FOR_CODEX: ("openai_responses.codex", "CodexResponses", {}),
}
Count = Callable[[bytes], bytes]


@cache
def client_protocol(name: str) -> ClientProtocol:
    module, kind, options = _HOMES[name]
    # Any: a class that is found by its name; a test makes each of them.
    found: Any = getattr(importlib.import_module(f"{__package__}.{module}"), kind)
    protocol: ClientProtocol = found(**options)
    return protocol


@cache
def token_counter(name: str) -> Count:
    """Counts a request of Anthropic's or Google's dialect: body in, answer out. Raises InvalidRequest."""
    count: Count = importlib.import_module(f"{__package__}.{_HOMES[name][0]}").count_tokens
    return count

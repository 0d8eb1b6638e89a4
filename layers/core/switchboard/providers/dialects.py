"""The upstream dialects by name, each loaded when a request first needs it.

A cold start pays for those dialects only that its first request can meet: all six would cost a fifth of it.
"""

import importlib
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from switchboard.catalog.model import BEDROCK_INVOKE
from switchboard.clock import Clock
from switchboard.providers.interface import Signer, UpstreamDialect


class _Home(NamedTuple):
    """A module of this package, and the class in it; `signs` if it wants AWS's signature."""

    module: str
    name: str
    signs: bool = False


_HOMES: Mapping[str, _Home] = {
    "openai-chat": _Home("openai_chat", "OpenAiChatUpstream"),
    "openai-responses": _Home("openai_responses", "OpenAiResponsesUpstream"),
    "anthropic-messages": _Home("anthropic_messages", "AnthropicMessagesUpstream"),
    "google-generate": _Home("google_generate", "GoogleGenerateUpstream"),
    "bedrock-converse": _Home("bedrock_converse", "BedrockConverseUpstream", signs=True),
    BEDROCK_INVOKE: _Home("bedrock_invoke", "BedrockInvokeUpstream", signs=True),
}


class UpstreamDialects(Mapping[str, UpstreamDialect]):
    """Looked up by the name of an endpoint's protocol."""

    def __init__(self, clock: Clock, sign: Signer | None = None) -> None:
        self._clock = clock
        self._sign = sign
        self._loaded: dict[str, UpstreamDialect] = {}

    def __getitem__(self, name: str) -> UpstreamDialect:
        try:
            return self._loaded[name]
        except KeyError:
            return self._loaded.setdefault(name, self._load(_HOMES[name]))

    def __iter__(self) -> Iterator[str]:
        return iter(_HOMES)

    def __len__(self) -> int:
        return len(_HOMES)

    def _load(self, home: _Home) -> UpstreamDialect:
        # Any: a class that is found by its name; a test makes each of them.
        dialect: Any = getattr(importlib.import_module(f"{__package__}.{home.module}"), home.name)
        made: UpstreamDialect = dialect(self._clock, self._sign) if home.signs else dialect(self._clock)
        return made

"""Which conversation a request goes on with, and how long providers keep what they have read of it.

A conversation is told by its own name, else by how it began: its first instruction and its first question.
"""

import hashlib
from collections.abc import Mapping

from switchboard.chat import ChatRequest
from switchboard.json_types import Json

# Shorter prompts are not cached by anybody.
LEAST_TOKENS = 1024
# Most providers keep a prompt for five to ten minutes after its last use.
USUAL_SECONDS = 600.0
ASKED_SECONDS = {"5m": USUAL_SECONDS, "1h": 3600.0, "24h": 86_400.0}


def conversation_of(request: ChatRequest, key_id: str, session: str | None) -> str | None:
    """A name for it that gives nothing away; None for a request that no cache could help. `session` is a header's."""
    if request.prompt_tokens < LEAST_TOKENS:
        return None
    told = request.gateway.get("session_id") or session or request.native.get("prompt_cache_key")
    name = told if isinstance(told, str) and told else _beginning(request)
    return hashlib.sha256(f"{key_id}\n{request.model}\n{name}".encode("utf-8", "surrogatepass")).hexdigest()


def goes_on(request: ChatRequest, session: str | None) -> bool:
    """True if it may have been somewhere before: a first question without a name has not."""
    is_named = session or request.gateway.get("session_id") or request.native.get("prompt_cache_key")
    return bool(is_named) or any(message.role == "assistant" for message in request.messages)


def kept_seconds(request: ChatRequest) -> float:
    """From its last use on: as long as the caller asks for, and never less than usual."""
    asked = [request.native.get("prompt_cache_retention")]
    asked += [mark.get("ttl") for mark in _marks(request) if isinstance(mark, dict)]
    return max([USUAL_SECONDS, *(ASKED_SECONDS.get(ttl, 0.0) for ttl in asked if isinstance(ttl, str))])


def _beginning(request: ChatRequest) -> str:
    instructions = [message for message in request.messages if message.role in ("system", "developer")]
    others = [message for message in request.messages if message.role not in ("system", "developer")]
    return repr([message.blocks for message in (*instructions[:1], *others[:1])])


def _marks(request: ChatRequest) -> list[Json]:
    tools = request.parameters.get("tools")
    places: list[Mapping[str, Json]] = [request.native, request.gateway]
    places += [tool for tool in (tools if isinstance(tools, list) else []) if isinstance(tool, dict)]
    places += [message.extra for message in request.messages]
    places += [getattr(block, "extra", {}) for message in request.messages for block in message.blocks]
    return [place["cache_control"] for place in places if "cache_control" in place]

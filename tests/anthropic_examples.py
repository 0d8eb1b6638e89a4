"""Values that the tests of Anthropic's dialect start from, on both sides of the gateway."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import orjson
from switchboard.accounting.price import Bill
from switchboard.catalog.model import Endpoint, Price, Provider
from switchboard.chat import ChatRequest, Chunk, Served, StreamEvent, Usage
from switchboard.json_types import JsonObject
from switchboard.protocols.anthropic_messages.parse import parse as parse_messages
from switchboard.protocols.openai_chat.parse import parse as parse_chat
from switchboard.providers.anthropic_messages import AnthropicMessagesUpstream
from switchboard.providers.anthropic_messages.decode import AnthropicMessagesDecoder
from switchboard.providers.interface import UpstreamDialect
from switchboard.providers.openai_chat import OpenAiChatUpstream
from switchboard.secret import Secret

from tests.examples import dispatched

# Any: a JSON body, and what is read out of one, is whatever a test says it is.

ANTHROPIC = Provider(
    "anthropic", "Anthropic", "anthropic-messages", "https://api.anthropic.test/v1", auth="header:x-api-key"
)
ACME = Provider("acme", "Acme", "openai-chat", "https://acme.test/v1")
BILL = Bill(Usage(input=10, cache_read=4, cache_write_5m=2, cache_write_1h=1, output=5, reasoning=3), 1_500_000_000, 0)
PIXEL = "iVBORw0KGgo="
WEATHER: JsonObject = {
    "type": "function",
    "function": {"name": "get_weather", "description": "The weather", "parameters": {"type": "object"}},
}


def endpoint(provider: Provider = ANTHROPIC, facts: Mapping[str, Any] | None = None, **changes: Any) -> Endpoint:
    plain = Endpoint("lab/one@x", provider.id, "lab/one", provider, "claude-up", Price({}), facts=facts or {})
    return replace(plain, **changes)


def chat(*messages: Any, **fields: Any) -> ChatRequest:
    """An OpenAI client's request; by default it says hello."""
    said = list(messages) or [{"role": "user", "content": "hello"}]
    return parse_chat(orjson.dumps({"model": "lab/one", "messages": said, **fields}))


def messages(*given: Any, headers: Mapping[str, str] | None = None, **fields: Any) -> ChatRequest:
    """An Anthropic client's request; by default it says hello."""
    said = list(given) or [{"role": "user", "content": "hello"}]
    body = {"model": "lab/one", "max_tokens": 1000, "messages": said, **fields}
    return parse_messages(orjson.dumps({k: v for k, v in body.items() if v is not ...}), headers)


def sent(request: ChatRequest, to: Endpoint | None = None) -> Any:
    """The body that a provider gets; by default Anthropic does."""
    to = to or endpoint()
    speaks_chat = to.provider.protocol == "openai-chat"
    dialect: UpstreamDialect = OpenAiChatUpstream() if speaks_chat else AnthropicMessagesUpstream()
    return orjson.loads(dispatched(dialect, request, to, Secret("key")).body)


def decoded(stream: bytes) -> list[Chunk]:
    decoder = AnthropicMessagesDecoder()
    return [*decoder.feed(stream), *decoder.close()]


def events_of(chunks: list[Chunk]) -> list[StreamEvent]:
    return [event for chunk in chunks for event in chunk.events]


def served(dialect: str, provider: str = "anthropic") -> Served:
    return Served("gen-1", 1_800_000_000, "lab/one", provider, provider.title(), dialect, 12)


def frames(stream: bytes) -> list[Any]:
    """The JSON of each event of a rendered stream; each has its own name, and comments and [DONE] are left out."""
    found: list[Any] = []
    for frame in stream.split(b"\n\n"):
        lines = dict(line.split(b": ", 1) for line in frame.split(b"\n") if not line.startswith(b":") and line)
        if lines.get(b"data", b"[DONE]") != b"[DONE]":
            found.append(orjson.loads(lines[b"data"]))
            assert lines.get(b"event", found[-1].get("type", "").encode()).decode() == found[-1].get("type", "")
    return found


def collected_text(events: list[Any]) -> str:
    """What a streamed message says."""
    return "".join(event["delta"].get("text", "") for event in events if event["type"] == "content_block_delta")

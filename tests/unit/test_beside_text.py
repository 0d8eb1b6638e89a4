"""What stands beside a text, sources and likelihoods of tokens, survives every pair of dialects that can say it."""

from typing import Any, NamedTuple

import orjson
import pytest
from switchboard.accounting.price import Bill
from switchboard.chat import Chunk, Citation, Served, TextDelta, Usage
from switchboard.protocols.anthropic_messages import AnthropicMessages
from switchboard.protocols.google_generate import GoogleGenerate
from switchboard.protocols.interface import Arrival, ClientProtocol
from switchboard.protocols.openai_chat import OpenAiChat
from switchboard.protocols.openai_responses import OpenAiResponses
from switchboard.providers.dialects import UpstreamDialects

from local.simulator.answer import SOURCE, Answer
from local.simulator.dialects import (
    ANTHROPIC_MESSAGES,
    BEDROCK_CONVERSE,
    BEDROCK_INVOKE,
    GOOGLE_GENERATE,
    OPENAI_CHAT,
    OPENAI_RESPONSES,
)
from local.simulator.dialects.interface import Dialect
from tests.examples import endpoint
from tests.fakes import FakeClock
from tests.simulated import call_of, replied, sent

# Any: JSON that tests make up, or look into.
TEXT = "Zażółć 🙂 three four."
CITED = Answer(TEXT, (), "stop", "", sources=(SOURCE,))
ASKS_CHAT: Any = {"model": "m", "messages": [{"role": "user", "content": "hi"}], "logprobs": True}
ASKS_RESPONSES: Any = {"model": "m", "input": "hi", "include": ["message.output_text.logprobs"]}
ASKS_CLAUDE: Any = {"model": "m", "max_tokens": 9, "messages": [{"role": "user", "content": "hi"}]}
ASKS_GOOGLE: Any = {"contents": [{"parts": [{"text": "hi"}]}], "generationConfig": {"responseLogprobs": True}}
ASKS_BEDROCK: Any = {"messages": [{"role": "user", "content": [{"text": "hi"}]}]}
UPSTREAMS: dict[str, tuple[Dialect, Any]] = {
    "openai-chat": (OPENAI_CHAT, ASKS_CHAT),
    "openai-responses": (OPENAI_RESPONSES, ASKS_RESPONSES),
    "anthropic-messages": (ANTHROPIC_MESSAGES, ASKS_CLAUDE),
    "google-generate": (GOOGLE_GENERATE, ASKS_GOOGLE),
    "bedrock-converse": (BEDROCK_CONVERSE, ASKS_BEDROCK),
    "bedrock-invoke": (BEDROCK_INVOKE, {**ASKS_CLAUDE, "anthropic_version": "bedrock-2023-05-31"}),
}
LIKELY = ("openai-chat", "openai-responses", "google-generate")
DIALECTS = UpstreamDialects(FakeClock())
BILL = Bill(Usage(input=1, output=1), 0, 0)


class Client(NamedTuple):
    protocol: ClientProtocol
    asks: Any


CLIENTS = {
    "openai-chat": Client(OpenAiChat(), ASKS_CHAT),
    "openai-responses": Client(OpenAiResponses(), ASKS_RESPONSES),
    "anthropic-messages": Client(AnthropicMessages(), ASKS_CLAUDE),
    "google-generate": Client(GoogleGenerate(), ASKS_GOOGLE),
}
STREAMED = pytest.mark.parametrize("streamed", [False, True], ids=["whole", "streamed"])


def chunks_of(upstream: str, *, streamed: bool) -> list[Chunk]:
    dialect, asks = UPSTREAMS[upstream]
    reply = replied(dialect, call_of(asks, provider="acme", streams=streamed), CITED)
    ours = DIALECTS[upstream]
    if not streamed:
        return [ours.decode_reply(orjson.dumps(dialect.whole(reply)), endpoint())]
    decoder = ours.decoder(endpoint())
    return [*decoder.feed(sent(dialect.stream(reply))), *decoder.close()]


def shown(client: str, upstream: str, *, streamed: bool) -> str:
    """All that the client is given."""
    protocol, asks = CLIENTS[client]
    path = {"target": "lab/one:streamGenerateContent" if streamed else "lab/one:generateContent"}
    asked = protocol.parse(Arrival(orjson.dumps({**asks, "stream": streamed}), path, {"alt": "sse"}))
    spoken = "anthropic-messages" if upstream == "bedrock-invoke" else upstream
    served = Served("gen-1", 1, "lab/one", "acme", "Acme", spoken, 1, asked)
    chunks = chunks_of(upstream, streamed=streamed)
    if not streamed:
        return protocol.reply(served, chunks[-1], BILL).decode()
    renderer = protocol.stream(served, asked)
    return (renderer.render(chunks) + renderer.finish(BILL)).decode()


@STREAMED
@pytest.mark.parametrize("upstream", UPSTREAMS)
def test_every_provider_is_understood_when_it_names_its_source(upstream: str, streamed: bool) -> None:
    events = [event for chunk in chunks_of(upstream, streamed=streamed) for event in chunk.events]
    [cited] = [event for event in events if isinstance(event, Citation)]
    assert (cited.url, cited.title) == (SOURCE.url, SOURCE.title)
    assert (cited.start, cited.end) == (0, len(TEXT))
    assert "".join(event.text for event in events if isinstance(event, TextDelta)) == TEXT


@STREAMED
@pytest.mark.parametrize("upstream", UPSTREAMS)
@pytest.mark.parametrize("client", CLIENTS)
def test_every_client_is_told_the_source(client: str, upstream: str, streamed: bool) -> None:
    told = shown(client, upstream, streamed=streamed)
    assert SOURCE.url in told
    assert SOURCE.title in told


@STREAMED
@pytest.mark.parametrize("upstream", LIKELY)
@pytest.mark.parametrize("client", LIKELY)
def test_likelihoods_come_through_where_both_have_words_for_them(client: str, upstream: str, streamed: bool) -> None:
    told = shown(client, upstream, streamed=streamed)
    name = "logProbability" if client == "google-generate" else "logprob"
    assert f'"{name}":-0.1' in told
    assert "🙂" in told


@pytest.mark.parametrize("upstream", LIKELY)
def test_every_token_is_listed_once(upstream: str) -> None:
    for streamed in (False, True):
        events = [event for chunk in chunks_of(upstream, streamed=streamed) for event in chunk.events]
        tokens = [token["token"] for event in events if isinstance(event, TextDelta) for token in event.logprobs]
        assert "".join(map(str, tokens)) == TEXT

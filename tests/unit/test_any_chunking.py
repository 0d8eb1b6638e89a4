"""However an upstream's bytes are cut up on their way, every client is sent the same bytes."""

from collections.abc import Iterable
from itertools import pairwise
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from switchboard.accounting.price import Bill
from switchboard.chat import Served, Usage
from switchboard.errors import UpstreamFailure
from switchboard.protocols.anthropic_messages import AnthropicMessages
from switchboard.protocols.google_generate import GoogleGenerate
from switchboard.protocols.interface import Arrival, ClientProtocol
from switchboard.protocols.openai_chat import OpenAiChat
from switchboard.protocols.openai_responses import OpenAiResponses
from switchboard.providers.dialects import UpstreamDialects

from tests import recorded
from tests.examples import endpoint
from tests.fakes import FakeClock

ASKED: Any = {"model": "lab/one", "stream": True, "max_tokens": 99}  # Any: JSON that tests make up
HELLO = [{"role": "user", "content": "hi"}]
CLIENTS: dict[str, tuple[ClientProtocol, Any]] = {
    "openai-chat": (OpenAiChat(), {**ASKED, "messages": HELLO}),
    "openai-responses": (OpenAiResponses(), {"model": "lab/one", "stream": True, "input": "hi"}),
    "anthropic-messages": (AnthropicMessages(), {**ASKED, "messages": HELLO}),
    "google-generate": (GoogleGenerate(), {"contents": [{"parts": [{"text": "hi"}]}]}),
}
UPSTREAMS = UpstreamDialects(FakeClock())
BILL = Bill(Usage(input=1, output=1), 0, 0)


def written(client: str, upstream: str, pieces: Iterable[bytes]) -> bytes | None:
    """What the client is sent; None for a stream that fails on the way."""
    protocol, body = CLIENTS[client]
    asked = protocol.parse(Arrival(orjson.dumps(body), {"target": "lab/one:streamGenerateContent"}, {"alt": "sse"}))
    served = Served("gen-1", 1, "lab/one", "acme", "Acme", _spoken(upstream), 1, asked)
    renderer, decoder = protocol.stream(served, asked), UPSTREAMS[upstream].decoder(endpoint())
    try:
        said = b"".join([renderer.render(decoder.feed(piece)) for piece in pieces])
        said += renderer.render(decoder.close())
    except UpstreamFailure:
        return None
    return said + renderer.finish(BILL)


def _spoken(upstream: str) -> str:
    return "anthropic-messages" if upstream == "bedrock-invoke" else upstream


@pytest.mark.parametrize("upstream", UPSTREAMS)
@pytest.mark.parametrize("client", CLIENTS)
@given(data=st.data())
@settings(max_examples=15)
def test_every_cut_gives_the_same_answer(client: str, upstream: str, data: st.DataObject) -> None:
    stream = recorded.read(upstream, data.draw(st.sampled_from(recorded.names(upstream)), label="recording"))
    places = data.draw(st.lists(st.integers(0, len(stream)), max_size=8).map(sorted), label="cuts")
    pieces = [stream[begin:end] for begin, end in pairwise([0, *places, len(stream)])]
    assert written(client, upstream, pieces) == written(client, upstream, [stream])

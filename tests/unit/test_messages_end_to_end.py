"""The Messages route from the socket's side: Claude for both clients, another provider for Anthropic's."""

import asyncio
from dataclasses import replace
from typing import Any

import orjson
import pytest
from switchboard.catalog.model import Catalog, Model, Price
from switchboard.dispatch import Transport
from switchboard.gateway import Surroundings, chat_gateway
from switchboard.provider_keys import Load
from switchboard.secret import Secret
from switchboard.settings import Settings
from switchboard.storage.keys import KeyStore
from switchboard.web.chat import ChatApp

from tests import recorded
from tests.anthropic_examples import ACME, ANTHROPIC, collected_text, endpoint, frames
from tests.examples import KEY, KEY_TEXT
from tests.fakes import (
    Answered,
    FakeClock,
    FakeDatabase,
    FakeReply,
    FakeTelemetry,
    FakeTransport,
    SteadyChance,
    ask,
    streamed,
    whole_reply,
)

PRICE = Price({"input": 3 * 10**9, "output": 15 * 10**9})
OVERLOADED = b'{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}'


def gateway(*script: FakeReply, provider: Any = ANTHROPIC, **facts: Any) -> tuple[ChatApp, FakeTransport]:
    transport = FakeTransport(list(script))
    offer = endpoint(provider, price=PRICE, max_output=9000, **facts)
    catalog = Catalog({"lab/one": Model("lab/one", "One", "lab", endpoints=(offer,))}, {provider.id: provider}, {})
    database = FakeDatabase()
    asyncio.run(KeyStore(database, "KeysTable").add(KEY))
    return chat_gateway(_around(catalog, database, transport)), transport


def _around(catalog: Catalog, database: FakeDatabase, transport: Transport) -> Surroundings:
    return Surroundings(
        Settings(), catalog, database, _load(), transport, FakeTelemetry(), FakeClock(), chance=SteadyChance()
    )


def _load() -> Load:
    async def load(_: str) -> Secret | None:
        return Secret("upstream-key")

    return load


def post(app: ChatApp, path: str, headers: dict[str, str] | None = None, **body: Any) -> Answered:
    said = {"model": "lab/one", "messages": [{"role": "user", "content": "hello"}], **body}
    return asyncio.run(ask(app, "POST", path, orjson.dumps(said), **(headers or {"x-api-key": KEY_TEXT})))


@pytest.mark.parametrize(
    "path", ["/v1/messages", "/api/v1/messages", "/api/anthropic/v1/messages", "/v1/messages?beta=true"]
)
def test_claude_streams_to_an_anthropic_client(path: str) -> None:
    app, transport = gateway(streamed(recorded.read("anthropic-messages", "plain-text")))
    answer = post(app, path, {"x_api_key": KEY_TEXT, "anthropic_beta": "b-1"}, max_tokens=100, stream=True)
    assert (answer.status, answer.headers["x-switchboard-provider"]) == (200, "anthropic")
    events = frames(answer.body)
    assert collected_text(events) == "Hello there! 👋\u2028ok"
    assert events[-2]["usage"]["cost"] == pytest.approx((25 * 3 + 15 * 15) / 1e6)
    sent = transport.requests[0]
    assert sent.headers["x-api-key"] == "upstream-key"
    assert sent.headers["anthropic-beta"] == "b-1"


def test_claude_streams_to_an_openai_client() -> None:
    app, transport = gateway(streamed(recorded.read("anthropic-messages", "thinking-and-tool")))
    answer = post(
        app, "/v1/chat/completions", {"authorization": f"Bearer {KEY_TEXT}"}, stream=True, reasoning_effort="low"
    )
    assert answer.body.endswith(b"data: [DONE]\n\n")
    assert frames(answer.body)[-1]["choices"][0]["finish_reason"] == "tool_calls"
    assert transport.sent()["thinking"] == {"type": "enabled", "budget_tokens": 1800}


def test_a_chat_server_streams_to_an_anthropic_client() -> None:
    app, transport = gateway(streamed(recorded.read("openai-chat", "parallel-tools")), provider=ACME)
    answer = post(app, "/v1/messages", {"authorization": f"Bearer {KEY_TEXT}"}, max_tokens=100, stream=True)
    assert frames(answer.body)[-2]["delta"]["stop_reason"] == "tool_use"
    assert transport.sent()["stream_options"] == {"include_usage": True}


def test_a_whole_answer() -> None:
    reply = {
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "content": [{"type": "text", "text": "Hi"}],
        "stop_reason": "end_turn",
        "usage": {"input_tokens": 9, "output_tokens": 3},
    }
    app, _ = gateway(whole_reply(orjson.dumps(reply)))
    made = post(app, "/v1/messages", {"x_api_key": KEY_TEXT}, max_tokens=100).json()
    assert made["id"] == f"msg_{made['id'].removeprefix('msg_')}"
    assert made["content"] == reply["content"]
    assert made["usage"]["input_tokens"] == 9


def test_errors_have_anthropics_shape() -> None:
    app, _ = gateway(whole_reply(OVERLOADED, 529))
    overloaded = post(app, "/v1/messages", {"x_api_key": KEY_TEXT}, max_tokens=100)
    assert overloaded.json()["error"]["type"] == "overloaded_error"
    refused = post(app, "/v1/messages", {"x_api_key": "wrong"}, max_tokens=100)
    assert (refused.status, refused.json()["error"]["type"]) == (401, "authentication_error")
    wrong = post(app, "/v1/messages", {"x_api_key": KEY_TEXT}, max_tokens=0)
    assert (wrong.status, wrong.json()["error"]["param"]) == (400, "max_tokens")


def test_an_error_in_the_stream_is_told_in_the_stream() -> None:
    app, _ = gateway(streamed(*_pieces("error-in-stream")))
    answer = post(app, "/v1/messages", {"x_api_key": KEY_TEXT}, max_tokens=100, stream=True)
    assert answer.status == 200
    assert frames(answer.body)[-1]["error"]["type"] == "overloaded_error"


def _pieces(name: str) -> list[bytes]:
    """One event at a time, as they come over a network."""
    stream = recorded.read("anthropic-messages", name)
    return [event + b"\n\n" for event in stream.split(b"\n\n") if event]


WHOLE = orjson.dumps(
    {
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "content": [{"type": "text", "text": "Hi"}],
        "stop_reason": "end_turn",
        "usage": {"input_tokens": 9, "output_tokens": 3},
    }
)
BEARER = {"authorization": f"Bearer {KEY_TEXT}"}


def test_what_was_clamped_and_what_was_left_out_is_told_in_headers() -> None:
    app, transport = gateway(whole_reply(WHOLE))
    answer = post(app, "/v1/chat/completions", BEARER, temperature=1.5, max_tokens=20_000, seed=7)
    assert answer.headers["x-switchboard-clamped"] == "temperature=1.0 (was 1.5), max_tokens=9000 (was 20000)"
    assert answer.headers["x-switchboard-dropped"] == "seed"
    assert transport.sent()["max_tokens"] == 9000


def test_what_nobody_can_carry_is_refused_with_the_reason() -> None:
    app, transport = gateway()
    answer = post(app, "/v1/chat/completions", BEARER, n=2)
    assert answer.status == 404
    error = answer.json()["error"]
    assert error["availability"]["excluded_by"] == ["dialect"]
    assert "`n` asks for more" in error["availability"]["endpoints"][0]["reason"]
    assert transport.requests == []


def test_claude_at_bedrock_passes_through_to_an_anthropic_client() -> None:
    bedrock = replace(ANTHROPIC, id="amazon-bedrock", protocol="bedrock-converse")
    stream = recorded.read("bedrock-invoke", "redacted-thinking")
    app, transport = gateway(streamed(stream), provider=bedrock, invoke="anthropic-messages")
    answer = post(app, "/v1/messages", {"x_api_key": KEY_TEXT}, max_tokens=100, stream=True)
    assert transport.requests[0].url.endswith("/model/claude-up/invoke-with-response-stream")
    shown = [event["content_block"]["type"] for event in frames(answer.body) if event["type"] == "content_block_start"]
    assert "redacted_thinking" in shown

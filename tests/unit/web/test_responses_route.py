"""/responses from the caller's request to the provider's and back, through the whole gateway, without a network."""

import asyncio
from typing import Any

import orjson
import pytest
from openai.types.responses import Response
from switchboard.gateway import Surroundings, chat_gateway
from switchboard.protocols.openai_responses.sealed import seal
from switchboard.settings import Settings
from switchboard.storage.keys import KeyStore

from tests import examples, recorded
from tests.fakes import (
    Answered,
    FakeClock,
    FakeDatabase,
    FakeReply,
    FakeTelemetry,
    FakeTransport,
    SteadyChance,
    ask,
    whole_reply,
)
from tests.fakes import streamed as in_pieces
from tests.responses_examples import body, events

# Any: a JSON body, and what is read out of one.

DIALECT = "openai-responses"
PROVIDER = examples.provider("openai", protocol=DIALECT, auth="none")
SECOND = examples.provider("azure", protocol=DIALECT, auth="none")
CATALOG = examples.catalog(
    examples.model(
        examples.endpoint("openai", provider=PROVIDER), examples.endpoint("azure", provider=SECOND), name="lab/one"
    )
)


def last_response(name: str) -> bytes:
    blocks = recorded.read(DIALECT, name).strip().split(b"\n\n")
    return orjson.dumps(orjson.loads(blocks[-1].partition(b"data: ")[2])["response"])


def post(transport: FakeTransport, path: str = "/api/v1/responses", **fields: Any) -> Answered:
    return asyncio.run(_post(transport, path, fields))


async def _post(transport: FakeTransport, path: str, fields: Any) -> Answered:
    clock, database, settings = FakeClock(), FakeDatabase(), Settings()
    await KeyStore(database, settings.keys_table).add(examples.KEY)

    async def no_keys(_: str) -> None:
        return None

    app = chat_gateway(
        Surroundings(settings, CATALOG, database, no_keys, transport, FakeTelemetry(), clock, chance=SteadyChance())
    )
    return await ask(app, "POST", path, orjson.dumps(body(**fields)), **examples.BEARER)


def recording(name: str) -> FakeReply:
    """Each event in a piece of its own."""
    return in_pieces(*(block + b"\n\n" for block in recorded.read(DIALECT, name).split(b"\n\n") if block))


@pytest.mark.parametrize("path", ["/api/v1/responses", "/v1/responses"])
def test_a_whole_response(path: str) -> None:
    transport = FakeTransport([whole_reply(last_response("plain-text"))])
    answered = post(transport, path)
    response = Response.model_validate(answered.json())
    assert answered.status == 200
    assert response.output_text == "Grüße, Welt 👋"
    assert (response.model, response.id) == (
        "lab/one",
        "resp_" + answered.headers["x-generation-id"].removeprefix("gen-").lower(),
    )
    assert answered.json()["usage"]["cost"] > 0
    assert transport.sent() == {"model": "upstream-one", "input": "hello", "store": False}


def test_a_streamed_response() -> None:
    answered = post(FakeTransport([recording("reasoning-then-tool")]), stream=True)
    assert answered.headers["content-type"].startswith("text/event-stream")
    found = events(answered.body)
    assert [event["sequence_number"] for event in found] == list(range(len(found)))
    assert found[-1]["type"] == "response.completed"
    assert found[-1]["response"]["output"][0]["encrypted_content"].startswith("sb1:")


def test_what_a_client_hands_back_reaches_the_provider_unmarked() -> None:
    transport = FakeTransport([whole_reply(last_response("plain-text"))])
    thought = {"type": "reasoning", "id": "rs_1", "summary": [], "encrypted_content": seal("gAAAA", "openai")}
    post(transport, input=[thought, {"role": "user", "content": "on"}], provider={"only": ["openai"]})
    assert transport.sent()["input"][0] == thought | {"encrypted_content": "gAAAA"}


def test_a_failure_before_the_first_word_leads_to_the_next_provider() -> None:
    for first in (whole_reply(b"{}", 503), in_pieces(recorded.read(DIALECT, "failed-rate-limit"))):
        transport = FakeTransport([first, recording("plain-text")])
        answered = post(transport, stream=True, provider={"order": ["openai"]})
        assert len(transport.requests) == 2
        assert events(answered.body)[-1]["type"] == "response.completed"


def test_a_failure_after_it_is_told_in_the_stream() -> None:
    answered = post(FakeTransport([recording("failed-rate-limit")]), stream=True)
    found = events(answered.body)
    assert [event["type"] for event in found[-2:]] == ["error", "response.failed"]
    assert found[-1]["response"]["error"] == {
        "code": "rate_limit_exceeded",
        "message": "Rate limit reached for gpt-5-mini. Please try again in 11.5s.",
    }


def test_a_cut_stream_never_looks_finished() -> None:
    answered = post(FakeTransport([recording("cut-without-completed")]), stream=True)
    assert events(answered.body)[-1]["type"] == "response.failed"


def test_an_error_before_the_stream_has_openai_s_shape() -> None:
    answered = post(FakeTransport([]), previous_response_id="resp_1", stream=True)
    assert answered.status == 400
    assert answered.json()["error"]["code"] == "previous_response_not_found"
    assert answered.json()["error"]["param"] == "previous_response_id"


def test_a_prompt_that_is_too_long_everywhere_says_so_in_a_code() -> None:
    long = b'{"error": {"code": "context_length_exceeded", "message": "too long"}}'
    answered = post(FakeTransport([whole_reply(long, 400)]))
    assert (answered.status, answered.json()["error"]["code"]) == (400, "context_length_exceeded")

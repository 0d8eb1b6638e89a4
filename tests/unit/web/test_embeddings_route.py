"""Embeddings through the whole gateway: in at the route, past a provider that fails, on record and billed."""

import asyncio
from typing import Any

import orjson
import pytest
from openai.types import CreateEmbeddingResponse
from switchboard.gateway import Surroundings, chat_gateway
from switchboard.settings import Settings
from switchboard.storage.keys import KeyStore

from tests.examples import BEARER, KEY, catalog, endpoint, model, price, provider
from tests.fakes import Answered, FakeClock, FakeDatabase, FakeReply, FakeTelemetry, FakeTransport, ask, whole_reply

VECTORS = frozenset({"embedding"})
FIRST, SECOND = (
    endpoint(
        name,
        model="lab/vectors",
        provider=provider(name, auth="none"),
        output_modalities=VECTORS,
        price=price(input=2, output=0),
        context=4,
    )
    for name in ("acme", "other")
)
CATALOG = catalog(model(FIRST, SECOND, name="lab/vectors"), model(endpoint(provider=provider(auth="none"))))
ROW = {"object": "embedding", "index": 0, "embedding": [0.5]}
ANSWER = whole_reply(orjson.dumps({"data": [ROW], "usage": {"prompt_tokens": 5, "total_tokens": 5}}))


class Asked:
    def __init__(self, *script: FakeReply, path: str = "/v1/embeddings", **fields: Any) -> None:
        self.database, self.transport, self.telemetry = FakeDatabase(), FakeTransport(list(script)), FakeTelemetry()
        settings = Settings()

        async def no_key(_: str) -> None:
            return None

        async def run() -> Answered:
            await KeyStore(self.database, settings.keys_table).add(KEY)
            around = Surroundings(settings, CATALOG, self.database, no_key, self.transport, self.telemetry, FakeClock())
            body = orjson.dumps({"model": "lab/vectors", "input": "a text of more than four tokens", **fields})
            return await ask(chat_gateway(around), "POST", path, body, **BEARER)

        self.answer = asyncio.run(run())


@pytest.mark.parametrize("path", ["/v1/embeddings", "/api/v1/embeddings"])
def test_vectors_come_back_with_their_cost(path: str) -> None:
    answered = Asked(ANSWER, path=path).answer
    assert answered.status == 200
    read = CreateEmbeddingResponse.model_validate(answered.json(), strict=True)
    assert (read.data[0].embedding, read.model, answered.json()["usage"]["cost"]) == ([0.5], "lab/vectors", 0.00001)


def test_the_next_provider_answers_where_the_first_fails() -> None:
    asked = Asked(whole_reply(b"{}", 500), ANSWER)
    assert asked.answer.status == 200
    assert asked.answer.headers["x-switchboard-attempts"] == "2"


def test_a_chat_model_makes_no_vectors_and_a_vector_model_no_chat() -> None:
    no_vectors = Asked(model="lab/one").answer
    assert (no_vectors.status, "makes no embeddings" in no_vectors.json()["error"]["message"]) == (404, True)
    no_chat = Asked(path="/v1/chat/completions", messages=[{"role": "user", "content": "x"}]).answer
    assert (no_chat.status, "/api/v1/embeddings" in no_chat.json()["error"]["message"]) == (404, True)


def test_it_is_on_record() -> None:
    asked = Asked(ANSWER)
    (fields,) = [fields for name, fields in asked.telemetry.events if name == "generation"]
    assert (fields["prompt_tokens"], fields["completion_tokens"], fields["cost_nano_dollars"]) == (5, 0, 10_000)

"""Google's clients through the whole gateway, to Google and to Bedrock: in at the route, out on the wire and back."""

import asyncio
from typing import Any

import orjson
import pytest
from switchboard.catalog.model import Catalog
from switchboard.gateway import Surroundings, chat_gateway
from switchboard.providers.aws_signer import BedrockSigner
from switchboard.secret import Secret
from switchboard.settings import Settings
from switchboard.signatures import marked_in_base64
from switchboard.storage.keys import KeyStore
from switchboard.web.chat import ChatApp
from switchboard.wire.sigv4 import Credentials
from switchboard.wire.sse import SseDecoder

from tests import recorded
from tests.examples import KEY, KEY_TEXT, catalog, endpoint, model, provider
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

GOOGLE = provider(
    "google",
    protocol="google-generate",
    base_url="https://google.test/v1beta",
    auth="header:x-goog-api-key",
    key_env="K",
)
BEDROCK = provider(
    "amazon-bedrock", protocol="bedrock-converse", base_url="https://bedrock.test", auth="aws-sigv4", region="eu-west-1"
)
HELLO = orjson.dumps({"contents": [{"role": "user", "parts": [{"text": "hello"}]}]})


def offers() -> Catalog:
    gemini = endpoint("google", model="google/gemini", provider=GOOGLE, upstream_id="gemini-2.5-flash")
    nova = endpoint("amazon-bedrock", model="amazon/nova", provider=BEDROCK, upstream_id="amazon.nova-v1:0")
    return catalog(model(gemini, name="google/gemini", aliases=("gemini-2.5-flash",)), model(nova, name="amazon/nova"))


def call(path: str, *script: FakeReply, body: bytes = HELLO, **headers: str) -> tuple[Answered, FakeTransport]:
    clock, database, transport = FakeClock(), FakeDatabase(), FakeTransport(list(script))

    async def keys(provider_id: str) -> Secret | None:
        return Secret("upstream-key") if provider_id == "google" else None

    def app() -> ChatApp:
        return chat_gateway(
            Surroundings(
                Settings(),
                offers(),
                database,
                keys,
                transport,
                FakeTelemetry(),
                clock,
                chance=SteadyChance(),
                sign=BedrockSigner(lambda: Credentials("AKID", "secret"), "us-east-1", clock),
            )
        )

    async def run() -> Answered:
        await KeyStore(database, "KeysTable").add(KEY)
        return await ask(app(), "POST", path, body, **(headers or {"x-goog-api-key": KEY_TEXT}))

    return asyncio.run(run()), transport


def pieces(answer: Answered) -> list[Any]:
    return [orjson.loads(event.data) for event in SseDecoder().feed(answer.body)]


def words(answers: list[Any]) -> str:
    parts = [part for answer in answers for part in answer["candidates"][0].get("content", {}).get("parts", [])]
    return "".join(part.get("text", "") for part in parts if not part.get("thought"))


GOOGLES = recorded.read("google-generate", "plain-text")
BEDROCKS = recorded.read("bedrock-converse", "text-then-parallel-tools")


@pytest.mark.parametrize(
    "path",
    [
        "/v1beta/models/google/gemini:generateContent",
        "/api/v1beta/models/google/gemini:generateContent",
        "/v1/models/google/gemini:generateContent",
        "/api/v1/models/google/gemini:generateContent",
        "/api/v1beta/models/gemini-2.5-flash:generateContent",
        "/api/vertex-ai/v1/publishers/google/models/gemini:generateContent",
        "/api/vertex-ai/v1beta1/publishers/google/models/gemini:generateContent",
        "/api/vertex-ai/v1/projects/p/locations/l/publishers/google/models/gemini:generateContent",
    ],
)
def test_every_path_leads_to_the_model(path: str) -> None:
    native = {"candidates": [{"content": {"parts": [{"text": "hi"}]}, "finishReason": "STOP"}]}
    answer, transport = call(path, whole_reply(orjson.dumps(native)))
    assert answer.status == 200, answer.body
    assert answer.json()["modelVersion"] == "google/gemini"
    [sent] = transport.requests
    assert sent.url == "https://google.test/v1beta/models/gemini-2.5-flash:generateContent"
    assert sent.headers["x-goog-api-key"] == "upstream-key"
    assert sent.body == HELLO


def test_the_key_may_stand_in_the_query() -> None:
    answer, _ = call(
        f"/v1beta/models/google/gemini:streamGenerateContent?alt=sse&key={KEY_TEXT}", streamed(GOOGLES), x=""
    )
    assert answer.status == 200


def test_a_stream_of_events() -> None:
    answer, _ = call("/v1beta/models/google/gemini:streamGenerateContent?alt=sse", streamed(GOOGLES))
    assert answer.headers["content-type"].startswith("text/event-stream")
    assert words(pieces(answer)) == "Grüße 😀\u2028."
    assert pieces(answer)[-1]["usageMetadata"]["candidatesTokenCount"] == 5


def test_a_stream_as_an_array() -> None:
    answer, _ = call("/v1beta/models/google/gemini:streamGenerateContent", streamed(GOOGLES))
    assert answer.headers["content-type"].startswith("application/json")
    assert words(answer.json()) == "Grüße 😀\u2028."


def test_a_call_of_functions_at_bedrock() -> None:
    reply = FakeReply((BEDROCKS,), headers={"content-type": "application/vnd.amazon.eventstream"})
    answer, transport = call("/v1beta/models/amazon/nova:streamGenerateContent?alt=sse", reply)
    first, last = pieces(answer)
    assert words([first]) == "Looking."
    calls = [part["functionCall"] for part in last["candidates"][0]["content"]["parts"]]
    assert [(told["name"], told["args"]) for told in calls] == [("weather", {"city": "Bern"}), ("now", {})]
    assert last["usageMetadata"] == {
        "promptTokenCount": 60,
        "candidatesTokenCount": 30,
        "totalTokenCount": 90,
        "cost": 0.00036,
    }
    [sent] = transport.requests
    assert sent.url == "https://bedrock.test/model/amazon.nova-v1%3A0/converse-stream"
    assert "/eu-west-1/bedrock/aws4_request" in sent.headers["Authorization"]
    assert orjson.loads(sent.body) == {"messages": [{"role": "user", "content": [{"text": "hello"}]}]}


def test_signatures_are_marked_on_the_way_out() -> None:
    stream = recorded.read("google-generate", "parallel-calls-then-stop")
    answer, _ = call("/v1beta/models/google/gemini:streamGenerateContent?alt=sse", streamed(stream))
    part = pieces(answer)[0]["candidates"][0]["content"]["parts"][0]
    assert part["thoughtSignature"] == marked_in_base64("c2lnLTE=", "google")


def test_a_cut_is_told_in_the_stream() -> None:
    cut = recorded.read("google-generate", "cut-without-finish")
    answer, _ = call("/v1beta/models/google/gemini:streamGenerateContent?alt=sse", streamed(cut))
    assert pieces(answer)[-1]["error"]["status"] == "UNAVAILABLE"


def test_throttling_is_told_in_googles_words() -> None:
    reply = whole_reply(b'{"message":"slow down"}', 429, x_amzn_errortype="ThrottlingException:", retry_after="3")
    answer, _ = call("/v1beta/models/amazon/nova:generateContent", reply)
    assert answer.status == 429
    assert answer.json()["error"]["status"] == "RESOURCE_EXHAUSTED"
    assert answer.headers["retry-after"] == "3"


@pytest.mark.parametrize(
    ("path", "body", "status", "word"),
    [
        ("/v1beta/models/google/gemini:generateContent", b'{"contents":[]}', 400, "INVALID_ARGUMENT"),
        ("/v1beta/models/google/none:generateContent", HELLO, 404, "NOT_FOUND"),
        ("/v1beta/models/google/gemini:predict", HELLO, 404, "NOT_FOUND"),
    ],
)
def test_refusals_have_googles_shape(path: str, body: bytes, status: int, word: str) -> None:
    answer, _ = call(path, body=body)
    assert (answer.status, answer.json()["error"]["status"]) == (status, word)


def test_a_wrong_key_is_unauthenticated() -> None:
    answer, _ = call("/v1beta/models/google/gemini:generateContent", x_goog_api_key="sk-sb-wrong")
    assert (answer.status, answer.json()["error"]["status"]) == (401, "UNAUTHENTICATED")

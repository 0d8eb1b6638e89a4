"""The simulated providers as a process, in the dialects beside OpenAI's chat: paths, keys, and faults on the wire."""

import http.client
import json
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from email.message import Message
from typing import Any, NamedTuple

import anthropic
import pytest
from botocore.eventstream import EventStreamBuffer

from tests.processes import running

ANTHROPIC = (
    "/anthropic/v1/messages",
    {"model": "m", "max_tokens": 50, "messages": [{"role": "user", "content": "hi"}]},
)
CONTENTS = {"contents": [{"role": "user", "parts": [{"text": "hi"}]}]}
CONVERSE = {"messages": [{"role": "user", "content": [{"text": "hi"}]}]}
VERTEX = "/google-vertex/v1/projects/p/locations/l/publishers/google/models"
VERSION = {"anthropic-version": "2023-06-01"}
INVOKED = {"anthropic_version": "bedrock-2023-05-31", "max_tokens": 50, "messages": ANTHROPIC[1]["messages"]}
WHOLE: dict[str, tuple[str, Any]] = {
    "openai": ("/openai/v1/responses", {"model": "m", "input": "hi"}),
    "anthropic": ANTHROPIC,
    "google": ("/google/v1beta/models/gemini-2.5-flash:generateContent", CONTENTS),
    "google-vertex": (f"{VERTEX}/gemini-2.5-flash:generateContent", CONTENTS),
    "amazon-bedrock": ("/amazon-bedrock/model/amazon.nova-pro-v1%3A0/converse", CONVERSE),
    "invoked": ("/invoked/model/us.anthropic.claude-sonnet-4-5-20250929-v1%3A0/invoke", INVOKED),
}
STREAMED: dict[str, tuple[str, Any]] = {
    "openai": ("/openai/v1/responses", {"model": "m", "input": "hi", "stream": True}),
    "anthropic": (ANTHROPIC[0], {**ANTHROPIC[1], "stream": True}),
    "google": ("/google/v1beta/models/gemini-2.5-flash:streamGenerateContent?alt=sse", CONTENTS),
    "amazon-bedrock": ("/amazon-bedrock/model/amazon.nova-pro-v1%3A0/converse-stream", CONVERSE),
    "invoked": ("/invoked/model/us.anthropic.claude%2Fx/invoke-with-response-stream", INVOKED),
}


class Got(NamedTuple):
    status: int
    headers: Message
    body: bytes


@pytest.fixture(scope="module")
def simulator() -> Iterator[str]:
    with running("local.simulator", "--fast", "--providers", "invoked") as url:
        yield url


@pytest.fixture(autouse=True)
def no_faults(simulator: str) -> Iterator[None]:
    yield
    urllib.request.urlopen(urllib.request.Request(f"{simulator}/_faults", method="DELETE"), timeout=20).close()


def post(url: str, body: Any, headers: Mapping[str, str] = VERSION) -> Got:
    request = urllib.request.Request(url, json.dumps(body).encode(), dict(headers))
    try:
        with urllib.request.urlopen(request, timeout=20) as reply:
            return Got(reply.status, reply.headers, reply.read())
    except urllib.error.HTTPError as error:
        with error:
            return Got(error.code, error.headers, error.read())


def fail(simulator: str, provider: str, fault: str, **more: Any) -> None:
    assert post(f"{simulator}/_faults", {"provider": provider, "fault": fault, **more}).status == 200


@pytest.mark.parametrize("provider", WHOLE)
def test_each_provider_answers_at_its_own_path(simulator: str, provider: str) -> None:
    path, body = WHOLE[provider]
    got = post(simulator + path, body)
    assert got.status == 200
    assert f"[simulated {provider}]".encode() in got.body
    assert got.headers["x-simulated"] == "true"


@pytest.mark.parametrize("provider", STREAMED)
def test_each_provider_streams_in_its_own_type(simulator: str, provider: str) -> None:
    path, body = STREAMED[provider]
    got = post(simulator + path, body)
    binary = provider in ("amazon-bedrock", "invoked")
    assert got.headers["content-type"].startswith(
        "application/vnd.amazon.eventstream" if binary else "text/event-stream"
    )
    if binary:
        buffer = EventStreamBuffer()
        buffer.add_data(got.body)
        assert next(iter(buffer)).headers[":message-type"] == "event"


@pytest.mark.parametrize("provider", WHOLE)
def test_split_bytes_are_the_same_bytes(simulator: str, provider: str) -> None:
    path, body = WHOLE[provider]
    fail(simulator, provider, "split")
    assert f"[simulated {provider}]".encode() in post(simulator + path, body).body


@pytest.mark.parametrize(
    ("provider", "headers"),
    [
        ("openai", {"authorization": "Bearer k"}),
        ("anthropic", {"x-api-key": "k", **VERSION}),
        ("google", {"x-goog-api-key": "k"}),
        ("google-vertex", {"authorization": "Bearer k"}),
        ("amazon-bedrock", {"authorization": "AWS4-HMAC-SHA256 Credential=k/x"}),
    ],
)
def test_a_key_is_shown_in_the_providers_own_way(simulator: str, provider: str, headers: dict[str, str]) -> None:
    path, body = WHOLE[provider]
    assert post(f"{simulator}/auth-required{path}", body, headers).status == 200
    assert post(f"{simulator}/auth-required{path}", body).status in (401, 403)
    assert post(simulator + path, body, {**VERSION, "authorization": "k"}).status in (401, 403)


def test_prompts_are_counted(simulator: str) -> None:
    path, body = ANTHROPIC
    assert json.loads(post(f"{simulator}{path}/count_tokens", body).body)["input_tokens"] > 0
    counted = post(f"{simulator}/google/v1beta/models/gemini-2.5-flash:countTokens", CONTENTS)
    assert json.loads(counted.body)["totalTokens"] > 0


def test_what_is_no_json_is_refused_in_the_dialect(simulator: str) -> None:
    got = post(simulator + WHOLE["amazon-bedrock"][0], ["no object"])
    assert got.headers["x-amzn-errortype"].startswith("SerializationException")


@pytest.mark.parametrize(
    ("provider", "fault", "status", "words"),
    [
        ("anthropic", "529", 529, b"overloaded_error"),
        ("google", "429", 429, b"RESOURCE_EXHAUSTED"),
        ("google", "503-empty", 503, b""),
        ("openai", "402", 429, b"insufficient_quota"),
        ("amazon-bedrock", "404", 404, b"Model not found"),
        ("amazon-bedrock", "error-200", 200, b"unexpected error"),
    ],
)
def test_providers_fail_in_their_own_words(
    simulator: str, provider: str, fault: str, status: int, words: bytes
) -> None:
    path, body = WHOLE[provider]
    fail(simulator, provider, fault, times=1)
    got = post(simulator + path, body)
    assert got.status == status
    assert words in got.body
    assert post(simulator + path, body).status == 200


def test_anthropics_sdk_raises_an_error_of_the_stream(simulator: str) -> None:
    fail(simulator, "anthropic", "overloaded-in-stream", after=2)
    with anthropic.Anthropic(base_url=f"{simulator}/anthropic", api_key="k", max_retries=0) as client:
        seen: list[str] = []
        with (
            pytest.raises(anthropic.APIStatusError, match="Overloaded"),
            client.messages.stream(model="m", max_tokens=50, messages=[{"role": "user", "content": "hi"}]) as stream,
        ):
            seen.extend(stream.text_stream)


def test_bedrock_throttles_with_a_frame_of_a_good_reply(simulator: str) -> None:
    path, body = STREAMED["amazon-bedrock"]
    fail(simulator, "amazon-bedrock", "throttled-in-stream", after=2)
    buffer = EventStreamBuffer()
    buffer.add_data(post(simulator + path, body).body)
    assert [frame.headers.get(":exception-type") for frame in buffer][-1] == "throttlingException"


@pytest.mark.parametrize("fault", ["reset", "cut"])
def test_connections_break(simulator: str, fault: str) -> None:
    path, body = STREAMED["google"]
    fail(simulator, "google", fault)
    with pytest.raises((http.client.HTTPException, OSError)):
        post(simulator + path, body)


def test_a_stream_may_end_too_early_and_in_good_order(simulator: str) -> None:
    path, body = STREAMED["google"]
    fail(simulator, "google", "early-end", after=1)
    got = post(simulator + path, body).body
    assert got.count(b"data: ") == 1
    assert b"finishReason" not in got

"""Every client dialect against one gateway: the same model, whatever its provider speaks."""

import json
import urllib.request
from collections.abc import Iterator
from typing import Any

import anthropic
import pytest
from anthropic import Anthropic
from openai import OpenAI

from tests.contract.conftest import Running

MODELS = ("openai/gpt-4.1", "anthropic/claude-sonnet-4.5", "google/gemini-2.5-flash", "amazon/nova-pro")
TOOL: Any = {
    "name": "get_weather",
    "description": "The weather of a city.",
    "input_schema": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
}


@pytest.fixture
def claude(gateway: Running) -> Iterator[Anthropic]:
    with Anthropic(base_url=f"{gateway.url}/api/anthropic", api_key=gateway.key, max_retries=0) as client:
        yield client


@pytest.mark.parametrize("model", MODELS)
def test_anthropics_sdk_reads_any_model(claude: Anthropic, model: str) -> None:
    asked: Any = [{"role": "user", "content": "Say hello."}]
    whole: Any = claude.messages.create(model=model, max_tokens=200, messages=asked)
    assert whole.content[0].text
    assert whole.stop_reason == "end_turn"
    assert whole.usage.output_tokens > 0
    with claude.messages.stream(model=model, max_tokens=200, messages=asked) as stream:
        assert "".join(stream.text_stream)
        assert stream.get_final_message().usage.input_tokens > 0


def test_anthropics_sdk_calls_a_tool_and_hands_back_its_result(claude: Anthropic) -> None:
    asked: list[Any] = [{"role": "user", "content": "Use get_weather for Paris."}]
    called: Any = claude.messages.create(model=MODELS[0], max_tokens=200, messages=asked, tools=[TOOL])
    assert called.stop_reason == "tool_use"
    call = next(block for block in called.content if block.type == "tool_use")
    result = {"type": "tool_result", "tool_use_id": call.id, "content": "Sunny, 24 degrees."}
    turn = [*asked, {"role": "assistant", "content": called.content}, {"role": "user", "content": [result]}]
    answer: Any = claude.messages.create(model=MODELS[0], max_tokens=200, messages=turn, tools=[TOOL])
    assert "Sunny, 24 degrees." in answer.content[0].text


def test_codex_finds_the_models_that_call_tools_at_its_own_question(gateway: Running) -> None:
    listed = json.loads(gateway.get("/v1/models?client_version=0.169.0"))
    assert {model["slug"] for model in listed["models"]} >= set(MODELS)


def test_anthropics_sdk_raises_its_own_errors(claude: Anthropic, gateway: Running) -> None:
    asked: Any = [{"role": "user", "content": "Hi"}]
    with pytest.raises(anthropic.NotFoundError):
        claude.messages.create(model="anthropic/claude-none", max_tokens=10, messages=asked)
    stranger = Anthropic(base_url=f"{gateway.url}/api/anthropic", api_key="sk-sb-nobody", max_retries=0)
    with stranger, pytest.raises(anthropic.AuthenticationError):
        stranger.messages.create(model=MODELS[0], max_tokens=10, messages=asked)


def test_anthropics_sdk_counts_tokens(claude: Anthropic) -> None:
    asked: Any = [{"role": "user", "content": "four words of text"}]
    assert claude.messages.count_tokens(model=MODELS[1], messages=asked).input_tokens > 3


@pytest.mark.parametrize("model", MODELS)
def test_openais_sdk_reads_any_model_through_responses(gateway: Running, model: str) -> None:
    with OpenAI(base_url=f"{gateway.url}/api/v1", api_key=gateway.key, max_retries=0) as client:
        assert client.responses.create(model=model, input="Say hello.", store=False).output_text
        with client.responses.stream(model=model, input="Say hello.", store=False) as stream:
            kinds = [event.type for event in stream]
            assert stream.get_final_response().status == "completed"
    assert kinds[0] == "response.created"
    assert kinds[-1] == "response.completed"


@pytest.mark.parametrize("model", MODELS)
def test_googles_route_reads_any_model(gateway: Running, model: str) -> None:
    body = json.dumps({"contents": [{"role": "user", "parts": [{"text": "Say hello."}]}]}).encode()
    headers = {"x-goog-api-key": gateway.key, "content-type": "application/json"}
    request = urllib.request.Request(f"{gateway.url}/v1beta/models/{model}:generateContent", data=body, headers=headers)
    with urllib.request.urlopen(request, timeout=30) as reply:
        answer = json.loads(reply.read())
    assert answer["candidates"][0]["content"]["parts"][0]["text"]
    assert answer["usageMetadata"]["candidatesTokenCount"] > 0

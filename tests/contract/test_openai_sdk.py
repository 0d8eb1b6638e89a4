"""The official OpenAI SDK against `make run`: what a user's program sees."""

import json
from collections.abc import Iterator
from typing import Any

import openai
import pytest
from openai import OpenAI

from tests.contract.conftest import Running
from tests.contract.faults import Faults
from tests.contract.python.upstreams import pair_model

MODEL = "openai/gpt-4.1"
PIXEL = (
    "data:image/png;base64,"
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg=="
)
WEATHER: Any = {
    "type": "function",
    "function": {
        "name": "get_weather",
        "description": "The weather of a city.",
        "parameters": {
            "type": "object",
            "properties": {"city": {"type": "string"}, "days": {"type": "integer"}},
            "required": ["city", "days"],
        },
    },
}


@pytest.fixture
def client(gateway: Running) -> Iterator[OpenAI]:
    with OpenAI(base_url=f"{gateway.url}/api/v1", api_key=gateway.key, max_retries=0, timeout=30) as client:
        yield client


def test_a_plain_completion_says_who_served_it_and_what_it_cost(client: OpenAI) -> None:
    raw = client.chat.completions.with_raw_response.create(
        model=MODEL,
        messages=[{"role": "user", "content": "Say hello."}],
        extra_body={"provider": {"only": ["openai", "azure"]}},
    )
    completion = raw.parse()
    assert completion.choices[0].message.content
    assert completion.choices[0].finish_reason == "stop"
    assert completion.model == MODEL
    assert completion.id == raw.headers["x-generation-id"]
    assert raw.headers["x-switchboard-provider"] in ("openai", "azure")
    assert raw.headers["x-switchboard-simulated"] == "true"
    assert completion.usage is not None
    usage = completion.usage.model_dump()
    assert usage["cost"] == pytest.approx((usage["prompt_tokens"] * 2 + usage["completion_tokens"] * 8) / 1e6)


def test_a_stream_ends_with_its_finish_reason_and_then_usage_for_those_who_ask(client: OpenAI) -> None:
    chunks = list(
        client.chat.completions.create(
            model=MODEL,
            messages=[{"role": "user", "content": "Say hello."}],
            stream=True,
            stream_options={"include_usage": True},
        )
    )
    assert "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices)
    assert [c.choices[0].finish_reason for c in chunks if c.choices and c.choices[0].finish_reason] == ["stop"]
    assert chunks[-1].choices == []
    assert chunks[-1].usage is not None
    assert chunks[-1].usage.model_dump()["cost"] > 0
    assert len({chunk.id for chunk in chunks}) == 1


def test_without_asking_no_chunk_comes_without_choices(client: OpenAI) -> None:
    stream = client.chat.completions.create(model=MODEL, messages=[{"role": "user", "content": "Hi"}], stream=True)
    assert all(chunk.choices for chunk in stream)


@pytest.mark.parametrize("stream", [False, True])
def test_a_tool_is_called_and_its_result_is_read(client: OpenAI, stream: bool) -> None:
    ask: list[Any] = [{"role": "user", "content": "Use get_weather for Paris."}]
    if stream:
        with client.chat.completions.stream(model=MODEL, messages=ask, tools=[WEATHER]) as events:
            message: Any = events.get_final_completion().choices[0].message
    else:
        message = client.chat.completions.create(model=MODEL, messages=ask, tools=[WEATHER]).choices[0].message
    assert message.tool_calls
    call: Any = message.tool_calls[0]
    assert call.function.name == "get_weather"
    assert set(json.loads(call.function.arguments)) == {"city", "days"}
    turn: list[Any] = [
        *ask,
        {
            "role": "assistant",
            "content": None,
            "tool_calls": [{"id": call.id, "type": "function", "function": {"name": "get_weather", "arguments": "{}"}}],
        },
        {"role": "tool", "tool_call_id": call.id, "content": "Sunny, 24 degrees."},
    ]
    answer = client.chat.completions.create(model=MODEL, messages=turn, tools=[WEATHER])
    assert "Sunny, 24 degrees." in (answer.choices[0].message.content or "")


def test_images_go_through(client: OpenAI) -> None:
    parts: list[Any] = [
        {"type": "text", "text": "What is this?"},
        {"type": "image_url", "image_url": {"url": PIXEL, "detail": "low"}},
    ]
    completion = client.chat.completions.create(model=MODEL, messages=[{"role": "user", "content": parts}])
    assert "1 image" in (completion.choices[0].message.content or "")


def test_structured_output_follows_its_schema(client: OpenAI) -> None:
    schema: Any = {
        "type": "json_schema",
        "json_schema": {"name": "city", "schema": WEATHER["function"]["parameters"], "strict": True},
    }
    completion = client.chat.completions.create(
        model=MODEL, messages=[{"role": "user", "content": "A city."}], response_format=schema
    )
    assert set(json.loads(completion.choices[0].message.content or "")) == {"city", "days"}


BEFORE_ANY_ANSWER: list[dict[str, Any]] = [
    {"fault": name} for name in ("500", "503", "429", "502-html", "401", "empty")
]
IN_STREAMS: list[dict[str, Any]] = [{"fault": name, "after": 0} for name in ("cut", "error-in-stream")]


FALLBACKS = [
    *((fault, stream) for fault in BEFORE_ANY_ANSWER for stream in (False, True)),
    *((fault, True) for fault in IN_STREAMS),
]


@pytest.mark.parametrize(
    ("fault", "stream"),
    FALLBACKS,
    ids=lambda value: value["fault"] if isinstance(value, dict) else ("streamed" if value else "whole"),
)
def test_a_fault_at_the_first_endpoint_leads_to_an_answer_from_the_second(
    client: OpenAI, faults: Faults, gateway: Running, fault: dict[str, Any], stream: bool
) -> None:
    faults.on(provider="azure", **fault)
    raw = client.chat.completions.with_raw_response.create(
        model=pair_model(FALLBACKS.index((fault, stream))),
        messages=[{"role": "user", "content": "Hi"}],
        stream=stream,
        extra_body={"provider": {"order": ["azure", "openai"]}},
    )
    answered: Any = raw.parse()
    if stream:
        assert list(answered)
    assert raw.headers["x-switchboard-provider"] == "openai"
    record = json.loads(gateway.get(f"/api/v1/generation?id={raw.headers['x-generation-id']}", gateway.key))["data"]
    assert [attempt["provider_name"] for attempt in record["provider_responses"]] == ["azure", "openai"]
    assert record["provider_responses"][0]["outcome"] != "ok"
    assert record["provider_responses"][1]["outcome"] == "ok"
    assert record["tokens_completion"] > 0
    assert record["total_cost"] > 0


def test_a_stream_that_breaks_off_raises_in_the_sdk(client: OpenAI, faults: Faults) -> None:
    faults.on(provider="openai", fault="cut", after=2, pause=0.2)
    seen: list[str] = []
    with pytest.raises(openai.APIError):  # noqa: PT012  # what came before the error matters as well
        for chunk in client.chat.completions.create(
            model=MODEL,
            messages=[{"role": "user", "content": "Hi"}],
            stream=True,
            extra_body={"provider": {"only": ["openai"]}},
        ):
            seen.append(chunk.choices[0].delta.content or "")  # noqa: PERF401  # a list would be lost with the error
    assert any(seen)


def test_each_mistake_raises_its_own_exception(client: OpenAI, gateway: Running) -> None:
    ask: list[Any] = [{"role": "user", "content": "Hi"}]
    with pytest.raises(openai.NotFoundError, match=r"openai/gpt-4\.1"):
        client.chat.completions.create(model="openai/gpt41", messages=ask)
    with pytest.raises(openai.BadRequestError) as refused:
        client.chat.completions.create(model=MODEL, messages=[])
    assert refused.value.param == "messages"
    stranger = OpenAI(base_url=f"{gateway.url}/api/v1", api_key="sk-sb-nobody", max_retries=0)
    with stranger, pytest.raises(openai.AuthenticationError):
        stranger.chat.completions.create(model=MODEL, messages=ask)


def test_models_are_listed(client: OpenAI) -> None:
    assert MODEL in [model.id for model in client.models.list()]

"""The simulated providers as a process, driven by the official OpenAI client."""

import json
import signal
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from typing import Any

import openai
import pytest

from tests.processes import end, launch, running

ASK: Any = [{"role": "user", "content": "Hello there"}]
WEATHER: Any = {
    "type": "function",
    "function": {
        "name": "get_weather",
        "parameters": {
            "type": "object",
            "properties": {"city": {"type": "string"}, "unit": {"type": "string", "enum": ["celsius", "fahrenheit"]}},
            "required": ["city"],
        },
    },
}
TIME: Any = {"type": "function", "function": {"name": "get_time"}}


@pytest.fixture(scope="module")
def simulator() -> Iterator[str]:
    with running("local.simulator", "--fast", "--providers", "acme") as url:
        yield url


@pytest.fixture
def client(simulator: str) -> Iterator[openai.OpenAI]:
    with openai.OpenAI(base_url=f"{simulator}/openai/v1", api_key="none", max_retries=0, timeout=20) as client:
        yield client
    admin(simulator, "DELETE")


def admin(url: str, method: str, body: object = None) -> tuple[int, Any]:
    data = json.dumps(body).encode() if body is not None else None
    request = urllib.request.Request(f"{url}/_faults", data, method=method)
    try:
        with urllib.request.urlopen(request, timeout=5) as reply:
            return reply.status, json.load(reply)
    except urllib.error.HTTPError as error:
        with error:
            return error.code, json.load(error)


def fail(url: str, fault: str, **more: object) -> None:
    assert admin(url, "POST", {"provider": "openai", "fault": fault, **more})[0] == 200


def ask(client: openai.OpenAI, **more: Any) -> Any:
    return client.chat.completions.create(model="gpt-4.1", messages=ASK, **more)


def read_stream(stream: Any) -> tuple[list[Any], Exception | None]:
    """All chunks, and what ended the stream too early."""
    chunks: list[Any] = []
    try:
        for chunk in stream:
            chunks.append(chunk)  # noqa: PERF402 - what came before the failure counts
    except Exception as error:  # noqa: BLE001 - the test looks at its type
        return chunks, error
    return chunks, None


def text_of(chunks: list[Any]) -> str:
    return "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices)


def test_plain_answer_says_that_it_is_simulated(client: openai.OpenAI) -> None:
    reply = ask(client)
    assert reply.choices[0].message.content.startswith("[simulated openai]")
    assert "Hello there" in reply.choices[0].message.content
    assert reply.choices[0].finish_reason == "stop"
    assert 30 <= reply.usage.completion_tokens <= 60
    assert reply.model == "gpt-4.1"


def test_stream_has_role_content_finish_and_usage(client: openai.OpenAI) -> None:
    chunks = list(ask(client, stream=True, stream_options={"include_usage": True}))
    assert chunks[0].choices[0].delta.role == "assistant"
    assert text_of(chunks).startswith("[simulated openai]")
    assert [chunk.choices[0].finish_reason for chunk in chunks[:-1]][-1] == "stop"
    assert sum(chunk.choices[0].finish_reason is not None for chunk in chunks[:-1]) == 1
    assert chunks[-1].choices == []
    assert chunks[-1].usage.completion_tokens > 0
    assert all(chunk.usage is None for chunk in chunks[:-1])


def test_stream_sends_usage_only_when_asked(client: openai.OpenAI) -> None:
    assert all(chunk.usage is None and chunk.choices for chunk in ask(client, stream=True))


@pytest.mark.parametrize("stream", [False, True])
def test_tool_call_and_the_turn_after_it(client: openai.OpenAI, stream: bool) -> None:
    messages: Any = [{"role": "user", "content": "Call get_weather please"}]
    if stream:
        with client.chat.completions.stream(model="gpt-4.1", messages=messages, tools=[WEATHER]) as events:
            reply: Any = events.get_final_completion()
    else:
        reply = client.chat.completions.create(model="gpt-4.1", messages=messages, tools=[WEATHER])
    (call,) = reply.choices[0].message.tool_calls
    assert reply.choices[0].finish_reason == "tool_calls"
    assert json.loads(call.function.arguments) == {"city": "example", "unit": "celsius"}
    messages += [
        {"role": "assistant", "tool_calls": [call.model_dump(exclude={"index"})]},
        {"role": "tool", "tool_call_id": call.id, "content": "22 degrees"},
    ]
    after = client.chat.completions.create(model="gpt-4.1", messages=messages, tools=[WEATHER])
    assert "22 degrees" in str(after.choices[0].message.content)
    assert after.choices[0].message.tool_calls is None


def test_two_named_functions_make_two_calls_in_a_stream(client: openai.OpenAI) -> None:
    messages: Any = [{"role": "user", "content": "get_weather and get_time"}]
    with client.chat.completions.stream(model="m", messages=messages, tools=[WEATHER, TIME]) as events:
        calls = events.get_final_completion().choices[0].message.tool_calls
    assert [call.function.name for call in calls or []] == ["get_weather", "get_time"]


def test_structured_output_fits_the_schema(client: openai.OpenAI) -> None:
    schema = {"type": "object", "properties": {"answer": {"type": "integer"}}, "required": ["answer"]}
    wanted = {"type": "json_schema", "json_schema": {"name": "answer", "schema": schema, "strict": True}}
    assert json.loads(ask(client, response_format=wanted).choices[0].message.content) == {"answer": 1}


def test_image_is_seen_and_counted(client: openai.OpenAI) -> None:
    image = {"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}}
    messages: Any = [{"role": "user", "content": [{"type": "text", "text": "What is it?"}, image]}]
    reply = client.chat.completions.create(model="gpt-4.1", messages=messages)
    assert "1 image (1 as data URL, 0 as link)" in str(reply.choices[0].message.content)
    assert reply.usage is not None
    assert reply.usage.prompt_tokens > 85


def test_several_choices_take_turns(client: openai.OpenAI) -> None:
    assert {chunk.choices[0].index for chunk in ask(client, stream=True, n=2)} == {0, 1}


def test_unknown_argument_is_refused_in_openais_words(client: openai.OpenAI) -> None:
    with pytest.raises(openai.BadRequestError, match="Unrecognized request argument supplied: provider"):
        ask(client, extra_body={"provider": {"order": ["openai"]}})


def test_a_key_is_needed_only_where_it_says_so(simulator: str) -> None:
    body = json.dumps({"model": "m", "messages": ASK}).encode()
    with pytest.raises(urllib.error.HTTPError) as caught:
        urllib.request.urlopen(f"{simulator}/auth-required/openai/v1/chat/completions", body, timeout=5)
    with caught.value as error:
        assert error.code == 401
    with urllib.request.urlopen(f"{simulator}/openai/chat/completions", body, timeout=5) as reply:
        assert reply.headers["x-simulated"] == "true"


def test_models_are_listed(client: openai.OpenAI) -> None:
    assert "gpt-4.1" in [model.id for model in client.models.list()]


STATUS_FAULTS = [
    ("500", openai.InternalServerError),
    ("502-html", openai.InternalServerError),
    ("503", openai.InternalServerError),
    ("429", openai.RateLimitError),
    ("401", openai.AuthenticationError),
    ("context-length", openai.BadRequestError),
]


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize(("fault", "error"), STATUS_FAULTS)
def test_status_faults(
    simulator: str, client: openai.OpenAI, fault: str, error: type[openai.APIStatusError], stream: bool
) -> None:
    fail(simulator, fault, times=1, retry_after=7)
    with pytest.raises(error) as caught:
        ask(client, stream=stream)
    assert caught.value.response.headers.get("retry-after") == ("7" if fault == "429" else None)
    assert fault != "context-length" or caught.value.code == "context_length_exceeded"
    assert ask(client).choices[0].finish_reason == "stop"


@pytest.mark.parametrize("stream", [False, True])
def test_hang_sends_no_headers(simulator: str, client: openai.OpenAI, stream: bool) -> None:
    fail(simulator, "hang")
    with pytest.raises(openai.APITimeoutError):
        ask(client, stream=stream, timeout=0.5)


SILENCES = [("hang-after-headers", 0), ("role-then-silence", 1), ("stall", 4)]


@pytest.mark.parametrize(("fault", "seen"), SILENCES)
def test_silent_streams(simulator: str, client: openai.OpenAI, fault: str, seen: int) -> None:
    fail(simulator, fault, after=3)
    chunks, error = read_stream(ask(client, stream=True, timeout=0.5))
    assert len(chunks) == seen
    assert type(error).__name__ in ("ReadTimeout", "APITimeoutError")


@pytest.mark.parametrize("after", [0, 3, 1000])
def test_cut_breaks_the_body(simulator: str, client: openai.OpenAI, after: int) -> None:
    fail(simulator, "cut", after=after)
    chunks, error = read_stream(ask(client, stream=True))
    assert type(error).__name__ in ("RemoteProtocolError", "ReadError", "APIConnectionError")
    assert len(chunks) == after + 1 or (after == 1000 and len(chunks) > 10)
    assert all(chunk.choices[0].finish_reason is None for chunk in chunks)


def test_cut_breaks_a_plain_reply_too(simulator: str, client: openai.OpenAI) -> None:
    fail(simulator, "cut")
    with pytest.raises(openai.APIConnectionError):
        ask(client)


def test_error_in_stream(simulator: str, client: openai.OpenAI) -> None:
    fail(simulator, "error-in-stream", after=2)
    chunks, error = read_stream(ask(client, stream=True))
    assert len(chunks) == 3
    assert isinstance(error, openai.APIError)


def test_malformed_line_is_one_line_in_a_good_stream(simulator: str) -> None:
    fail(simulator, "malformed-line", after=2, times=1)
    body = json.dumps({"model": "m", "messages": ASK, "stream": True}).encode()
    with urllib.request.urlopen(f"{simulator}/openai/v1/chat/completions", body, timeout=5) as reply:
        lines = [line for line in reply.read().decode().split("\n\n") if line]
    assert lines[-1] == "data: [DONE]"
    bad = []
    for index, line in enumerate(lines[:-1]):
        try:
            json.loads(line.removeprefix("data: "))
        except ValueError:
            bad.append(index)
    assert bad == [3]


@pytest.mark.parametrize("stream", [False, True])
def test_empty_answers(simulator: str, client: openai.OpenAI, stream: bool) -> None:
    fail(simulator, "empty", times=1)
    reply = ask(client, stream=stream)
    assert (text_of(list(reply)) if stream else reply.choices[0].message.content) == ""
    fail(simulator, "no-choices", times=1)
    reply = ask(client, stream=stream)
    assert (list(reply) if stream else reply.choices) == []


def test_a_fault_can_concern_one_model(simulator: str, client: openai.OpenAI) -> None:
    fail(simulator, "500", model="gpt-4.1")
    with pytest.raises(openai.InternalServerError):
        ask(client)
    assert client.chat.completions.create(model="gpt-4o", messages=ASK).choices


def test_unknown_fault_or_provider_lists_the_known_ones(simulator: str) -> None:
    status, reply = admin(simulator, "POST", {"provider": "openai", "fault": "flood"})
    assert status == 400
    assert "error-in-stream" in reply["error"]["message"]
    status, reply = admin(simulator, "POST", {"provider": "nobody", "fault": "500"})
    assert status == 400
    assert "acme" in reply["error"]["message"]


def test_pace_and_the_slow_fault() -> None:
    body = json.dumps({"model": "m", "messages": ASK, "max_tokens": 10, "stream": True}).encode()
    with running("local.simulator") as url:
        started = time.monotonic()
        with urllib.request.urlopen(f"{url}/groq/v1/chat/completions", body, timeout=5) as reply:
            reply.read()
        assert time.monotonic() - started >= 0.09
        admin(url, "POST", {"provider": "groq", "fault": "slow"})
        started = time.monotonic()
        with urllib.request.urlopen(f"{url}/groq/v1/chat/completions", body, timeout=5) as reply:
            reply.readline()
        assert time.monotonic() - started >= 0.9


@pytest.mark.parametrize("way", ["stdin", signal.SIGTERM, signal.SIGINT])
def test_it_ends_at_once_even_while_a_client_hangs(way: str | signal.Signals) -> None:
    process, url = launch("local.simulator", "--fast")
    admin(url, "POST", {"provider": "openai", "fault": "stall"})
    with openai.OpenAI(base_url=f"{url}/openai/v1", api_key="none", max_retries=0, timeout=5) as client:
        stream = ask(client, stream=True)
        next(iter(stream))
        started = time.monotonic()
        if isinstance(way, signal.Signals):
            process.send_signal(way)
        assert end(process) == ""
        assert process.returncode == 0
        assert time.monotonic() - started < 1.5
        stream.close()

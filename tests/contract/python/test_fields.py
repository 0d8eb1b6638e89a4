"""The fields of Chat Completions that not everybody has: they arrive, are refused, or are left out by name."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import openai
import pytest
from openai import OpenAI

from tests.contract.python.conftest import Cell
from tests.contract.python.driver import Account
from tests.contract.python.drivers.openai_chat import OpenAiChat, chat_tools, connected
from tests.contract.python.questions import WEATHER
from tests.contract.python.upstreams import Upstream

Dialects = tuple[str, ...]
CHAT, RESPONSES, CLAUDE, GOOGLE = "openai-chat", "openai-responses", "anthropic-messages", "google-generate"
CONVERSE, INVOKE = "bedrock-converse", "bedrock-invoke"
OTHERS = (RESPONSES, CLAUDE, GOOGLE, CONVERSE, INVOKE)
DROPPED = "x-switchboard-dropped"
SOUND = {"type": "input_audio", "input_audio": {"data": "UklGRgAAAABXQVZF", "format": "wav"}}
BY_ID = {"type": "file", "file": {"file_id": "file-abc123"}}


def user(text: str, *parts: Any) -> list[Any]:
    return [{"role": "user", "content": [{"type": "text", "text": text}, *parts] if parts else text}]


@dataclass(frozen=True, slots=True)
class Field:
    """`arrived` looks at an answer of who has it; `refused` and `named` are the dialects that do not."""

    feature: str
    asked: dict[str, Any]
    arrived: Callable[[Any], bool] = lambda answer: bool(answer.choices[0].message.content)
    refused: Dialects = ()
    named: dict[str, Dialects] = field(default_factory=dict)


def said(answer: Any, words: str) -> bool:
    return words in answer.choices[0].message.content


FIELDS = (
    Field(
        "audio input",
        {"messages": user("Listen.", SOUND)},
        lambda answer: said(answer, "1 recording"),
        refused=(CLAUDE, INVOKE),
    ),
    Field(
        "audio output",
        {"messages": user("Say hello."), "modalities": ["text", "audio"], "audio": {"voice": "ash", "format": "wav"}},
        lambda answer: answer.choices[0].message.audio.data != "",
        refused=OTHERS,
    ),
    Field(
        "citations",
        {"messages": user("Please cite a page.")},
        lambda answer: answer.choices[0].message.annotations[0].url_citation.url == "https://source.example/page",
    ),
    Field("file by id", {"messages": user("Read it.", BY_ID)}, refused=(CLAUDE, GOOGLE, CONVERSE, INVOKE)),
    Field(
        "legacy functions",
        {
            "messages": user("Use get_weather for Paris."),
            "functions": [tool["function"] for tool in chat_tools((WEATHER,))],
            "function_call": "auto",
        },
        lambda answer: answer.choices[0].message.function_call.name == "get_weather",
    ),
    Field(
        "logprobs",
        {"messages": user("Say hello."), "logprobs": True, "top_logprobs": 2},
        lambda answer: answer.choices[0].logprobs.content[0].logprob == -0.1,
        named={"logprobs": (CLAUDE, CONVERSE, INVOKE)},
    ),
    Field("metadata", {"messages": user("Say hello."), "metadata": {"a": "b"}}, named={"metadata": OTHERS[1:]}),
    Field(
        "name of a speaker",
        {"messages": [{"role": "user", "name": "ann", "content": "Say hello."}]},
        named={"messages.name": OTHERS},
    ),
    Field(
        "prediction",
        {"messages": user("Say hello."), "prediction": {"type": "content", "content": "hello"}},
        lambda answer: answer.usage.completion_tokens_details.accepted_prediction_tokens > 0,
        named={"prediction": OTHERS},
    ),
    Field(
        "service tier",
        {"messages": user("Say hello."), "service_tier": "flex"},
        named={"service_tier": (CLAUDE, GOOGLE, CONVERSE, INVOKE)},
    ),
    Field("store", {"messages": user("Say hello."), "store": True}, named={"store": OTHERS}),
    Field("user", {"messages": user("Say hello."), "user": "ann"}, named={"user": (GOOGLE, CONVERSE)}),
    Field(
        "temperature beside thinking",
        {"messages": user("Say hello."), "temperature": 0.5, "reasoning_effort": "low", "max_completion_tokens": 9000},
        named={"temperature": (CLAUDE, CONVERSE, INVOKE)},
    ),
)


@pytest.fixture(scope="module")
def openai_python(gateway: Any) -> Iterator[OpenAI]:
    with connected(Account(gateway.url, gateway.key)) as client:
        yield client


def ids(each: Any) -> str:
    return str(each.feature if isinstance(each, Field) else each.dialect)


@pytest.mark.parametrize("each", FIELDS, ids=ids)
def test_a_field_is_never_lost_in_silence(
    openai_python: OpenAI, account: Account, upstream: Upstream, each: Field
) -> None:
    cell = Cell(OpenAiChat(), upstream, account)
    create = openai_python.chat.completions.with_raw_response.create
    if upstream.dialect in each.refused:
        with pytest.raises(openai.NotFoundError) as caught:
            create(model=upstream.model, **each.asked)
        assert caught.value.code == "no_endpoints"
        cell.verdict(each.feature, "no_endpoints")
        return
    answer = create(model=upstream.model, **each.asked)
    dropped = answer.headers.get(DROPPED, "").split(", ")
    name = next((name for name, dialects in each.named.items() if upstream.dialect in dialects), None)
    if name is not None:
        assert name in dropped
        cell.left_out(each.feature, name)
        return
    assert not set(dropped) & set(each.asked)
    assert each.arrived(answer.parse())
    cell.verdict(each.feature)


def test_a_stream_tells_usage_to_those_alone_who_ask(
    openai_python: OpenAI, account: Account, upstream: Upstream
) -> None:
    def last(**asked: Any) -> Any:
        return [*openai_python.chat.completions.create(model=upstream.model, stream=True, **asked)][-1]

    told = last(messages=user("Say hello."), stream_options={"include_usage": True})
    assert (told.choices, told.usage.completion_tokens > 0) == ([], True)
    assert last(messages=user("Say hello.")).choices[0].finish_reason == "stop"
    Cell(OpenAiChat(), upstream, account).verdict("stream options")

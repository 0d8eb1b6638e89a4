"""Cursor posts Responses bodies to the chat route and reads a chat stream."""

from typing import Any

import orjson
import pytest
from switchboard.errors import InvalidRequest
from switchboard.protocols.interface import Arrival
from switchboard.protocols.openai_chat.cursor import ChatOrResponses
from switchboard.protocols.openai_chat.render import OpenAiChatStream
from switchboard.protocols.openai_responses.parse import parse
from switchboard.providers.openai_responses.request import build

from tests import examples
from tests.responses_examples import WEATHER, body, served

CURSOR = body(
    input=[{"role": "system", "content": "s"}, {"role": "user", "content": "u"}],
    stream=True,
    stream_options={"include_usage": True},
    tools=[WEATHER],
    text={"verbosity": "low"},
    include=["reasoning.encrypted_content"],
)


def read(sent: Any) -> Any:  # Any: a JSON body
    return ChatOrResponses().parse(Arrival(orjson.dumps(sent)))


def test_a_body_with_input_and_no_messages_is_a_responses_request() -> None:
    asked = read(CURSOR)
    assert (asked.protocol, asked.stream, asked.include_usage) == ("openai-responses", True, True)
    assert asked == parse(orjson.dumps(CURSOR))


@pytest.mark.parametrize(
    "sent",
    [
        examples.body(),
        examples.body(input="x"),
        examples.body(tools=[{"type": "function", "function": {"name": "f", "parameters": {"required": ["input"]}}}]),
    ],
)
def test_a_body_with_messages_is_a_chat_request(sent: Any) -> None:  # Any: a JSON body
    assert read(sent).protocol == "openai-chat"


@pytest.mark.parametrize("sent", [{"model": "m"}, ["input"], "input"])
def test_what_is_neither_is_refused_as_a_chat_request(sent: Any) -> None:  # Any: a JSON body
    with pytest.raises(InvalidRequest):
        read(sent)
    with pytest.raises(InvalidRequest):
        ChatOrResponses().parse(Arrival(b'{"input"'))


def test_its_answer_is_a_chat_stream() -> None:
    assert isinstance(ChatOrResponses().stream(served("openai-chat"), read(CURSOR)), OpenAiChatStream)


def test_an_upstream_of_responses_gets_it_nearly_as_it_came() -> None:
    sent = orjson.loads(build(read(CURSOR), examples.endpoint(), None).body)
    assert sent == {name: value for name, value in CURSOR.items() if name != "stream_options"} | {
        "model": "upstream-one",
        "store": False,
    }

from dataclasses import replace
from typing import Any

import orjson
import pytest
from switchboard.accounting.price import Bill
from switchboard.chat import NO_USAGE, Chunk, TextDelta, ThinkingDelta
from switchboard.protocols.openai_chat.render import OpenAiChatStream, render_reply

from tests import examples

# Any: JSON, as a test reads it.

BILL = Bill(NO_USAGE, 0, 0)
EVENTS = (ThinkingDelta("hm", "signed"), TextDelta("yes"), examples.finished())
MESSAGE: Any = {"role": "assistant", "content": "yes", "reasoning": "hm", "reasoning_details": [{"text": "hm"}]}
WHOLE: Any = {"choices": [{"index": 0, "finish_reason": "stop", "message": MESSAGE}]}
DIALECTS = pytest.mark.parametrize("dialect", ["openai-chat", "anthropic-messages"])
EXCLUDED = pytest.mark.parametrize("wish", [{"reasoning": {"exclude": True}}, {"include_reasoning": False}])


def served(dialect: str, **fields: Any) -> Any:
    return replace(examples.served(), dialect=dialect, request=examples.request(**fields))


@DIALECTS
@EXCLUDED
def test_excluded_reasoning_is_not_in_the_answer(dialect: str, wish: dict[str, Any]) -> None:
    reply = orjson.loads(render_reply(served(dialect, **wish), Chunk(EVENTS, WHOLE), BILL))
    assert reply["choices"][0]["message"]["content"] == "yes"
    assert not any(name.startswith("reasoning") for name in reply["choices"][0]["message"])


@DIALECTS
@EXCLUDED
def test_nor_in_the_streamed_answer_and_no_chunk_is_left_empty(dialect: str, wish: dict[str, Any]) -> None:
    chunks = [
        Chunk(EVENTS[:1], examples.chunk_native({"reasoning": "hm"})),
        Chunk(EVENTS[1:2], examples.chunk_native({"content": "yes"})),
        Chunk(EVENTS[2:], examples.chunk_native({}, "stop")),
    ]
    written = OpenAiChatStream(served(dialect, **wish), include_usage=False).render(chunks)
    assert b"reasoning" not in written
    assert b'"content":"yes"' in written
    assert written.count(b'"delta":{}') == 1  # that of the end


@DIALECTS
def test_otherwise_it_is_shown(dialect: str) -> None:
    reply = orjson.loads(render_reply(served(dialect), Chunk(EVENTS, WHOLE), BILL))
    assert reply["choices"][0]["message"]["reasoning"] == "hm"

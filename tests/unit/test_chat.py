from dataclasses import FrozenInstanceError
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from switchboard.chat import (
    BUCKETS,
    COUNTED_ONE_BY_ONE,
    Chunk,
    Finish,
    Text,
    TextDelta,
    ThinkingDelta,
    ToolCallDelta,
    Usage,
)


@given(st.builds(Usage, **dict.fromkeys(BUCKETS, st.integers(0, 10**9))))
def test_every_token_is_in_the_prompt_or_in_the_completion(usage: Usage) -> None:
    tokens = sum(getattr(usage, bucket) for bucket in BUCKETS if bucket not in COUNTED_ONE_BY_ONE)
    assert usage.prompt_tokens + usage.completion_tokens == tokens


@pytest.mark.parametrize("event", [TextDelta("x"), ThinkingDelta("x"), ToolCallDelta(0, "")])
def test_text_reasoning_and_tool_calls_are_worth_showing(event: Any) -> None:
    assert Chunk((Usage(), event)).has_content


@pytest.mark.parametrize("events", [(), (Finish("stop", "stop"),), (Usage(output=1),)])
def test_an_end_and_a_count_are_not(events: Any) -> None:
    assert not Chunk(events).has_content


def test_what_is_said_cannot_be_changed() -> None:
    block = Text("x")
    with pytest.raises(FrozenInstanceError):
        block.text = "y"  # type: ignore[misc]  # what the test is about
    with pytest.raises(TypeError):
        block.extra["a"] = 1  # type: ignore[index]  # what the test is about

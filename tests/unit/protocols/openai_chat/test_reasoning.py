"""Reasoning that a chat client hands back: put together from its pieces, and freed from our mark."""

from typing import Any

import orjson
import pytest
from switchboard.chat import Message, Text, Thinking, ThinkingDelta, ToolCall
from switchboard.protocols.interface import Arrival
from switchboard.protocols.openai_chat import OpenAiChat
from switchboard.protocols.openai_chat.reasoning import detail, read_reasoning
from switchboard.signatures import marked

from tests.anthropic_examples import chat

CLAUDE = "anthropic-claude-v1"


def said(**fields: Any) -> Message:
    return chat({"role": "assistant", "content": "x", **fields}).messages[0]


def text(index: int = 0, **fields: Any) -> dict[str, Any]:
    return {"type": "reasoning.text", "format": CLAUDE, "index": index, **fields}


def test_details_come_before_the_content_and_the_calls() -> None:
    call = {"id": "c", "type": "function", "function": {"name": "now", "arguments": "{}"}}
    message = said(
        reasoning="hm", reasoning_details=[text(text="hm", signature=marked("S", "anthropic"))], tool_calls=[call]
    )
    assert message.blocks == (
        Thinking("hm", "S", "anthropic", extra={"format": CLAUDE}),
        Text("x"),
        ToolCall("c", "now", "{}"),
    )
    assert message.extra == {}


def test_pieces_of_a_stream_are_put_together_up_to_their_signature() -> None:
    pieces = [
        text(text="a"),
        text(text="b"),
        text(signature=marked("S", "p")),
        text(1, text="c"),
        text(1, signature="T"),
    ]
    assert [(t.text, t.signature, t.provider) for t in said(reasoning_details=pieces).blocks[:-1]] == [  # type: ignore[union-attr]
        ("ab", "S", "p"),
        ("c", "T", None),
    ]


def test_sealed_reasoning_and_summaries() -> None:
    details = [
        {"type": "reasoning.encrypted", "data": marked("D", "openai"), "format": "openai-responses-v1"},
        {"type": "reasoning.summary", "summary": "in short"},
        {"type": "reasoning.server_tool_call", "x": 1},
        {"type": "reasoning.text"},
        "nonsense",
    ]
    assert said(reasoning_details=details).blocks[:-1] == (
        Thinking("", "D", "openai", redacted=True, extra={"format": "openai-responses-v1"}),
        Thinking("in short"),
    )


@pytest.mark.parametrize(
    ("fields", "thought"),
    [
        ({"reasoning_content": "hm"}, (Thinking("hm"),)),
        ({"reasoning": "hm"}, (Thinking("hm"),)),
        ({"reasoning": "hm", "reasoning_details": []}, (Thinking("hm"),)),
        ({"reasoning": None, "reasoning_content": ""}, ()),
        ({"reasoning_details": "x"}, ()),
    ],
)
def test_plain_reasoning_is_unsigned_thinking(fields: Any, thought: Any) -> None:
    assert said(**fields).blocks[:-1] == thought


def test_a_users_words_are_no_reasoning() -> None:
    message = chat({"role": "user", "content": "x", "reasoning": "hm"}).messages[0]
    assert message.blocks == (Text("x"),)


def test_reasoning_counts_for_the_prompt() -> None:
    plain = chat({"role": "assistant", "content": "x"}).prompt_tokens
    assert chat({"role": "assistant", "content": "x", "reasoning": "y" * 400}).prompt_tokens >= plain + 99


@pytest.mark.parametrize("name", ["anthropic-beta", "x-anthropic-beta"])
def test_betas_for_anthropic_come_from_the_headers(name: str) -> None:
    body = orjson.dumps({"model": "m", "messages": [{"role": "user", "content": "x"}]})
    assert OpenAiChat().parse(Arrival(body, headers={name: "a,b"})).gateway == {"anthropic_betas": ["a", "b"]}


def test_a_seal_whose_words_a_client_has_lost_is_worth_nothing() -> None:
    pieces = [
        detail(ThinkingDelta("hm "), "anthropic", "anthropic-messages", 0),
        detail(ThinkingDelta("so"), "anthropic", "anthropic-messages", 0, continues=True),
        detail(ThinkingDelta("", "SIG"), "anthropic", "anthropic-messages", 0, continues=True),
    ]
    assert [(thought.text, thought.signature) for thought in read_reasoning({"reasoning_details": [*pieces]})] == [
        ("hm so", "SIG")
    ]
    assert read_reasoning({"reasoning_details": [pieces[-1]]}) == ()


def test_a_seal_that_never_had_words_is_kept() -> None:
    bare = detail(ThinkingDelta("", "SIG"), "anthropic", "anthropic-messages", 0)
    [thought] = read_reasoning({"reasoning_details": [bare]})
    assert (thought.text, thought.signature) == ("", "SIG")

"""What a client says comes through the hub as it would have been passed on: field by field, in each dialect.

Google's has a test of its own (providers/google_generate/test_round_trip.py).
"""

from collections.abc import Callable
from dataclasses import replace
from itertools import chain
from typing import Any

import orjson
from hypothesis import given
from hypothesis import strategies as st
from switchboard.catalog.model import Endpoint
from switchboard.chat import ChatRequest
from switchboard.protocols.anthropic_messages.parse import parse as parse_messages
from switchboard.protocols.openai_chat.parse import parse as parse_chat
from switchboard.protocols.openai_responses.parse import parse as parse_responses
from switchboard.providers.dialects import UpstreamDialects

from tests.examples import endpoint, provider
from tests.fakes import FakeClock

# Any: JSON that tests make up.
DIALECTS = UpstreamDialects(FakeClock())
KNOWN = frozenset({"reasoning", "response_format", "stop", "structured_outputs", "temperature", "tool_choice", "tools"})
words = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=8).filter(
    lambda said: bool(said.strip())
)
flags = st.booleans()
SCHEMA = {"type": "object", "properties": {"city": {"type": "string"}}, "additionalProperties": False}
NAMED_SCHEMA = {"name": "x", "schema": SCHEMA, "strict": True}
PDF = "data:application/pdf;base64,JVBERi0="
PNG = "data:image/png;base64,iVBORw0KGgo="


def fields(**optional: Any) -> st.SearchStrategy[Any]:
    return st.fixed_dictionaries({}, optional=optional)


def both_ways(parse: Callable[[bytes], ChatRequest], body: Any, dialect: str, **facts: Any) -> tuple[Any, Any]:
    """The body as it is passed on, and as it is written from the hub alone."""
    maker = provider("maker", protocol=dialect)
    offer: Endpoint = endpoint("maker", provider=maker, **facts)
    asked = parse(orjson.dumps({"model": "lab/one", **body}))
    foreign = replace(asked, protocol="another")
    passed_on, written = (DIALECTS[dialect].build(each, offer, None).body for each in (asked, foreign))
    return orjson.loads(passed_on), orjson.loads(written)


# --- Chat Completions
chat_media = st.sampled_from(
    [
        {"type": "image_url", "image_url": {"url": PNG, "detail": "low"}},
        {"type": "image_url", "image_url": {"url": "https://a.test/b.png"}},
        {"type": "input_audio", "input_audio": {"data": "aGk=", "format": "mp3"}},
        {"type": "file", "file": {"filename": "a.pdf", "file_data": PDF}},
        {"type": "file", "file": {"file_id": "file-1"}},
    ]
)
several_media = st.lists(chat_media, min_size=1, max_size=3)
chat_parts = st.builds(lambda text, more: [{"type": "text", "text": text}, *more], words, several_media)
chat_users = st.builds(lambda content: [{"role": "user", "content": content}], words | chat_parts)
chat_calls = st.builds(
    lambda said, arguments: [
        {
            "role": "assistant",
            "content": said,
            "tool_calls": [{"id": "c1", "type": "function", "function": {"name": "f", "arguments": arguments}}],
        },
        {"role": "tool", "tool_call_id": "c1", "content": "done"},
    ],
    st.none() | words,
    st.sampled_from(["{}", '{"city":"Łódź"}']),
)
chat_answers = st.builds(lambda text: [{"role": "assistant", "content": text}], words)
chat_roles = st.sampled_from(["system", "developer"])
chat_orders = st.builds(lambda role, text: [{"role": role, "content": text}], chat_roles, words)
chat_talks = st.lists(chat_users | chat_calls | chat_answers | chat_orders, min_size=1, max_size=5).map(
    lambda turns: [*chain(*turns)]
)
CHAT_TOOL = {"type": "function", "function": {"name": "f", "description": "d", "parameters": SCHEMA, "strict": True}}
chat_tools = fields(
    tool_choice=st.sampled_from(["auto", "none", "required", {"type": "function", "function": {"name": "f"}}]),
    parallel_tool_calls=flags,
).map(lambda given_fields: {"tools": [CHAT_TOOL], **given_fields})
chat_fields = fields(
    frequency_penalty=st.floats(-2, 2),
    logit_bias=st.just({"50256": -100}),
    logprobs=flags,
    max_completion_tokens=st.integers(1, 999),
    n=st.integers(1, 3),
    presence_penalty=st.floats(-2, 2),
    reasoning_effort=st.sampled_from(["low", "medium", "high"]),
    response_format=st.sampled_from(
        [
            {"type": "json_object"},
            {"type": "json_schema", "json_schema": {"name": "x", "schema": SCHEMA, "strict": True}},
        ]
    ),
    seed=st.integers(0, 9),
    service_tier=st.sampled_from(["auto", "flex"]),
    stop=st.lists(words, min_size=1, max_size=4),
    stream=st.just(True),
    temperature=st.floats(0, 2),
    top_logprobs=st.integers(0, 5),
    top_p=st.floats(0, 1),
    user=words,
    verbosity=st.just("low"),
)


@given(chat_talks, chat_fields, chat_tools | st.just({}))
def test_chat_completions(messages: Any, others: Any, tools: Any) -> None:
    passed_on, written = both_ways(parse_chat, {"messages": messages, **others, **tools}, "openai-chat")
    assert written == passed_on


# --- Responses
response_parts = st.lists(
    words.map(lambda text: {"type": "input_text", "text": text})
    | st.sampled_from(
        [
            {"type": "input_image", "image_url": PNG, "detail": "low"},
            {"type": "input_file", "filename": "a.pdf", "file_data": PDF},
            {"type": "input_file", "file_id": "file-1"},
        ]
    ),
    min_size=1,
    max_size=3,
)
response_users = response_parts.map(lambda content: [{"type": "message", "role": "user", "content": content}])
response_calls = st.sampled_from(["{}", '{"city":"Łódź"}']).map(
    lambda arguments: [
        {
            "type": "reasoning",
            "id": "rs_1",
            "summary": [{"type": "summary_text", "text": "hm"}],
            "encrypted_content": "sb1:maker:SEALED",
        },
        {"type": "function_call", "call_id": "c1", "name": "f", "arguments": arguments},
        {"type": "function_call_output", "call_id": "c1", "output": "done"},
    ]
)
response_answers = words.map(
    lambda text: [{"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": text}]}]
)
response_turns = st.builds(lambda asked, said: [*asked, *said], response_users, response_calls | response_answers)
response_talks = st.lists(response_turns, min_size=1, max_size=3)
RESPONSE_TOOL = {"type": "function", "name": "f", "description": "d", "parameters": SCHEMA, "strict": True}
response_tools = fields(
    tool_choice=st.sampled_from(["auto", "none", "required", {"type": "function", "name": "f"}]),
    parallel_tool_calls=flags,
).map(lambda given_fields: {"tools": [RESPONSE_TOOL], **given_fields})
response_fields = fields(
    max_output_tokens=st.integers(16, 999),
    metadata=st.just({"a": "b"}),
    prompt_cache_key=words,
    reasoning=st.builds(lambda effort: {"effort": effort, "summary": "auto"}, st.sampled_from(["low", "high"])),
    safety_identifier=words,
    service_tier=st.sampled_from(["auto", "flex"]),
    stream=st.just(True),
    temperature=st.floats(0, 2),
    text=st.just({"format": {"type": "json_schema", **NAMED_SCHEMA}, "verbosity": "low"}),
    top_p=st.floats(0, 1),
    user=words,
)


@given(response_talks, response_fields, response_tools | st.just({}))
def test_responses(turns: Any, others: Any, tools: Any) -> None:
    body = {"input": [*chain(*turns)], **others, **tools}
    passed_on, written = both_ways(parse_responses, body, "openai-responses")
    assert written == passed_on


# --- Messages
MARKS: st.SearchStrategy[Any] = st.just({}) | st.just({"cache_control": {"type": "ephemeral"}})
claude_texts = st.builds(lambda text, mark: {"type": "text", "text": text, **mark}, words, MARKS)
PDF_SOURCE = {"type": "base64", "media_type": "application/pdf", "data": "JVBERi0="}
claude_media = st.sampled_from(
    [
        {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "iVBORw0KGgo="}},
        {"type": "image", "source": {"type": "url", "url": "https://a.test/b.png"}},
        {"type": "document", "source": PDF_SOURCE, "title": "a"},
    ]
)
claude_users = st.lists(claude_texts | claude_media, min_size=1, max_size=3)
THOUGHTS = st.lists(
    st.sampled_from(
        [
            {"type": "thinking", "thinking": "hm", "signature": "sb1:maker:SIGNED"},
            {"type": "thinking", "thinking": "", "signature": "sb1:maker:SIGNED"},
            {"type": "redacted_thinking", "data": "sb1:maker:SEALED"},
        ]
    ),
    min_size=1,
    max_size=2,
)
results = st.builds(
    lambda text, failed: {
        "type": "tool_result",
        "tool_use_id": "t1",
        "content": [{"type": "text", "text": text}],
        **({"is_error": True} if failed else {}),
    },
    words,
    flags,
)
CALL = {"type": "tool_use", "id": "t1", "name": "f", "input": {"city": "Łódź"}}
claude_turns = st.builds(
    lambda asked, thought, said, result: [
        {"role": "user", "content": asked},
        {"role": "assistant", "content": [*thought, {"type": "text", "text": said}, CALL]},
        {"role": "user", "content": [result]},
    ],
    claude_users,
    THOUGHTS,
    words,
    results,
)
claude_talks = claude_turns | claude_users.map(lambda asked: [{"role": "user", "content": asked}])
claude_tools = st.sampled_from([{}, {"tool_choice": {"type": "auto"}}, {"tool_choice": {"type": "none"}}])
claude_fields = fields(
    metadata=st.just({"user_id": "u"}),
    output_config=st.just({"format": {"type": "json_schema", "schema": SCHEMA}}),
    stop_sequences=st.lists(words, min_size=1, max_size=3),
    stream=st.just(True),
    system=st.lists(words.map(lambda text: {"type": "text", "text": text}), min_size=1, max_size=2),
    thinking=st.just({"type": "enabled", "budget_tokens": 2000}),
)
CLAUDE_TOOL = {"name": "f", "description": "d", "input_schema": SCHEMA, "strict": True}


@given(claude_talks, claude_fields, claude_tools)
def test_messages(messages: Any, others: Any, choice: Any) -> None:
    body = {"max_tokens": 9000, "messages": messages, **others, "tools": [CLAUDE_TOOL], **choice}
    passed_on, written = both_ways(parse_messages, body, "anthropic-messages", supported_parameters=KNOWN)
    assert written == passed_on

"""Anthropic's clients at providers that speak OpenAI's chat: messages, tools, reasoning, and what cannot be said."""

from dataclasses import replace
from typing import Any

import pytest
from switchboard.errors import Failure, UpstreamFailure

from tests.anthropic_examples import ACME, PIXEL, endpoint, messages, sent

HELLO: dict[str, Any] = {"role": "user", "content": "hello"}
TOOL = {
    "name": "now",
    "description": "time",
    "input_schema": {"type": "object"},
    "cache_control": {"type": "ephemeral"},
}


def body(*said: Any, to: Any = None, **fields: Any) -> Any:
    return sent(messages(*said, **fields), to or endpoint(ACME))


def talk(*said: Any, **fields: Any) -> Any:
    return body(*said, **fields)["messages"]


def use(identifier: str, **given: Any) -> dict[str, Any]:
    return {"type": "tool_use", "id": identifier, "name": "now", "input": given}


def result(identifier: str, content: Any = "noon", **fields: Any) -> dict[str, Any]:
    return {"type": "tool_result", "tool_use_id": identifier, "content": content, **fields}


def assistant(*content: Any) -> dict[str, Any]:
    return {"role": "assistant", "content": list(content)}


def user(*content: Any) -> dict[str, Any]:
    return {"role": "user", "content": list(content)}


def text(said: str) -> dict[str, Any]:
    return {"type": "text", "text": said}


def test_only_what_openai_knows_is_sent() -> None:
    made = body(
        HELLO,
        system=[text("x-anthropic-billing-header: a"), {**text("S"), "cache_control": {"type": "ephemeral"}}],
        stream=True,
        metadata={"user_id": "u"},
        context_management={"edits": []},
        provider={"order": ["acme"]},
    )
    assert made == {
        "model": "claude-up",
        "messages": [{"role": "system", "content": "S"}, {"role": "user", "content": "hello"}],
        "max_completion_tokens": 1000,
        "user": "u",
        "stream": True,
        "stream_options": {"include_usage": True},
    }


def test_texts_are_a_string_and_pictures_are_parts() -> None:
    picture = {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": PIXEL}}
    assert talk(user(text("a"), text("b"))) == [{"role": "user", "content": "a\n\nb"}]
    assert talk(user(text("a"), picture))[0]["content"] == [
        text("a"),
        {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{PIXEL}"}},
    ]


def test_a_document_is_a_file() -> None:
    pdf = {
        "type": "document",
        "title": "a.pdf",
        "source": {"type": "base64", "media_type": "application/pdf", "data": "JV"},
    }
    assert talk(user(pdf))[0]["content"] == [
        {"type": "file", "file": {"filename": "a.pdf", "file_data": "data:application/pdf;base64,JV"}}
    ]


def test_calls_and_their_results() -> None:
    made = talk(
        HELLO, assistant(text("look"), use("t1", a=1), use("t2")), user(result("t1"), result("t2"), text("so?"))
    )
    assert made[1] == {
        "role": "assistant",
        "content": "look",
        "tool_calls": [
            {"id": "t1", "type": "function", "function": {"name": "now", "arguments": '{"a":1}'}},
            {"id": "t2", "type": "function", "function": {"name": "now", "arguments": "{}"}},
        ],
    }
    assert made[2:] == [
        {"role": "tool", "tool_call_id": "t1", "content": "noon"},
        {"role": "tool", "tool_call_id": "t2", "content": "noon"},
        {"role": "user", "content": "so?"},
    ]


def test_pictures_in_results_follow_the_last_result() -> None:
    picture = {"type": "image", "source": {"type": "url", "url": "https://p.test"}}
    made = talk(HELLO, assistant(use("t1"), use("t2")), user(result("t1", [picture])), user(result("t2"), text("so?")))
    assert [message["role"] for message in made] == ["user", "assistant", "tool", "tool", "user", "user"]
    assert made[4]["content"][-1] == {"type": "image_url", "image_url": {"url": "https://p.test"}}
    assert made[5]["content"] == "so?"


def test_an_error_is_told_in_words() -> None:
    assert talk(HELLO, assistant(use("t")), user(result("t", "boom", is_error=True)))[2]["content"] == "Error: boom"


def test_a_lost_result_is_said_to_be_missing() -> None:
    made = talk(HELLO, assistant(use("t")), HELLO)
    assert made[2] == {"role": "tool", "tool_call_id": "t", "content": "[no result]"}


def test_thinking_is_left_out_unless_the_provider_wants_it_back() -> None:
    said = (HELLO, assistant({"type": "thinking", "thinking": "hm", "signature": ""}, text("x")), HELLO)
    assert talk(*said)[1] == {"role": "assistant", "content": "x"}
    quirky = endpoint(replace(ACME, quirks=frozenset({"reasoning_content_back"})))
    assert talk(*said, to=quirky)[1] == {"role": "assistant", "content": "x", "reasoning_content": "hm"}


def test_what_other_providers_tools_left_is_told_as_text() -> None:
    search = {
        "type": "web_search_tool_result",
        "tool_use_id": "s",
        "content": [{"title": "T", "encrypted_content": "E"}],
    }
    made = talk(HELLO, assistant(search, text("done")), HELLO)
    assert '"title":"T"' in made[1]["content"]
    assert "encrypted" not in made[1]["content"]


def test_tools_lose_what_openai_does_not_know() -> None:
    made = body(HELLO, tools=[TOOL], tool_choice={"type": "any", "disable_parallel_tool_use": True})
    assert made["tools"] == [
        {"type": "function", "function": {"name": "now", "description": "time", "parameters": {"type": "object"}}}
    ]
    assert (made["tool_choice"], made["parallel_tool_calls"]) == ("required", False)


def test_a_choice_without_tools_is_dropped() -> None:
    assert "tool_choice" not in body(HELLO, tool_choice={"type": "any"})


@pytest.mark.parametrize(
    ("fields", "facts", "effort"),
    [
        ({"thinking": {"type": "enabled", "budget_tokens": 8000}, "max_tokens": 10_000}, {}, "high"),
        ({"thinking": {"type": "enabled", "budget_tokens": 2000}, "max_tokens": 10_000}, {}, "low"),
        ({"thinking": {"type": "adaptive"}}, {}, "medium"),
        ({"output_config": {"effort": "max"}}, {}, "high"),
        ({"output_config": {"effort": "max"}}, {"efforts": ["low", "max"]}, "max"),
        ({"thinking": {"type": "disabled"}}, {}, None),
        ({"thinking": {"type": "disabled"}}, {"efforts": ["none", "low"]}, "none"),
        ({}, {}, None),
    ],
)
def test_thinking_becomes_an_effort(fields: Any, facts: Any, effort: str | None) -> None:
    assert body(HELLO, to=endpoint(ACME, facts), **fields).get("reasoning_effort") == effort


def test_an_endpoint_that_does_not_reason_is_not_asked_to() -> None:
    plain = endpoint(ACME, supported_parameters=frozenset({"max_tokens"}))
    assert "reasoning_effort" not in body(HELLO, to=plain, thinking={"type": "adaptive"})


def test_a_schema_is_a_response_format() -> None:
    wanted = {"format": {"type": "json_schema", "schema": {"type": "object"}}}
    made = body(HELLO, output_config=wanted)["response_format"]
    assert made["json_schema"] == {"name": "response", "schema": {"type": "object"}, "strict": True}


def test_a_long_user_is_shortened_alike_every_time() -> None:
    users = {body(HELLO, metadata={"user_id": "u" * 200})["user"] for _ in range(2)}
    assert [len(user) for user in users] == [64]


@pytest.mark.parametrize(
    ("said", "fields"),
    [
        (HELLO, {"tools": [{"type": "web_search_20250305", "name": "web_search"}]}),
        (HELLO, {"mcp_servers": [{"type": "url", "url": "https://m.test"}]}),
        (user({"type": "document", "source": {"type": "url", "url": "https://f.test/a.pdf"}}), {}),
        (user({"type": "container_upload", "file_id": "f"}), {}),
    ],
)
def test_what_openai_cannot_say_is_refused_and_not_lost(said: Any, fields: Any) -> None:
    with pytest.raises(UpstreamFailure) as failed:
        body(said, **fields)
    assert failed.value.failure is Failure.BAD_REQUEST

"""Bodies of Anthropic's own clients: passed on nearly verbatim; and the headers of every request."""

from dataclasses import replace
from typing import Any

import orjson
import pytest
from switchboard.catalog.model import Provider
from switchboard.fitting import fitted
from switchboard.providers.anthropic_messages import AnthropicMessagesUpstream
from switchboard.providers.anthropic_messages.words import WORDS
from switchboard.secret import Secret
from switchboard.signatures import marked

from tests.anthropic_examples import ANTHROPIC, chat, endpoint, messages, sent

CLAUDE_CODE: dict[str, Any] = {
    "model": "lab/one",
    "max_tokens": 32_000,
    "system": [
        {"type": "text", "text": "x-anthropic-billing-header: cc_version=2.1"},
        {"type": "text", "text": "You are Claude Code", "cache_control": {"type": "ephemeral"}},
    ],
    "messages": [
        {
            "role": "user",
            "content": [{"type": "text", "text": "hi", "cache_control": {"type": "ephemeral", "ttl": "1h"}}],
        },
        {
            "role": "assistant",
            "content": [
                {"type": "thinking", "thinking": "", "signature": "THEIRS"},
                {"type": "tool_use", "id": "toolu_1", "name": "Bash", "input": {"b": 1, "a": 2}},
            ],
        },
        {
            "role": "user",
            "content": [{"type": "tool_result", "tool_use_id": "toolu_1", "content": "ok", "is_error": False}],
        },
    ],
    "tools": [{"name": "Bash", "description": "run", "input_schema": {"type": "object", "$schema": "x"}, "future": 1}],
    "thinking": {"type": "enabled", "budget_tokens": 31_999},
    "context_management": {"edits": [{"type": "clear_thinking_20251015", "keep": "all"}]},
    "metadata": {"user_id": '{"device_id":"d"}'},
    "stream": True,
}
MID_SYSTEM = "mid-conversation-system-2026-04-07"
HELLO: dict[str, Any] = {"role": "user", "content": "hello"}


def native(headers: dict[str, str] | None = None, *, to: Any = None, **changes: Any) -> Any:
    fields = {**CLAUDE_CODE, **changes}
    said = fields.pop("messages")
    return sent(messages(*said, headers=headers, **fields), to)


def test_only_the_model_is_changed() -> None:
    assert native() == {**CLAUDE_CODE, "model": "claude-up"}


def test_keys_keep_their_order_inside_what_is_cached() -> None:
    request = messages(*CLAUDE_CODE["messages"], tools=CLAUDE_CODE["tools"])
    body = AnthropicMessagesUpstream().build(request, endpoint(), None).body
    assert b'{"b":1,"a":2}' in body
    assert orjson.dumps(CLAUDE_CODE["tools"]) in body


def test_what_is_meant_for_the_gateway_is_not_sent() -> None:
    made = native(provider={"order": ["x"]}, models=["lab/two"], plugins=[], session_id="s", usage={"include": True})
    assert made == {**CLAUDE_CODE, "model": "claude-up"}


def test_the_limit_is_set_where_the_client_named_none_and_where_the_gateway_lowered_it() -> None:
    assert sent(messages(max_tokens=...), endpoint(max_output=9000))["max_tokens"] == 9000
    request = messages(max_tokens=9000, thinking={"type": "enabled", "budget_tokens": 8000})
    made = sent(replace(request, max_output=4000))
    assert (made["max_tokens"], made["thinking"]) == (4000, {"type": "enabled", "budget_tokens": 3800})
    assert "thinking" not in sent(replace(request, max_output=500))


def replay(*content: Any) -> Any:
    return sent(messages(HELLO, {"role": "assistant", "content": list(content)}, HELLO))["messages"][1]["content"]


def test_our_mark_is_taken_off_the_signatures() -> None:
    thinking = {"type": "thinking", "thinking": "hm", "signature": marked("SIG", "anthropic")}
    sealed = {"type": "redacted_thinking", "data": marked("DATA", "anthropic")}
    assert replay(thinking, sealed, {"type": "text", "text": "x"}) == [
        {**thinking, "signature": "SIG"},
        {**sealed, "data": "DATA"},
        {"type": "text", "text": "x"},
    ]


@pytest.mark.parametrize(
    "block",
    [
        {"type": "thinking", "thinking": "hm", "signature": marked("SIG", "amazon-bedrock")},
        {"type": "thinking", "thinking": "hm", "signature": ""},
        {"type": "thinking", "thinking": "hm"},
        {"type": "redacted_thinking", "data": marked("DATA", "openai")},
    ],
)
def test_thinking_of_others_is_not_sent(block: Any) -> None:
    assert replay(block, {"type": "text", "text": "x"}) == [{"type": "text", "text": "x"}]
    assert replay(block) == [{"type": "text", "text": "."}]


def test_thinking_stops_where_its_thread_is_lost() -> None:
    changed = orjson.loads(orjson.dumps(CLAUDE_CODE))
    changed["messages"][1]["content"][0]["signature"] = marked("SIG", "amazon-bedrock")
    made = native(messages=changed["messages"])
    assert "thinking" not in made
    assert "context_management" not in made


def test_a_source_that_another_maker_named_is_not_sent() -> None:
    theirs = {"type": "web_search_result_location", "url": "https://a.test", "title": "", "cited_text": "x"}
    sealed, ours = {**theirs, "encrypted_index": "SEALED"}, {**theirs, "encrypted_index": ""}
    said = {"type": "text", "text": "So."}

    def replayed(*citations: Any) -> Any:
        turns = [HELLO, {"role": "assistant", "content": [{**said, "citations": list(citations)}]}, HELLO]
        return native(messages=turns)["messages"][1]["content"]

    assert replayed(ours) == [said]
    assert replayed(sealed, ours) == [{**said, "citations": [sealed]}]


def test_where_thinking_stopped_its_caller_is_told() -> None:
    unsigned = [{"type": "thinking", "thinking": "hm", "signature": ""}, CLAUDE_CODE["messages"][1]["content"][1]]
    lost = [CLAUDE_CODE["messages"][0], {"role": "assistant", "content": unsigned}, CLAUDE_CODE["messages"][2]]
    thinking = {name: value for name, value in CLAUDE_CODE.items() if name != "messages"}
    assert fitted(messages(*lost, **thinking), endpoint(), WORDS).dropped == ("reasoning",)
    assert fitted(messages(*CLAUDE_CODE["messages"], **thinking), endpoint(), WORDS).dropped == ()


def test_ids_of_other_makers_are_made_fit() -> None:
    said = [
        HELLO,
        {"role": "assistant", "content": [{"type": "tool_use", "id": "f.x:0", "name": "x", "input": {}}]},
        {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "f.x:0", "content": "ok"}]},
    ]
    made = sent(messages(*said))["messages"]
    assert made[1]["content"][0]["id"] == made[2]["content"][0]["tool_use_id"] != "f.x:0"


INTERRUPTED = [
    HELLO,
    {"role": "assistant", "content": [{"type": "tool_use", "id": "t", "name": "x", "input": {}}]},
    {"role": "system", "content": "Be brief"},
    {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "t", "content": "ok"}]},
]


def test_system_messages_stay_where_the_beta_for_them_is_sent() -> None:
    assert sent(messages(*INTERRUPTED, headers={"anthropic-beta": MID_SYSTEM}))["messages"] == INTERRUPTED


def test_else_they_become_part_of_the_users_turn() -> None:
    made = sent(messages(*INTERRUPTED))["messages"]
    assert made[:2] == INTERRUPTED[:2]
    assert made[2:] == [
        {
            "role": "user",
            "content": [
                {"type": "tool_result", "tool_use_id": "t", "content": "ok"},
                {"type": "text", "text": "<system>\nBe brief\n</system>"},
            ],
        }
    ]


@pytest.mark.parametrize(
    ("given", "facts", "thinking", "config"),
    [
        ({"thinking": {"type": "adaptive"}}, {"reasoning_style": "adaptive"}, {"type": "adaptive"}, None),
        (
            {"thinking": {"type": "adaptive"}, "output_config": {"effort": "low"}},
            {"reasoning_style": "budget"},
            {"type": "enabled", "budget_tokens": 2000},
            None,
        ),
        ({"output_config": {"effort": "xhigh"}}, {"reasoning_style": "adaptive"}, None, {"effort": "max"}),
        ({"output_config": {"effort": "high"}}, {}, None, {"effort": "high"}),
        (
            {"output_config": {"effort": "max"}},
            {"reasoning_style": "budget", "efforts": ["low", "medium", "high"]},
            None,
            {"effort": "high"},
        ),
    ],
)
def test_thinking_is_said_as_the_model_knows_it(given: Any, facts: Any, thinking: Any, config: Any) -> None:
    made = sent(messages(max_tokens=10_000, **given), endpoint(facts=facts))
    assert (made.get("thinking"), made.get("output_config")) == (thinking, config)


def test_parameters_that_the_endpoint_does_not_list_are_dropped() -> None:
    fields: dict[str, Any] = {
        "temperature": 0.5,
        "stop_sequences": ["x"],
        "tools": [{"name": "x", "input_schema": {}}],
        "tool_choice": {"type": "auto"},
        "thinking": {"type": "adaptive"},
        "output_config": {"effort": "low", "format": {"type": "json_schema", "schema": {}}},
    }
    made = sent(messages(**fields), endpoint(supported_parameters=frozenset({"max_tokens"})))
    assert set(made) == {"model", "max_tokens", "messages"}


def headers(request: Any, to: Any = None) -> Any:
    return AnthropicMessagesUpstream().build(request, to or endpoint(), Secret("key")).headers


def test_the_request_goes_to_the_providers_address_with_its_key() -> None:
    made = AnthropicMessagesUpstream().build(chat(stream=True), endpoint(), Secret("key"))
    assert (made.method, made.url) == ("POST", "https://api.anthropic.test/v1/messages")
    assert made.headers == {
        "content-type": "application/json",
        "accept": "text/event-stream",
        "anthropic-version": "2023-06-01",
        "x-api-key": "key",
    }


def test_betas_are_passed_on_in_order() -> None:
    request = messages(headers={"anthropic-beta": "b-1, a-2,b-1", "anthropic-version": "2024-01-01"})
    made = headers(request)
    assert (made["anthropic-beta"], made["anthropic-version"]) == ("b-1,a-2", "2024-01-01")


@pytest.mark.parametrize(
    ("known", "facts", "told"),
    [([], {}, None), (["a-2"], {}, "a-2"), ([], {"betas": ["b-1"]}, "b-1"), ([], {"always_betas": ["c-3"]}, "c-3")],
)
def test_betas_are_filtered_by_what_the_catalog_says_is_known(known: Any, facts: Any, told: str | None) -> None:
    picky = Provider("x", "X", "anthropic-messages", "https://x.test", facts={"betas": known})
    request = messages(headers={"anthropic-beta": "b-1,a-2"})
    assert headers(request, endpoint(picky, facts)).get("anthropic-beta") == told


def test_fields_of_a_beta_go_with_it() -> None:
    asked = {"anthropic-beta": "context-management-2025-06-27"}
    picky = endpoint(replace(ANTHROPIC, facts={"betas": []}))
    assert "context_management" in native(asked)
    assert "context_management" not in native(asked, to=picky)


def test_a_chat_client_may_name_betas_too() -> None:
    request = chat()
    assert "anthropic-beta" not in headers(request)
    assert headers(replace(request, gateway={"anthropic_betas": ["b-1"]}))["anthropic-beta"] == "b-1"

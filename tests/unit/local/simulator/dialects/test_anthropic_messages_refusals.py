from typing import Any

import pytest

from local.simulator import thinking
from local.simulator.dialects import ANTHROPIC_MESSAGES, BEDROCK_INVOKE
from local.simulator.json_types import Json, JsonObject
from local.simulator.reply import Call
from tests.simulated import call_of, refused

USER: Json = {"role": "user", "content": "hi"}
CALL: JsonObject = {"type": "tool_use", "id": "toolu_1", "name": "f", "input": {}}
RESULT: JsonObject = {"type": "tool_result", "tool_use_id": "toolu_1", "content": "x"}
TOOLS: list[Json] = [{"name": "f", "input_schema": {"type": "object"}}]
THOUGHT: JsonObject = {"type": "thinking", "thinking": "hm", "signature": thinking.sealed("anthropic", "hm")}
THINKING: JsonObject = {"type": "enabled", "budget_tokens": 1024}
MARK: Json = {"type": "ephemeral"}
HOUR: Json = {"type": "ephemeral", "ttl": "1h"}
BETA = "anthropic-beta"


def turn(role: str, *blocks: Json) -> Json:
    return {"role": role, "content": list(blocks)}


def text(words: str, **more: Json) -> JsonObject:
    return {"type": "text", "text": words, **more}


def asked(*messages: Json, **more: Json) -> JsonObject:
    return {"model": "claude-sonnet-4-5", "max_tokens": 2000, "messages": list(messages) or [USER], **more}


def call(body: JsonObject, **headers: str) -> Call:
    return call_of(body, provider="anthropic", headers={"anthropic-version": "2023-06-01", **headers})


def image(**source: Json) -> Json:
    return turn("user", {"type": "image", "source": source})


BAD: list[tuple[JsonObject, str]] = [
    ({"messages": [USER], "max_tokens": 1}, "model: Field required"),
    ({"model": "m", "messages": [USER]}, "max_tokens: Field required"),
    ({"model": "m", "max_tokens": 1, "messages": []}, "at least one message is required"),
    (asked(max_tokens=0), "greater than or equal to 1"),
    (asked(n=2), "n: Extra inputs are not permitted"),
    (asked(context_management={}), "context_management: Extra inputs are not permitted"),
    (asked(temperature=1.5), "temperature: range: 0..1"),
    (asked(temperature=0.5, top_p=0.5), "cannot both be specified"),
    (asked(stop_sequences=[" "]), "non-whitespace"),
    (asked(thinking={"type": "enabled"}), "budget_tokens: Field required"),
    (asked(thinking={"type": "enabled", "budget_tokens": 100}), "greater than or equal to 1024"),
    (asked(thinking={"type": "enabled", "budget_tokens": 2000}), "must be greater than `thinking.budget_tokens`"),
    (asked(thinking=THINKING, temperature=0.5), "may only be set to 1 when thinking is enabled"),
    (asked(thinking=THINKING, top_k=4), "`top_k` must be unset"),
    (asked(thinking=THINKING, top_p=0.5), "greater than or equal to 0.95"),
    (asked(thinking=THINKING, tools=TOOLS, tool_choice={"type": "any"}), "when tool_choice forces tool use"),
    (asked(tools=[{"name": "a b", "input_schema": {"type": "object"}}]), "tools.0.custom.name"),
    (asked(tools=[{"name": "f"}]), "tools.0.custom.input_schema: Field required"),
    (asked(tools=[{"name": "f", "input_schema": {}}]), "Input should be 'object'"),
    (asked(tools=[{"name": "f", "description": "", "input_schema": {"type": "object"}}]), "at least 1 character"),
    (asked(tools=[*TOOLS, *TOOLS]), "Tool names must be unique"),
    (asked(tool_choice={"type": "auto"}), "only be specified while providing `tools`"),
    (asked(tools=TOOLS, tool_choice="auto"), "tool_choice: Input should be a valid dictionary"),
    (asked(tools=TOOLS, tool_choice={"type": "tool", "name": "g"}), "Tool 'g' not found"),
    (asked({"role": "system", "content": "x"}, USER), 'Unexpected role "system"'),
    (asked(USER, {"role": "tool", "content": "x"}), "Input should be 'user' or 'assistant'"),
    (asked({"role": "assistant", "content": "x"}, USER), 'must use the "user" role'),
    (asked({"role": "user", "content": ""}), "must have non-empty content"),
    (asked(turn("user", text(""))), "text content blocks must be non-empty"),
    (asked(turn("user", text(" \n"))), "non-whitespace text"),
    (asked(system=[text("")]), "system.0: text content blocks must be non-empty"),
    (asked(USER, {"role": "assistant", "content": "so "}), "cannot end with trailing whitespace"),
    (asked(USER, {"role": "assistant", "content": "so"}, model="claude-opus-4-6"), "assistant message prefill"),
    (asked(turn("user", {"type": "input_audio"})), "Input tag 'input_audio'"),
    (asked(USER, turn("assistant", {**CALL, "input": "{}"})), "Input should be a valid dictionary"),
    (asked(USER, turn("assistant", {**CALL, "id": "call:1"})), "String should match pattern"),
    (asked(image(type="base64", media_type="image/png", data="%%%")), "invalid base64 data"),
    (asked(image(type="base64", media_type="image/tiff", data="AAAA")), "media_type: Input should be 'image/jpeg'"),
    (asked(image(type="url", url="http://x")), "Only HTTPS URLs are supported"),
    (asked(USER, turn("assistant", CALL), USER), "were found without `tool_result` blocks immediately after: toolu_1"),
    (asked(USER, turn("assistant", CALL), turn("user", text("x"), RESULT)), "immediately after"),
    (asked(turn("user", RESULT)), "unexpected `tool_use_id` found in `tool_result` blocks: toolu_1"),
    (asked(USER, turn("assistant", {"type": "thinking", "thinking": "x"}), USER), "thinking.signature: Field required"),
    (asked(USER, turn("assistant", {**THOUGHT, "signature": "c2lnbmVk"}), USER), "Invalid `signature`"),
    (
        asked(USER, turn("assistant", {**THOUGHT, "signature": thinking.sealed("amazon-bedrock", "hm")}), USER),
        "Invalid `signature`",
    ),
    (asked(USER, turn("assistant", {**THOUGHT, "thinking": "ah"}), USER), "cannot be modified"),
    (asked(USER, turn("assistant", {"type": "redacted_thinking", "data": "x"}), USER), "Invalid `data`"),
    (
        asked(USER, turn("assistant", CALL), turn("user", RESULT), thinking=THINKING, tools=TOOLS),
        "Expected `thinking` or `redacted_thinking`, but found `tool_use`",
    ),
    (asked(turn("user", *(text("x", cache_control=MARK) for _ in range(5)))), "A maximum of 4 blocks"),
    (asked(turn("user", text("x", cache_control=MARK), text("y", cache_control=HOUR))), "must not come after"),
    (asked(USER, turn("assistant", {**THOUGHT, "cache_control": MARK}), USER), "cannot be set for thinking"),
    (asked(turn("user", text("x", cache_control={"type": "forever"}))), "should be 'ephemeral'"),
]


@pytest.mark.parametrize(("body", "words"), BAD)
def test_what_anthropic_refuses_is_refused(body: JsonObject, words: str) -> None:
    refusal = refused(ANTHROPIC_MESSAGES, call(body))
    assert (refusal.status, refusal.type) == (400, "invalid_request_error")
    assert words in refusal.message


GOOD: list[tuple[JsonObject, dict[str, Any]]] = [
    (asked(USER, USER, {"role": "assistant", "content": "so"}), {}),
    (asked(USER, turn("assistant", THOUGHT, CALL), turn("user", RESULT, text("go")), thinking=THINKING), {}),
    (asked(USER, turn("assistant", CALL), turn("user", RESULT), tools=TOOLS), {}),
    (asked({"role": "system", "content": "x"}, USER), {BETA: "a,mid-conversation-system-2026-04-07"}),
    (asked(context_management={}), {BETA: "context-management-2025-06-27"}),
    (asked(turn("user", text("x", cache_control=HOUR), text("y", cache_control=MARK)), temperature=1), {}),
    (asked(image(type="url", url="https://x")), {}),
]


@pytest.mark.parametrize(("body", "headers"), GOOD)
def test_what_anthropic_takes_is_taken(body: JsonObject, headers: dict[str, str]) -> None:
    assert ANTHROPIC_MESSAGES.refuse(call(body, **headers)) is None


def test_the_version_has_to_be_named() -> None:
    assert refused(ANTHROPIC_MESSAGES, call_of(asked())).message == "anthropic-version: header is required"


def test_a_signature_fits_only_the_provider_that_made_it_at_bedrock_too() -> None:
    body = asked(USER, turn("assistant", THOUGHT), USER, anthropic_version="bedrock-2023-05-31")
    del body["model"]
    refusal = refused(BEDROCK_INVOKE, call_of(body, provider="amazon-bedrock"))
    assert (refusal.type, refusal.status) == ("ValidationException", 400)
    assert "Invalid `signature`" in refusal.message


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({}, "anthropic_version: Field required"),
        ({"anthropic_version": "2023-06-01"}, "Invalid API version"),
        ({"anthropic_version": "bedrock-2023-05-31", "model": "m"}, "model: Extra inputs are not permitted"),
        ({"anthropic_version": "bedrock-2023-05-31", "stream": True}, "stream: Extra inputs are not permitted"),
    ],
)
def test_invoke_wants_its_version_and_neither_model_nor_stream(more: JsonObject, words: str) -> None:
    body: JsonObject = {"max_tokens": 5, "messages": [USER], **more}
    assert words in refused(BEDROCK_INVOKE, call_of(body)).message


def test_betas_stand_in_the_body_at_bedrock() -> None:
    body: JsonObject = {
        "anthropic_version": "bedrock-2023-05-31",
        "anthropic_beta": ["context-management-2025-06-27"],
        "context_management": {},
        "max_tokens": 5,
        "messages": [USER],
    }
    assert BEDROCK_INVOKE.refuse(call_of(body)) is None

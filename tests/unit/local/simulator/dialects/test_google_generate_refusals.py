import base64

import pytest

from local.simulator import thinking
from local.simulator.dialects import GOOGLE_GENERATE
from local.simulator.dialects.google_generate.refusals import BYPASSES
from local.simulator.json_types import Json, JsonObject
from local.simulator.reply import Call
from tests.simulated import call_of, refused

USER: Json = {"role": "user", "parts": [{"text": "hi"}]}
CALL: JsonObject = {"functionCall": {"name": "f", "args": {}}}
RESULT: JsonObject = {"functionResponse": {"name": "f", "response": {"result": "x"}}}
SEAL = thinking.sealed("google", "")
SCHEMA: JsonObject = {"type": "object", "properties": {"a": {"type": "string"}}}


def turn(role: str, *parts: Json) -> Json:
    return {"role": role, "parts": list(parts)}


def asked(*contents: Json, config: JsonObject | None = None, **more: Json) -> JsonObject:
    return {"contents": list(contents) or [USER], **({"generationConfig": config} if config else {}), **more}


def declared(**function: Json) -> JsonObject:
    return asked(tools=[{"functionDeclarations": [{"name": "f", **function}]}])


def call(body: JsonObject, model: str = "gemini-2.5-flash") -> Call:
    asked_for = call_of(body, provider="google")
    return Call("google", asked_for.traits, model, body, asked_for.streams)


BAD: list[tuple[JsonObject, str]] = [
    ({}, "contents is not specified"),
    (asked(messages=[]), 'Unknown name "messages"'),
    (asked(config={"max_tokens": 5}), "Unknown name \"max_tokens\" at 'generation_config'"),
    (
        asked(turn("user", {"text": "x", "cache_control": {}})),
        "Unknown name \"cache_control\" at 'contents[0].parts[0]'",
    ),
    (asked(turn("assistant", {"text": "x"})), "valid role: user, model"),
    (asked(turn("user")), "contents.parts must not be empty"),
    (asked(turn("user", {"inlineData": {"mimeType": "image/png", "data": "%%%"}})), "Base64 decoding failed"),
    (asked(turn("user", {"inlineData": {"data": "AAAA"}})), "MIME type"),
    (asked(USER, turn("model", CALL), USER), "number of function response parts is equal"),
    (asked(USER, turn("model", CALL), turn("user", RESULT, RESULT)), "number of function response parts is equal"),
    (asked(USER, turn("model", CALL)), "function response turn comes immediately after"),
    (asked(turn("model", CALL), turn("user", RESULT)), "function call turn comes immediately after a user turn"),
    (asked(turn("user", {"functionResponse": {"name": "f", "response": "x"}})), "protobuf.Struct"),
    (asked(USER, turn("model", {**CALL, "thoughtSignature": "c2ln"}), turn("user", RESULT)), "Corrupted thought"),
    (asked(config={"stopSequences": list("abcdef")}), "too many stop sequences"),
    (asked(config={"temperature": 2.5}), "must be in the range"),
    (asked(config={"maxOutputTokens": 0}), "must be positive"),
    (asked(config={"responseJsonSchema": SCHEMA}), "must be set to application/json"),
    (asked(config={"thinkingConfig": {"thinkingBudget": 1, "thinkingLevel": "LOW"}}), "only one of thinking"),
    (asked(config={"thinkingConfig": {"thinkingLevel": "LOW"}}), "not supported for this model"),
    (declared(name="1f"), "Invalid function name"),
    (declared(parameters={**SCHEMA, "additionalProperties": False}), 'Unknown name "additionalProperties"'),
    (declared(parameters={"type": "object", "properties": {"a": {"const": 1}}}), 'Unknown name "const"'),
    (declared(parameters={"type": "object", "properties": {}}), "should be non-empty for OBJECT type"),
    (declared(parameters={"type": ["string", "null"]}), "cannot start list"),
    (declared(parameters=SCHEMA, parametersJsonSchema=SCHEMA), "only one of parameters"),
    (
        {**declared(), "toolConfig": {"functionCallingConfig": {"mode": "ANY", "allowedFunctionNames": ["g"]}}},
        "should be a subset",
    ),
]


@pytest.mark.parametrize(("body", "words"), BAD)
def test_what_google_refuses_is_refused(body: JsonObject, words: str) -> None:
    refusal = refused(GOOGLE_GENERATE, call(body))
    assert (refusal.status, refusal.type) == (400, "INVALID_ARGUMENT")
    assert words in refusal.message


GOOD: list[JsonObject] = [
    asked(USER, turn("model", {**CALL, "thoughtSignature": SEAL}, CALL), turn("user", RESULT, RESULT)),
    asked(config={"responseMimeType": "application/json", "responseSchema": SCHEMA, "temperature": 2}),
    declared(parameters=SCHEMA),
    declared(parametersJsonSchema={**SCHEMA, "additionalProperties": False}),
    asked(turn("user", {"inlineData": {"mimeType": "image/png", "data": "AAAA"}}, {"text": "x"})),
]


@pytest.mark.parametrize("body", GOOD)
def test_what_google_takes_is_taken(body: JsonObject) -> None:
    assert GOOGLE_GENERATE.refuse(call(body)) is None


def test_gemini_3_wants_a_signature_on_the_first_call_of_every_step() -> None:
    unsigned = asked(USER, turn("model", CALL, CALL), turn("user", RESULT, RESULT))
    refusal = refused(GOOGLE_GENERATE, call(unsigned, "gemini-3-flash-preview"))
    assert "Function call `f` in the 2. content block is missing a `thought_signature`" in refusal.message
    for signature in (SEAL, *BYPASSES, base64.urlsafe_b64encode(BYPASSES[0].encode()).decode()):
        signed = asked(USER, turn("model", {**CALL, "thoughtSignature": signature}, CALL), turn("user", RESULT, RESULT))
        assert GOOGLE_GENERATE.refuse(call(signed, "gemini-3-flash-preview")) is None


def test_what_was_called_before_the_user_spoke_again_needs_no_signature() -> None:
    earlier = asked(USER, turn("model", CALL), turn("user", RESULT), turn("model", {"text": "x"}), USER)
    assert GOOGLE_GENERATE.refuse(call(earlier, "gemini-3-flash-preview")) is None


def test_gemini_pro_cannot_stop_thinking() -> None:
    body = asked(config={"thinkingConfig": {"thinkingBudget": 0}})
    assert "Budget 0 is invalid" in refused(GOOGLE_GENERATE, call(body, "gemini-2.5-pro")).message
    assert GOOGLE_GENERATE.refuse(call(body)) is None

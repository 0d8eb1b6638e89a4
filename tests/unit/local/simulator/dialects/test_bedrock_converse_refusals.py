import pytest

from local.simulator import thinking
from local.simulator.dialects import BEDROCK_CONVERSE
from local.simulator.json_types import Json, JsonObject
from local.simulator.reply import Call
from tests.simulated import call_of, refused

USER: Json = {"role": "user", "content": [{"text": "hi"}]}
CALL: JsonObject = {"toolUse": {"toolUseId": "tooluse_1", "name": "f", "input": {}}}
RESULT: JsonObject = {"toolResult": {"toolUseId": "tooluse_1", "content": [{"text": "x"}]}}
CLAUDE = "us.anthropic.claude-sonnet-4-5-20250929-v1:0"


def turn(role: str, *blocks: Json) -> Json:
    return {"role": role, "content": list(blocks)}


def tools(choice: Json = None, **spec: Json) -> JsonObject:
    schema: Json = {"json": {"type": "object"}}
    config: JsonObject = {"tools": [{"toolSpec": {"name": "f", "inputSchema": schema, **spec}}]}
    return {"toolConfig": config | ({"toolChoice": choice} if choice else {})}


def asked(*messages: Json, **more: Json) -> JsonObject:
    return {"messages": list(messages) or [USER], **more}


def call(body: JsonObject, model: str = "amazon.nova-pro-v1:0") -> Call:
    made = call_of(body, provider="amazon-bedrock")
    return Call("amazon-bedrock", made.traits, model, body, made.streams)


def document(name: str) -> JsonObject:
    return {"document": {"format": "pdf", "name": name, "source": {"bytes": "AAAA"}}}


def thought(text: str, **more: Json) -> Json:
    return turn("assistant", {"reasoningContent": {"reasoningText": {"text": text, **more}}}, {"text": "x"})


def thinks(**more: Json) -> JsonObject:
    fields: JsonObject = {"thinking": {"type": "enabled", "budget_tokens": 1024}}
    return asked(additionalModelRequestFields=fields, **more)


BAD: list[tuple[JsonObject, str]] = [
    ({}, "must start with a user message"),
    (asked(turn("assistant", {"text": "x"})), "must start with a user message"),
    (asked(USER, USER), "must alternate between user and assistant"),
    (asked(USER, {"role": "system", "content": []}), "enum value set: [user, assistant]"),
    (asked(model="m"), "extraneous key [model] is not permitted"),
    (asked(inferenceConfig={"topK": 3}), "extraneous key [topK] is not permitted"),
    (asked(system=[]), "The value at system is empty"),
    (asked(turn("user")), "content field in the Message object at messages.0 is empty"),
    (asked(turn("user", {"text": " "})), "is blank"),
    (asked(turn("user", {"type": "text", "text": "x"})), "must set one of the following keys"),
    (asked(turn("user", {"image": {"format": "jpg", "source": {"bytes": "AAAA"}}})), "'jpg' at"),
    (asked(turn("user", {"image": {"format": "png", "source": {"bytes": "%%%"}}})), "cannot be read"),
    (asked(turn("user", {"image": {"format": "png", "source": {"url": "https://x"}}})), "bytes or an S3 location"),
    (asked(turn("user", {"text": "x"}, document("a_b"))), "alphanumeric characters"),
    (asked(turn("user", {"text": "x"}, document("a"), document("a"))), "must be unique"),
    (asked(turn("user", document("a"))), "A text block is required"),
    (asked(USER, turn("assistant", CALL), turn("user", RESULT)), "toolConfig field must be defined"),
    (asked(turn("user", RESULT), **tools()), "exceeds the number of toolUse blocks"),
    (asked(USER, turn("assistant", CALL), USER, **tools()), "for the following Ids: tooluse_1"),
    (asked(USER, turn("assistant", {"toolUse": {"toolUseId": "a b"}}), **tools()), "toolUseId"),
    (asked(toolConfig={"tools": []}), "too few members"),
    (asked(**tools(name="a b")), "toolSpec.name"),
    (asked(**tools(description="")), "valid min length: 1"),
    (asked(**tools(inputSchema={"json": {}})), "must be one of the following: object"),
    (asked(**tools({"none": {}})), "toolChoice must set one of"),
    (asked(**tools({"tool": {"name": "g"}})), "The tool g is not among"),
    (asked(inferenceConfig={"temperature": 1.5}), "less than or equal to 1"),
    (asked(inferenceConfig={"maxTokens": 0}), "greater than or equal to 1"),
    (asked(inferenceConfig={"stopSequences": [" "]}), "non-whitespace"),
    (asked(outputConfig={"textFormat": {"type": "json_schema"}}), "not valid JSON"),
    (thinks(inferenceConfig={"temperature": 0.5}), "may only be set to 1"),
    (thinks(inferenceConfig={"maxTokens": 1000}), "must be greater than `thinking.budget_tokens`"),
    (thinks(**tools({"any": {}})), "when tool_choice forces tool use"),
]


@pytest.mark.parametrize(("body", "words"), BAD)
def test_what_bedrock_refuses_is_refused(body: JsonObject, words: str) -> None:
    refusal = refused(BEDROCK_CONVERSE, call(body))
    assert (refusal.status, refusal.type) == (400, "ValidationException")
    assert words in refusal.message


GOOD: list[JsonObject] = [
    asked(USER, turn("assistant", CALL, {"cachePoint": {"type": "default"}}), turn("user", RESULT), **tools()),
    asked(turn("user", {"text": "x"}, document("a"), document("b (1)"))),
    asked(inferenceConfig={"temperature": 1, "maxTokens": 5, "stopSequences": ["x"]}, system=[{"text": "x"}]),
    thinks(inferenceConfig={"maxTokens": 2000}, **tools({"auto": {}})),
]


@pytest.mark.parametrize("body", GOOD)
def test_what_bedrock_takes_is_taken(body: JsonObject) -> None:
    assert BEDROCK_CONVERSE.refuse(call(body)) is None


def test_newer_models_are_served_through_an_inference_profile_only() -> None:
    refusal = refused(BEDROCK_CONVERSE, call(asked(), CLAUDE.removeprefix("us.")))
    assert "inference profile" in refusal.message
    assert BEDROCK_CONVERSE.refuse(call(asked(), CLAUDE)) is None


def test_claude_takes_back_only_its_own_thoughts() -> None:
    ours = thinking.sealed("amazon-bedrock", "hm")
    assert BEDROCK_CONVERSE.refuse(call(asked(USER, thought("hm", signature=ours)), CLAUDE)) is None
    for text, more in (("hm", {}), ("ah", {"signature": ours}), ("hm", {"signature": thinking.sealed("x", "hm")})):
        assert "signature" in refused(BEDROCK_CONVERSE, call(asked(USER, thought(text, **more)), CLAUDE)).message
    assert BEDROCK_CONVERSE.refuse(call(asked(USER, thought("hm")))) is None

"""What an OpenAI client asks for, as Bedrock is told; every body is checked against botocore's own service model."""

import base64
import re
from dataclasses import replace
from typing import Any

import botocore.session
import orjson
import pytest
from botocore.validate import ParamValidator
from hypothesis import given
from hypothesis import strategies as st
from switchboard.chat import Block, ChatRequest, File, Image, Message, Role, Text, Thinking, ToolCall, ToolResult
from switchboard.errors import Failure, UpstreamFailure
from switchboard.fitting import fitted
from switchboard.providers.bedrock_converse import BedrockConverseUpstream
from switchboard.providers.bedrock_converse.words import WORDS

from tests.examples import HELLO, dispatched, endpoint, price, provider, request

MODEL = botocore.session.get_session().get_service_model("bedrock-runtime").operation_model("Converse").input_shape
BEDROCK = provider(
    "amazon-bedrock", protocol="bedrock-converse", base_url="https://bedrock.test", auth="aws-sigv4", region="eu-west-1"
)
CLAUDE = {"reasoning_style": "anthropic", "temperature_excludes_top_p": True}
SCHEMAS = {"supported_parameters": frozenset({"tools", "response_format", "structured_outputs", "reasoning"})}
NOVA = {"reasoning_style": "nova", "top_k_style": "nova", "cache_tools": False}
CACHED = price(input=1, output=1, cache_read=1, cache_write_1h=1)
MARK: Any = {"type": "ephemeral"}
TOOL: Any = {"type": "function", "function": {"name": "f", "parameters": {"type": "object", "properties": {"a": {}}}}}
SCHEMA: Any = {"type": "object", "properties": {"a": {}}}
WANTED: Any = {"type": "json_schema", "json_schema": {"name": "x", "schema": SCHEMA}}
JSON_TOOL = "switchboard_json_answer"
SPEC = {"toolSpec": {"name": "f", "inputSchema": {"json": {"type": "object", "properties": {"a": {}}}}}}
CALL: Any = {"id": "c1", "type": "function", "function": {"name": "f", "arguments": '{"a":1}'}}
CALLED: Any = {"role": "assistant", "tool_calls": [CALL]}
RESULT: Any = {"role": "tool", "tool_call_id": "c1", "content": "1"}


def as_botocore_has_it(shape: Any, value: Any) -> Any:
    """The JSON of the wire as botocore's caller would write it: bytes instead of base64."""
    match shape.type_name:
        case "structure" if not shape.is_document_type:
            assert set(value) <= set(shape.members), (shape.name, value)
            return {name: as_botocore_has_it(shape.members[name], member) for name, member in value.items()}
        case "list":
            return [as_botocore_has_it(shape.member, member) for member in value]
        case "blob":
            return base64.b64decode(value, validate=True)
        case "string":
            check_text(shape, value)
    return value


def check_text(shape: Any, value: str) -> None:
    """What botocore leaves to the service: the words, the characters and the lengths that it allows."""
    rules = shape.metadata
    assert value in rules.get("enum", [value]), (shape.name, value)
    assert re.fullmatch(rules.get("pattern", ".*"), value, re.DOTALL), (shape.name, value)
    assert rules.get("min", 0) <= len(value) <= rules.get("max", len(value)), (shape.name, value)


def built(asked: ChatRequest, facts: Any = None, **changes: Any) -> Any:
    offer = endpoint("amazon-bedrock", provider=BEDROCK, facts=facts or {}, **changes)
    body: Any = orjson.loads(dispatched(BedrockConverseUpstream(), asked, offer).body)
    report = ParamValidator().validate({"modelId": "x", **as_botocore_has_it(MODEL, body)}, MODEL)
    assert not report.has_errors(), report.generate_report()
    return body


def sent(facts: Any = None, changes: Any = None, **fields: Any) -> Any:
    return built(request(**fields), facts, **(changes or {}))


def named(facts: Any = None, **fields: Any) -> tuple[str, ...]:
    """What the caller is told was left out."""
    return fitted(request(**fields), endpoint("amazon-bedrock", provider=BEDROCK, facts=facts or {}), WORDS).dropped


def history(*messages: tuple[Role, tuple[Block, ...]], facts: Any = None, **changes: Any) -> Any:
    asked = replace(request(), messages=tuple(Message(role, blocks) for role, blocks in messages))
    return built(asked, facts, **changes)["messages"]


class TestMessages:
    def test_a_greeting(self) -> None:
        assert sent() == {"messages": [{"role": "user", "content": [{"text": "hello"}]}]}

    def test_the_systems_words_stand_apart(self) -> None:
        body = sent(messages=[{"role": "system", "content": "be brief"}, HELLO])
        assert body["system"] == [{"text": "be brief"}]

    def test_roles_take_turns_and_the_user_begins(self) -> None:
        said = history(("assistant", (Text("a"),)), ("assistant", (Text("b \n"),)))
        assert said == [
            {"role": "user", "content": [{"text": "."}]},
            {"role": "assistant", "content": [{"text": "a"}, {"text": "b"}]},
        ]

    def test_blank_texts_go(self) -> None:
        said = history(("user", (Text("a"), Text("\n"))), ("assistant", (Text(" "),)), ("user", (Text("b"),)))
        assert said == [{"role": "user", "content": [{"text": "a"}, {"text": "b"}]}]
        assert sent(messages=[{"role": "user", "content": ""}])["messages"][0]["content"] == [{"text": "."}]

    def test_calls_and_results(self) -> None:
        failed = ToolResult("c 1", (Text("no"), Image("data:image/jpg;base64,aGk=")), is_error=True)
        said = history(("assistant", (ToolCall("c 1", "f", ""), ToolCall("c2", "f", "[1"))), ("tool", (failed,)))
        one, two = (block["toolUse"] for block in said[1]["content"])
        assert (one["input"], two["input"], two["toolUseId"]) == ({}, {"_raw": "[1"}, "c2")
        first, lost = (block["toolResult"] for block in said[2]["content"])
        assert first["toolUseId"] == one["toolUseId"] != "c 1"
        assert first["content"] == [{"text": "no"}, {"image": {"format": "jpeg", "source": {"bytes": "aGk="}}}]
        assert (first["status"], lost["status"], lost["toolUseId"]) == ("error", "error", "c2")

    def test_an_empty_result_says_so(self) -> None:
        [block] = history(("assistant", (ToolCall("a", "f", "{}"),)), ("tool", (ToolResult("a", ()),)))[2]["content"]
        assert block["toolResult"]["content"] == [{"text": "."}]

    def test_only_this_providers_reasoning_goes_back(self) -> None:
        blocks = (
            Thinking("mine", "s", "amazon-bedrock"),
            Thinking("", "c2VhbGVk", "amazon-bedrock", redacted=True),
            Thinking("theirs", "s", "anthropic"),
            Thinking("unsigned"),
            Text("so"),
        )
        assert history(("user", (Text("?"),)), ("assistant", blocks))[1]["content"] == [
            {"reasoningContent": {"reasoningText": {"text": "mine", "signature": "s"}}},
            {"reasoningContent": {"redactedContent": "c2VhbGVk"}},
            {"text": "so"},
        ]


class TestMedia:
    def test_documents_have_safe_names_that_differ(self) -> None:
        pdf = "data:application/pdf;base64,aGk="
        names = ("Müller & Co.pdf", "Müller & Co.docx", None, "a  b.txt")
        [turn] = history(("user", tuple(File(pdf, name) for name in names)))
        documents = [block["document"] for block in turn["content"][:-1]]
        assert [document["name"] for document in documents] == ["M-ller - Co", "M-ller - Co (2)", "document", "a b"]
        assert documents[0]["format"] == "pdf"
        assert turn["content"][-1] == {"text": "."}

    def test_films_sounds_and_addresses_in_s3(self) -> None:
        sound = {"type": "input_audio", "input_audio": {"data": "aGk=", "format": "wav"}}
        film = {"type": "file", "file": {"file_data": "data:video/mp4;base64,aGk="}}
        stored = {"type": "image_url", "image_url": {"url": "s3://bucket/a.png"}}
        content = sent(messages=[{"role": "user", "content": [sound, film, stored]}])["messages"][0]["content"]
        assert [(next(iter(block)), next(iter(block.values()))["format"]) for block in content] == [
            ("audio", "wav"),
            ("video", "mp4"),
            ("image", "png"),
        ]

    @pytest.mark.parametrize(
        "block",
        [
            Image("https://x.test/a.png"),
            Image("data:image/svg+xml;base64,aGk="),
            File("file-abc"),
            File("data:application/zip;base64,aGk="),
        ],
    )
    def test_what_it_cannot_take_is_refused(self, block: Block) -> None:
        with pytest.raises(UpstreamFailure) as raised:
            history(("user", (block,)))
        assert raised.value.failure is Failure.BAD_REQUEST


class TestTools:
    def test_a_function_without_description_or_parameters(self) -> None:
        tools = [TOOL, {"type": "function", "function": {"name": "g", "description": " "}}]
        assert sent(tools=tools)["toolConfig"] == {
            "tools": [SPEC, {"toolSpec": {"name": "g", "inputSchema": {"json": {"type": "object", "properties": {}}}}}]
        }

    @pytest.mark.parametrize(
        ("choice", "told"),
        [
            ("auto", None),
            ("required", {"any": {}}),
            ({"type": "function", "function": {"name": "f"}}, {"tool": {"name": "f"}}),
        ],
    )
    def test_how_they_may_be_called(self, choice: Any, told: Any) -> None:
        assert sent(tools=[TOOL], tool_choice=choice)["toolConfig"].get("toolChoice") == told

    def test_none_leaves_them_out_if_none_was_used(self) -> None:
        assert "toolConfig" not in sent(tools=[TOOL], tool_choice="none")

    def test_none_is_said_in_words_if_some_were_used(self) -> None:
        body = sent(tools=[TOOL], tool_choice="none", messages=[HELLO, CALLED, RESULT])
        assert body["toolConfig"] == {"tools": [SPEC]}
        assert "Do not call any tool" in body["system"][-1]["text"]

    def test_a_history_with_calls_needs_them_declared(self) -> None:
        body = sent(messages=[HELLO, CALLED, RESULT])
        assert [tool["toolSpec"]["name"] for tool in body["toolConfig"]["tools"]] == ["f"]

    def test_strict_is_for_those_who_know_it(self) -> None:
        strict = {"type": "function", "function": {**TOOL["function"], "strict": True}}
        assert sent(CLAUDE, SCHEMAS, tools=[strict])["toolConfig"]["tools"][0]["toolSpec"]["strict"] is True
        assert sent(tools=[strict])["toolConfig"] == {"tools": [SPEC]}


class TestCache:
    def marked(self, facts: Any = None, **changes: Any) -> Any:
        parts = [{"type": "text", "text": "a", "cache_control": {**MARK, "ttl": "1h"}}]
        system = {"role": "system", "content": [{"type": "text", "text": "s", "cache_control": MARK}]}
        tool = {**TOOL, "cache_control": MARK}
        return sent(facts, changes, messages=[system, {"role": "user", "content": parts}], tools=[tool])

    def test_a_point_stands_after_what_is_marked(self) -> None:
        body = self.marked(price=CACHED)
        assert body["system"] == [{"text": "s"}, {"cachePoint": {"type": "default"}}]
        assert body["messages"][0]["content"][1] == {"cachePoint": {"type": "default", "ttl": "1h"}}
        assert body["toolConfig"]["tools"][1] == {"cachePoint": {"type": "default"}}

    def test_some_cache_no_tools_and_some_nothing(self) -> None:
        assert self.marked(NOVA, price=CACHED)["toolConfig"] == {"tools": [SPEC]}
        assert b"cachePoint" not in orjson.dumps(self.marked())


class TestParameters:
    def test_four_settings_by_name_within_their_range(self) -> None:
        body = sent(temperature=1.7, top_p=0.5, max_tokens=9, stop=["x", " "], seed=1, presence_penalty=1)
        assert body["inferenceConfig"] == {"temperature": 1, "topP": 0.5, "maxTokens": 9, "stopSequences": ["x"]}
        assert set(body) == {"messages", "inferenceConfig"}

    def test_claude_takes_one_of_two_and_nobody_more_than_its_limit(self) -> None:
        body = sent(CLAUDE, {"max_output": 100}, temperature=0.2, top_p=0.5, max_tokens=999)
        assert body["inferenceConfig"] == {"temperature": 0.2, "maxTokens": 100}
        assert sent(CLAUDE, top_p=0.5)["inferenceConfig"] == {"topP": 0.5}

    def test_top_k_is_in_the_makers_words(self) -> None:
        assert sent(top_k=5)["additionalModelRequestFields"] == {"top_k": 5}
        assert sent(NOVA, top_k=5)["additionalModelRequestFields"] == {"inferenceConfig": {"topK": 5}}

    @pytest.mark.parametrize(
        ("facts", "reasoning", "fields"),
        [
            (CLAUDE, {"effort": "high"}, {"thinking": {"type": "enabled", "budget_tokens": 8000}}),
            (CLAUDE, {"max_tokens": 5}, {"thinking": {"type": "enabled", "budget_tokens": 1024}}),
            (CLAUDE, {"enabled": False}, None),
            (NOVA, {"effort": "minimal"}, {"reasoningConfig": {"type": "enabled", "maxReasoningEffort": "low"}}),
            (NOVA, {"effort": "none"}, {"reasoningConfig": {"type": "disabled"}}),
            ({"reasoning_style": "effort"}, {"effort": "high"}, {"reasoning_effort": "high"}),
            ({}, {"effort": "high"}, None),
        ],
    )
    def test_reasoning_is_in_the_makers_words(self, facts: Any, reasoning: Any, fields: Any) -> None:
        body = sent(facts, {"max_output": 64000}, reasoning=reasoning, max_tokens=10000)
        assert body.get("additionalModelRequestFields") == fields

    def test_thinking_leaves_room_and_takes_no_sampling_or_forced_call(self) -> None:
        asked: Any = {"reasoning": {"max_tokens": 4000}, "max_tokens": 500, "temperature": 0.5, "top_k": 3}
        body = sent(CLAUDE, {"max_output": 64000}, **asked, tools=[TOOL], tool_choice="required")
        assert body["inferenceConfig"] == {"maxTokens": 4500}
        assert body["additionalModelRequestFields"] == {"thinking": {"type": "enabled", "budget_tokens": 4000}}
        assert "toolChoice" not in body["toolConfig"]
        assert sent(CLAUDE, reasoning={"max_tokens": 4000})["inferenceConfig"] == {"maxTokens": 12192}

    def test_no_thinking_if_the_last_calls_have_lost_theirs(self) -> None:
        body = sent(CLAUDE, messages=[HELLO, CALLED, RESULT], reasoning={"effort": "low"})
        assert "additionalModelRequestFields" not in body

    def test_what_thinking_leaves_no_room_for_is_named(self) -> None:
        asked: Any = {"reasoning": {"max_tokens": 4000}, "temperature": 0.5, "tools": [TOOL], "tool_choice": "required"}
        assert named(CLAUDE, **asked) == ("temperature", "tool_choice")
        assert named(CLAUDE, messages=[HELLO, CALLED, RESULT], reasoning={"effort": "low"}) == ("reasoning",)
        assert named({}, **asked) == ()

    def test_a_schema_is_a_setting_or_a_tool_that_must_be_called(self) -> None:
        assert "toolConfig" not in sent(CLAUDE, SCHEMAS, response_format=WANTED)
        tool = {"name": JSON_TOOL, "description": "Give your answer (x) as the input of this tool."}
        config = {
            "tools": [{"toolSpec": {**tool, "inputSchema": {"json": SCHEMA}}}],
            "toolChoice": {"tool": {"name": JSON_TOOL}},
        }
        assert sent(response_format=WANTED)["toolConfig"] == config
        beside = sent(response_format=WANTED, tools=[TOOL])["toolConfig"]
        assert [spec["toolSpec"]["name"] for spec in beside["tools"]] == ["f", JSON_TOOL]
        assert beside["toolChoice"] == {"any": {}}

    def test_a_schema_for_a_model_that_thinks_is_refused_before_it_is_sent(self) -> None:
        with pytest.raises(UpstreamFailure, match="think"):
            sent(CLAUDE, response_format=WANTED, reasoning={"effort": "low"})
        assert "thinking" in str(sent(CLAUDE, SCHEMAS, response_format=WANTED, reasoning={"effort": "low"}))

    def test_json_is_a_setting_or_said_in_words(self) -> None:
        json_schema = {"schema": orjson.dumps(SCHEMA).decode(), "name": "x"}
        told = {"textFormat": {"type": "json_schema", "structure": {"jsonSchema": json_schema}}}
        assert sent(CLAUDE, SCHEMAS, response_format=WANTED)["outputConfig"] == told
        unforced = {"supported_parameters": frozenset({"tools"})}
        assert json_schema["schema"] in sent({}, unforced, response_format=WANTED)["system"][0]["text"]
        unable = endpoint("amazon-bedrock", provider=replace(BEDROCK, facts={"forced_tools": ["amazon"]}))
        body = orjson.loads(dispatched(BedrockConverseUpstream(), request(response_format=WANTED), unable).body)
        assert json_schema["schema"] in body["system"][0]["text"]
        assert "JSON object" in sent(CLAUDE, SCHEMAS, response_format={"type": "json_object"})["system"][0]["text"]

    def test_what_an_endpoint_does_not_support_is_left_out(self) -> None:
        body = sent({}, {"supported_parameters": frozenset({"max_tokens"})}, temperature=1, tools=[TOOL], top_k=1)
        assert set(body) == {"messages"}


texts = st.sampled_from(["", " ", "a", "b\n"])
pictures = st.just(Image("data:image/png;base64,aGk="))
documents = st.builds(File, st.just("data:application/pdf;base64,aGk="), st.none() | st.text(max_size=9))
ids = st.sampled_from(["a", "b", "x y", "", "z" * 90])
results = st.builds(ToolResult, ids, st.lists(st.builds(Text, texts) | pictures, max_size=2).map(tuple), st.booleans())
calls = st.builds(ToolCall, ids, st.sampled_from(["f", "g"]), st.sampled_from(["", "{}", "[", '{"a":1}']))
thoughts = st.builds(Thinking, texts, st.none() | st.just("c2ln"), st.sampled_from([None, "amazon-bedrock", "x"]))
blocks = st.one_of(st.builds(Text, texts), pictures, documents, results, calls, thoughts)
roles: st.SearchStrategy[Role] = st.sampled_from(["system", "user", "assistant", "tool"])
messages = st.builds(Message, roles, st.lists(blocks, max_size=4).map(tuple))


@given(st.lists(messages, max_size=6), st.booleans(), st.sampled_from([{}, CLAUDE, NOVA]))
def test_whatever_a_conversation_holds_bedrock_can_read_it(
    conversation: list[Message], has_tools: bool, facts: Any
) -> None:
    fields: dict[str, Any] = {"tools": [TOOL]} if has_tools else {}
    said = built(replace(request(**fields), messages=tuple(conversation)), facts)["messages"]
    assert [message["role"] for message in said] == ["user", "assistant"] * (len(said) // 2) + ["user"] * (
        len(said) % 2
    )
    for place, message in enumerate(said):
        assert message["content"]
        used = [block["toolUse"]["toolUseId"] for block in message["content"] if "toolUse" in block]
        if used:
            following = said[place + 1]["content"][: len(used)]
            assert [block["toolResult"]["toolUseId"] for block in following] == used

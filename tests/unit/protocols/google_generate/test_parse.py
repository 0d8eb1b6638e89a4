from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from switchboard.chat import (
    Audio,
    ChatRequest,
    File,
    Image,
    Message,
    Other,
    Text,
    Thinking,
    ToolCall,
    ToolResult,
)
from switchboard.errors import InvalidRequest, NotFound
from switchboard.protocols.google_generate import GoogleGenerate, count_tokens
from switchboard.protocols.interface import Arrival
from switchboard.requested import json_format_of, native_tools_of, reasoning_of, tool_choice_of, tools_of
from switchboard.signatures import marked_in_base64

HELLO: Any = {"role": "user", "parts": [{"text": "hello"}]}


def parse(target: str = "openai/gpt-4.1:generateContent", alt: str = "", **body: Any) -> ChatRequest:
    content = orjson.dumps({"contents": [HELLO], **body})
    return GoogleGenerate().parse(Arrival(content, {"target": target}, {"alt": alt}))


def messages(*parts: Any, role: str = "user") -> tuple[Message, ...]:
    return parse(contents=[{"role": role, "parts": list(parts)}]).messages


def config(**fields: Any) -> ChatRequest:
    return parse(generationConfig=fields)


class TestTarget:
    def test_the_path_says_model_and_method(self) -> None:
        whole, streamed = parse(), parse("openai/gpt-4.1:free:streamGenerateContent", alt="sse")
        assert (whole.model, whole.stream, whole.protocol) == ("openai/gpt-4.1", False, "google-generate")
        assert (streamed.model, streamed.stream) == ("openai/gpt-4.1:free", True)

    def test_vertex_names_the_author_apart(self) -> None:
        arrival = Arrival(
            orjson.dumps({"contents": [HELLO]}), {"publisher": "google", "target": "gemini:generateContent"}
        )
        assert GoogleGenerate().parse(arrival).model == "google/gemini"

    def test_another_method_is_not_found(self) -> None:
        with pytest.raises(NotFound, match="batchEmbed"):
            parse("a/b:batchEmbedContents")

    @pytest.mark.parametrize("target", ["a/b", ":generateContent", ""])
    def test_a_path_without_either_is_refused(self, target: str) -> None:
        with pytest.raises(InvalidRequest) as raised:
            parse(target)
        assert raised.value.param == "model"

    def test_the_stream_is_events_only_if_asked(self) -> None:
        assert GoogleGenerate().stream_type(parse(alt="sse")).startswith("text/event-stream")
        assert GoogleGenerate().stream_type(parse()).startswith("application/json")


class TestContents:
    def test_parts_become_blocks(self) -> None:
        said = messages(
            {"text": "a"},
            {"inlineData": {"mimeType": "image/png", "data": "a-k_"}},
            {"inline_data": {"mime_type": "audio/mpeg", "data": "aGk="}},
            {"inlineData": {"mimeType": "application/pdf", "data": "aGk", "displayName": "a.pdf"}},
            {"fileData": {"mimeType": "image/jpeg", "fileUri": "https://x.test/a"}},
            {"fileData": {"fileUri": "gs://b/a.pdf"}},
            {"executableCode": {"code": "1"}},
        )
        assert said == (
            Message(
                "user",
                (
                    Text("a"),
                    Image("data:image/png;base64,a+k/"),
                    Audio("aGk=", "mp3"),
                    File("data:application/pdf;base64,aGk=", "a.pdf"),
                    Image("https://x.test/a"),
                    File("gs://b/a.pdf"),
                    Other({"executableCode": {"code": "1"}}),
                ),
            ),
        )

    def test_modalities_are_those_of_the_parts(self) -> None:
        asked = parse(
            contents=[
                {"parts": [{"inlineData": {"mimeType": kind, "data": "aGk="}} for kind in ("image/png", "video/mp4")]}
            ]
        )
        assert asked.modalities == {"text", "image", "video"}

    def test_results_find_their_calls_by_name_and_order(self) -> None:
        call, result = {"functionCall": {"name": "f"}}, {"functionResponse": {"name": "f", "response": {"result": "1"}}}
        failed = {"functionResponse": {"name": "f", "response": {"error": "no"}}}
        said = parse(
            contents=[
                HELLO,
                {
                    "role": "model",
                    "parts": [call, call, {"functionCall": {"name": "g", "id": "mine", "args": {"a": 1}}}],
                },
                {
                    "role": "function",
                    "parts": [
                        {"functionResponse": {"name": "g", "id": "mine", "response": {"a": 2}}},
                        result,
                        failed,
                        {"text": "so?"},
                    ],
                },
            ]
        ).messages
        assert said[1:] == (
            Message(
                "assistant",
                (ToolCall("call_1", "f", "{}"), ToolCall("call_2", "f", "{}"), ToolCall("mine", "g", '{"a":1}')),
            ),
            Message("tool", (ToolResult("mine", (Text('{"a":2}'),)),)),
            Message("tool", (ToolResult("call_1", (Text("1"),)),)),
            Message("tool", (ToolResult("call_2", (Text("no"),), is_error=True),)),
            Message("user", (Text("so?"),)),
        )

    def test_a_result_may_show_a_picture(self) -> None:
        shown = {"inlineData": {"mimeType": "image/png", "data": "aGk="}}
        [message] = messages({"functionResponse": {"name": "f", "response": {"result": "1"}, "parts": [shown]}})
        assert message.blocks == (ToolResult("f", (Text("1"), Image("data:image/png;base64,aGk="))),)

    def test_signatures_come_back_to_their_makers(self) -> None:
        mark = marked_in_base64("sig", "anthropic")
        sealed = marked_in_base64("redacted=abc", "anthropic")
        [message] = messages(
            {"text": "hm", "thought": True, "thoughtSignature": mark},
            {"text": "", "thought": True, "thoughtSignature": sealed},
            {"text": "bare", "thought": True},
            {"text": "so", "thoughtSignature": "googles"},
            {"functionCall": {"name": "f"}, "thoughtSignature": mark},
            role="model",
        )
        assert message.blocks == (
            Thinking("hm", "sig", "anthropic"),
            Thinking("", "abc", "anthropic", redacted=True),
            Thinking("bare"),
            Thinking("", "googles"),
            Text("so"),
            ToolCall("call_1", "f", "{}", {"thought_signature": mark}),
        )

    @pytest.mark.parametrize("apart", [False, True], ids=["one content", "a content for each piece"])
    def test_the_pieces_of_a_streamed_thought_are_one_under_its_signature(self, apart: bool) -> None:
        """Readers of a stream keep its pieces as they came; whoever signed the thought accepts it only whole."""
        pieces: list[Any] = [
            {"text": "let ", "thought": True},
            {"text": "me see", "thought": True},
            {"text": "", "thought": True, "thoughtSignature": marked_in_base64("sig", "anthropic")},
            {"functionCall": {"name": "f"}},
        ]
        contents = [[piece] for piece in pieces] if apart else [pieces]
        told = parse(contents=[HELLO, *({"role": "model", "parts": parts} for parts in contents)]).messages
        thought = Thinking("let me see", "sig", "anthropic")
        assert told[1:] == (Message("assistant", (thought, ToolCall("call_1", "f", "{}"))),)

    @pytest.mark.parametrize(
        "instruction", ["be brief", {"parts": [{"text": "be brief"}]}, {"parts": {"text": "be brief"}}]
    )
    def test_the_systems_words_come_first(self, instruction: Any) -> None:
        assert parse(system_instruction=instruction).messages[0] == Message("system", (Text("be brief"),))

    def test_a_bare_text_is_a_conversation(self) -> None:
        assert parse(contents="hello").messages == (Message("user", (Text("hello"),)),)


class TestParameters:
    def test_take_openais_names(self) -> None:
        asked = config(
            temperature=0.5,
            top_p=0.4,
            topK=40.0,
            maxOutputTokens=9,
            stopSequences=["x"],
            seed=1,
            presencePenalty=0.1,
            frequencyPenalty=0.2,
            candidateCount=2,
            responseLogprobs=True,
            logprobs=3,
        )
        assert asked.parameters == {
            "temperature": 0.5,
            "top_p": 0.4,
            "top_k": 40,
            "max_tokens": 9,
            "stop": ["x"],
            "seed": 1,
            "presence_penalty": 0.1,
            "frequency_penalty": 0.2,
            "n": 2,
            "logprobs": True,
            "top_logprobs": 3,
        }
        assert asked.max_output == 9

    def test_a_schema_in_either_dialect_becomes_json_schema(self) -> None:
        plain = {
            "type": "OBJECT",
            "properties": {"a": {"type": "STRING", "nullable": True, "enum": ["x"]}, "type": {"type": "INTEGER"}},
            "propertyOrdering": ["a"],
            "min_items": "2",
        }
        wanted = json_format_of(config(responseMimeType="application/json", responseSchema=plain))
        assert wanted is not None
        assert wanted.schema == {
            "type": "object",
            "properties": {"a": {"type": ["string", "null"], "enum": ["x", None]}, "type": {"type": "integer"}},
            "minItems": 2,
        }
        real = {"type": "object", "properties": {"a": {"const": 1}}}
        wanted = json_format_of(config(responseJsonSchema=real))
        assert wanted is not None
        assert wanted.schema == real

    def test_json_without_a_schema(self) -> None:
        wanted = json_format_of(config(response_mime_type="application/json"))
        assert wanted is not None
        assert wanted.schema is None
        assert json_format_of(config(responseMimeType="text/plain")) is None

    @pytest.mark.parametrize(
        ("thinking", "effort", "budget", "exclude"),
        [
            ({"thinkingBudget": 0}, "none", None, False),
            ({"thinkingBudget": -1}, "medium", None, False),
            ({"thinkingBudget": 500, "includeThoughts": True}, None, 500, False),
            ({"thinkingLevel": "HIGH", "includeThoughts": False}, "high", None, True),
            ({"includeThoughts": True}, "medium", None, False),
        ],
    )
    def test_thinking(self, thinking: Any, effort: str | None, budget: int | None, exclude: bool) -> None:
        reasoning = reasoning_of(config(thinkingConfig=thinking))
        assert reasoning is not None
        assert (reasoning.effort, reasoning.max_tokens, reasoning.exclude) == (effort, budget, exclude)

    def test_functions_and_googles_own_tools(self) -> None:
        declared = [
            {
                "name": "f",
                "description": "d",
                "parameters": {"type": "OBJECT", "properties": {"a": {"type": "STRING"}}},
            },
            {"name": "g", "parametersJsonSchema": {"type": "object", "properties": {}}},
            {"name": "h"},
        ]
        asked = parse(tools=[{"functionDeclarations": declared}, {"googleSearch": {}}])
        schema = {"type": "object", "properties": {"a": {"type": "string"}}}
        first, *others = tools_of(asked)
        assert (first.name, first.description, first.parameters) == ("f", "d", schema)
        assert [tool.name for tool in others] == ["g", "h"]
        assert native_tools_of(asked) == ({"type": "googleSearch", "googleSearch": {}},)

    @pytest.mark.parametrize(
        ("calling", "mode", "name"),
        [
            ({"mode": "AUTO"}, "auto", None),
            ({"mode": "VALIDATED"}, "auto", None),
            ({"mode": "NONE"}, "none", None),
            ({"mode": "any"}, "required", None),
            ({"mode": "ANY", "allowedFunctionNames": ["f"]}, "named", "f"),
            ({"mode": "ANY", "allowed_function_names": ["f", "g"]}, "required", None),
        ],
    )
    def test_how_functions_may_be_called(self, calling: Any, mode: str, name: str | None) -> None:
        declared = [{"name": letter} for letter in "fgh"]
        asked = parse(tools=[{"function_declarations": declared}], tool_config={"function_calling_config": calling})
        choice = tool_choice_of(asked)
        assert choice is not None
        assert (choice.mode, choice.name) == (mode, name)
        assert len(tools_of(asked)) == (2 if "allowed_function_names" in calling else 3)

    def test_the_gateways_own_fields_are_told_apart(self) -> None:
        assert parse(provider={"only": ["x"]}, labels={"a": "b"}).gateway == {"provider": {"only": ["x"]}, "alt": ""}


@pytest.mark.parametrize(
    ("body", "param"),
    [
        ({"contents": []}, "contents"),
        ({"contents": 1}, "contents"),
        ({"contents": ["x"]}, "contents[0]"),
        ({"contents": [{"role": "bot", "parts": []}]}, "contents[0].role"),
        ({"contents": [{"parts": [1]}]}, "contents[0].parts[0]"),
        ({"contents": [{"parts": [{"text": 1}]}]}, "contents[0].parts[0].text"),
        ({"contents": [{"parts": [{"inlineData": {}}]}]}, "contents[0].parts[0].inlineData"),
        ({"contents": [{"parts": [{"fileData": {}}]}]}, "contents[0].parts[0].fileData.fileUri"),
        ({"contents": [{"parts": [{"functionCall": {}}]}]}, "contents[0].parts[0].functionCall.name"),
        ({"contents": [{"parts": [{"functionResponse": {}}]}]}, "contents[0].parts[0].functionResponse.name"),
        ({"generationConfig": []}, "generationConfig"),
        ({"generationConfig": {"temperature": "hot"}}, "generationConfig.temperature"),
        ({"generationConfig": {"maxOutputTokens": 0}}, "generationConfig.maxOutputTokens"),
        (
            {"generationConfig": {"thinkingConfig": {"thinkingBudget": "x"}}},
            "generationConfig.thinkingConfig.thinkingBudget",
        ),
        ({"tools": [{"functionDeclarations": [{}]}]}, "tools[0].functionDeclarations[0].name"),
        ({"toolConfig": {"functionCallingConfig": {"mode": "SOME"}}}, "toolConfig.functionCallingConfig.mode"),
    ],
)
def test_what_is_wrong_is_named(body: Any, param: str) -> None:
    with pytest.raises(InvalidRequest) as raised:
        parse(**body)
    assert raised.value.param == param


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'"x"'])
def test_a_body_that_is_no_object_is_refused(body: bytes) -> None:
    with pytest.raises(InvalidRequest):
        GoogleGenerate().parse(Arrival(body, {"target": "a/b:generateContent"}))


def test_tokens_are_counted_as_for_a_prompt() -> None:
    body = {"contents": [{"parts": [{"text": "word " * 100}]}]}
    counted = orjson.loads(count_tokens(orjson.dumps(body)))
    wrapped = orjson.loads(count_tokens(orjson.dumps({"generateContentRequest": {"model": "x", **body}})))
    assert counted == wrapped
    assert 100 < counted["totalTokens"] < 160


json = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 3) | st.sampled_from(["", "a", "model", "ANY"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                (
                    *("role", "parts", "text", "thought", "inlineData", "functionCall", "functionResponse", "name"),
                    *("args", "mode", "response", "functionDeclarations", "functionCallingConfig", "thinkingConfig"),
                    *("responseSchema", "id"),
                )
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@given(st.fixed_dictionaries({}, optional={n: json for n in ("contents", "tools", "toolConfig", "generationConfig")}))
def test_any_body_is_read_or_refused(body: dict[str, Any]) -> None:
    arrival = Arrival(orjson.dumps({"contents": [HELLO], **body}), {"target": "a/b:generateContent"})
    try:
        GoogleGenerate().parse(arrival)
    except InvalidRequest:
        return

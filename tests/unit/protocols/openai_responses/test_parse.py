from typing import Any

import pytest
from switchboard.chat import Audio, File, Image, Message, Other, Text, Thinking, ToolCall, ToolResult
from switchboard.errors import InvalidRequest
from switchboard.protocols.openai_chat.cursor import is_responses_body
from switchboard.protocols.openai_responses.parse import parse
from switchboard.protocols.openai_responses.sealed import seal, seal_redacted

from tests.responses_examples import PATCH, WEATHER, request

# Any: a JSON body.

HUB_WEATHER = {
    "type": "function",
    "function": {name: WEATHER[name] for name in ("name", "description", "parameters", "strict")},
}


def refusal(**fields: Any) -> InvalidRequest:
    with pytest.raises(InvalidRequest) as raised:
        request(**fields)
    assert raised.value.status == 400
    return raised.value


def test_a_text_is_the_user_s() -> None:
    asked = request()
    assert asked.protocol == "openai-responses"
    assert asked.messages == (Message("user", (Text("hello"),)),)
    assert (asked.model, asked.stream, asked.max_output, asked.parameters) == ("lab/one", False, None, {})
    assert asked.prompt_tokens > 1


def test_instructions_come_first() -> None:
    assert request(instructions="Be brief.").messages[0] == Message("system", (Text("Be brief."),))
    assert len(request(instructions="").messages) == 1


def test_parameters_are_the_hub_s() -> None:
    asked = request(
        max_output_tokens=50,
        temperature=0,
        top_p=0.5,
        reasoning={"effort": "low", "summary": "auto", "context": None},
        text={"verbosity": "high", "format": {"type": "json_schema", "name": "n", "schema": {}, "strict": True}},
        tools=[WEATHER],
        tool_choice="required",
        parallel_tool_calls=False,
        service_tier="flex",
        user="u",
        prompt_cache_key="k",
        include=["message.output_text.logprobs", "reasoning.encrypted_content"],
        top_logprobs=2,
        truncation="auto",
        metadata={"a": "b"},
        store=False,
        background=False,
        stream=True,
        provider={"only": ["acme"]},
        models=["lab/two"],
    )
    assert asked.parameters == {
        "max_completion_tokens": 50,
        "temperature": 0,
        "top_p": 0.5,
        "reasoning": {"effort": "low", "summary": "auto"},
        "verbosity": "high",
        "response_format": {"type": "json_schema", "json_schema": {"name": "n", "schema": {}, "strict": True}},
        "tools": [HUB_WEATHER],
        "tool_choice": "required",
        "parallel_tool_calls": False,
        "service_tier": "flex",
        "user": "u",
        "prompt_cache_key": "k",
        "logprobs": True,
        "top_logprobs": 2,
        "truncation": "auto",
        "metadata": {"a": "b"},
    }
    assert asked.gateway == {"provider": {"only": ["acme"]}, "models": ["lab/two"]}
    assert (asked.max_output, asked.stream) == (50, True)


def test_nulls_count_as_absent() -> None:
    nulls = dict.fromkeys(
        ["instructions", "tools", "tool_choice", "reasoning", "text", "previous_response_id", "store", "include"]
    )
    assert request(**nulls) == request() or request(**nulls).parameters == {}


@pytest.mark.parametrize("reasoning", [{}, {"effort": None, "summary": None}, {"summary": "auto"}])
def test_reasoning_without_a_measure_asks_for_none(reasoning: Any) -> None:
    assert request(reasoning=reasoning).parameters == {}


@pytest.mark.parametrize(
    ("wanted", "parameters"),
    [
        ({}, {}),
        ({"format": {"type": "text"}}, {}),
        ({"format": {"type": "json_object"}}, {"response_format": {"type": "json_object"}}),
        ({"verbosity": "low"}, {"verbosity": "low"}),
    ],
)
def test_formats(wanted: Any, parameters: Any) -> None:
    assert request(text=wanted).parameters == parameters


def test_tools_of_a_provider_keep_their_own_type() -> None:
    search = {"type": "web_search", "search_context_size": "low"}
    assert request(tools=[search, WEATHER]).parameters["tools"] == [search, HUB_WEATHER]


def test_a_custom_tool_is_a_function_of_one_text() -> None:
    tools: Any = request(tools=[PATCH]).parameters["tools"]
    function = tools[0]["function"]
    assert function["name"] == "apply_patch"
    assert function["parameters"]["required"] == ["input"]
    assert function["description"] == "Edit files.\n\n`input` must follow this grammar:\nstart: /.+/"


@pytest.mark.parametrize(
    ("choice", "hub"),
    [
        ("auto", "auto"),
        ({"type": "function", "name": "get_weather"}, {"type": "function", "function": {"name": "get_weather"}}),
        ({"type": "custom", "name": "apply_patch"}, {"type": "function", "function": {"name": "apply_patch"}}),
        ({"type": "web_search"}, None),
    ],
)
def test_choices(choice: Any, hub: Any) -> None:
    assert request(tools=[WEATHER, PATCH], tool_choice=choice).parameters.get("tool_choice") == hub


def test_a_choice_among_some_tools_offers_only_those() -> None:
    choice = {"type": "allowed_tools", "mode": "required", "tools": [{"type": "function", "name": "get_weather"}]}
    parameters = request(tools=[PATCH, WEATHER], tool_choice=choice).parameters
    assert parameters == {"tools": [HUB_WEATHER], "tool_choice": "required"}


def test_without_tools_there_is_no_choice() -> None:
    assert request(tools=[], tool_choice="auto", parallel_tool_calls=True).parameters == {}


def test_a_conversation_with_reasoning_and_calls() -> None:
    asked = request(
        input=[
            {"role": "developer", "content": "Be brief."},
            {"type": "message", "role": "user", "content": [{"type": "input_text", "text": "go"}]},
            {
                "type": "reasoning",
                "id": "rs_1",
                "summary": [{"type": "summary_text", "text": "a"}, {"type": "summary_text", "text": "b"}],
                "encrypted_content": seal("gAAAA", "openai"),
            },
            {
                "type": "message",
                "role": "assistant",
                "id": "m",
                "content": [{"type": "output_text", "text": "Looking."}],
            },
            {"type": "function_call", "id": "fc_1", "call_id": "c1", "name": "f", "arguments": '{"a":1}'},
            {"type": "custom_tool_call", "call_id": "c2", "name": "apply_patch", "input": 'a "b"'},
            {"type": "function_call_output", "call_id": "c1", "output": "42"},
            {"type": "custom_tool_call_output", "call_id": "c2", "output": [{"type": "input_text", "text": "done"}]},
            {"role": "assistant", "content": "So."},
            {"role": "user", "content": ""},
        ]
    )
    assert asked.messages == (
        Message("developer", (Text("Be brief."),)),
        Message("user", (Text("go"),)),
        Message(
            "assistant",
            (
                Thinking("a\n\nb", "gAAAA", "openai", extra={"id": "rs_1"}),
                Text("Looking."),
                ToolCall("c1", "f", '{"a":1}'),
                ToolCall("c2", "apply_patch", '{"input":"a \\"b\\""}'),
            ),
        ),
        Message("tool", (ToolResult("c1", (Text("42"),)),)),
        Message("tool", (ToolResult("c2", (Text("done"),)),)),
        Message("assistant", (Text("So."),)),
        Message("user", ()),
    )


def thinking(**item: Any) -> Thinking:
    (message,) = request(input=[{"type": "reasoning", "summary": [], **item}]).messages
    (block,) = message.blocks
    assert isinstance(block, Thinking)
    return block


def test_reasoning_of_elsewhere_has_no_provider_but_is_known_for_this_dialect_s() -> None:
    assert thinking(encrypted_content="gAAAA") == Thinking("", "gAAAA", extra={"format": "openai-responses-v1"})


def test_a_wholly_sealed_block_is_known_again() -> None:
    assert thinking(encrypted_content=seal_redacted("xyz", "anthropic")) == Thinking("", "xyz", "anthropic", True)


def test_reasoning_that_is_shown_is_text() -> None:
    shown = thinking(summary=None, content=[{"type": "reasoning_text", "text": "hm"}], encrypted_content=None)
    assert shown == Thinking("hm")


def test_parts() -> None:
    asked = request(
        input=[
            {
                "role": "user",
                "content": [
                    {"type": "input_image", "image_url": "https://x.test/a.png", "detail": "low"},
                    {"type": "input_file", "filename": "a.pdf", "file_data": "data:application/pdf;base64,AA"},
                    {"type": "input_file", "file_url": "https://x.test/b.pdf"},
                    {"type": "input_file", "file_id": "file-1"},
                    {"type": "input_audio", "input_audio": {"data": "AA", "format": "mp3"}},
                    {"type": "input_text", "text": "t", "cache_control": {"type": "ephemeral"}},
                    {"type": "input_odd"},
                    {"type": "input_image", "file_id": "file-2"},
                ],
            },
            {"role": "assistant", "content": [{"type": "refusal", "refusal": "no"}]},
        ]
    )
    assert asked.messages[0].blocks == (
        Image("https://x.test/a.png", "low"),
        File("data:application/pdf;base64,AA", "a.pdf"),
        File("https://x.test/b.pdf"),
        File("file-1"),
        Audio("AA", "mp3"),
        Text("t", {"cache_control": {"type": "ephemeral"}}),
        Other({"type": "input_odd"}),
        Other({"type": "input_image", "file_id": "file-2"}),
    )
    assert asked.messages[1] == Message("assistant", (Text("no"),))
    assert asked.modalities == {"text", "image", "file", "audio"}


def test_items_of_a_provider_s_own_tools_are_kept_for_it() -> None:
    call: Any = {"type": "web_search_call", "id": "ws_1", "status": "completed"}
    output: Any = {"type": "computer_call_output", "call_id": "c", "output": {}}
    assert request(input=[call, output]).messages == (
        Message("assistant", (Other(call),)),
        Message("user", (Other(output),)),
    )


@pytest.mark.parametrize(
    ("fields", "param"),
    [
        ({"previous_response_id": "resp_1"}, "previous_response_id"),
        ({"conversation": "conv_1"}, "conversation"),
        ({"background": True}, "background"),
        ({"store": True}, "store"),
        ({"prompt": {"id": "pmpt_1"}}, "prompt"),
        ({"input": [{"type": "item_reference", "id": "msg_1"}]}, "input[0]"),
        ({"input": [{"id": "msg_1"}]}, "input[0]"),
        ({"input": None}, "input"),
        ({"input": []}, "input"),
        ({"input": 7}, "input"),
        ({"input": ["hello"]}, "input[0]"),
        ({"input": [{"content": "x"}]}, "input[0]"),
        ({"input": [{"role": "tool", "content": "x"}]}, "input[0].role"),
        ({"input": [{"role": "user", "content": None}]}, "input[0].content"),
        ({"input": [{"role": "user", "content": ["x"]}]}, "input[0].content[0]"),
        ({"input": [{"role": "user", "content": [{"type": "input_text"}]}]}, "input[0].content[0].text"),
        (
            {"input": [{"role": "user", "content": [{"type": "input_image", "image_url": {"url": "x"}}]}]},
            "input[0].content[0].image_url",
        ),
        ({"input": [{"role": "user", "content": [{"type": "input_file"}]}]}, "input[0].content[0]"),
        (
            {"input": [{"role": "user", "content": [{"type": "input_audio"}]}]},
            "input[0].content[0].input_audio.data",
        ),
        ({"input": [{"type": "function_call", "name": "f"}]}, "input[0].call_id"),
        ({"input": [{"type": "function_call", "call_id": "c"}]}, "input[0].name"),
        ({"input": [{"type": "function_call", "call_id": "c", "name": "f", "arguments": {}}]}, "input[0].arguments"),
        ({"input": [{"type": "custom_tool_call", "call_id": "c", "name": "f", "input": {}}]}, "input[0].input"),
        ({"input": [{"type": "function_call_output", "output": "x"}]}, "input[0].call_id"),
        ({"input": [{"type": "function_call_output", "call_id": "c"}]}, "input[0].output"),
        ({"input": [{"type": "reasoning", "encrypted_content": 1}]}, "input[0].encrypted_content"),
        ({"model": None}, "model"),
        ({"model": ""}, "model"),
        ({"tools": {}}, "tools"),
        ({"tools": [{"name": "f"}]}, "tools[0]"),
        ({"tools": [{"type": "function", "function": {"name": "f"}}]}, "tools[0].name"),
        ({"tools": [WEATHER], "tool_choice": "any"}, "tool_choice"),
        ({"tools": [WEATHER], "tool_choice": {"type": "function"}}, "tool_choice.name"),
        ({"text": {"format": {"type": "xml"}}}, "text.format.type"),
        ({"text": {"format": {"type": "json_schema", "schema": {}}}}, "text.format.name"),
        ({"text": {"format": {"type": "json_schema", "name": "n"}}}, "text.format.schema"),
        ({"max_output_tokens": 0}, "max_output_tokens"),
        ({"temperature": "hot"}, "temperature"),
        ({"truncation": "middle"}, "truncation"),
        ({"stream": "yes"}, "stream"),
        ({"top_logprobs": -1}, "top_logprobs"),
    ],
)
def test_every_refusal_names_the_field(fields: Any, param: str) -> None:
    error = refusal(**fields)
    assert error.param == param
    assert f"`{param.partition('.')[0].partition('[')[0]}" in error.message


def test_a_previous_response_is_refused_with_openai_s_own_code() -> None:
    assert refusal(previous_response_id="resp_1").code == "previous_response_not_found"


def test_a_reference_is_refused_by_its_id_and_says_what_to_send() -> None:
    message = refusal(input=[{"role": "user", "content": "x"}, {"type": "item_reference", "id": "msg_7"}]).message
    assert "'msg_7'" in message
    assert "Send the full items in `input`" in message


@pytest.mark.parametrize("sent", [b"", b"{", b"[]", b'"x"', b"null"])
def test_a_body_that_is_no_object_is_refused(sent: bytes) -> None:
    with pytest.raises(InvalidRequest):
        parse(sent)


def test_the_first_fallback_stands_in_for_a_model() -> None:
    assert request(model=None, models=["lab/two"]).model == "lab/two"


@pytest.mark.parametrize("native", [{"messages": []}, {"messages": [], "input": "x"}, {}])
def test_a_chat_body_is_a_chat_body(native: Any) -> None:
    assert not is_responses_body(native)

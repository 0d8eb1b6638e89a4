from contextlib import suppress
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from switchboard.accounting.estimate import TOKENS_PER_IMAGE, TOKENS_PER_MESSAGE, without_margin
from switchboard.chat import Audio, ChatRequest, File, Image, Message, Other, Text, ToolCall, ToolResult
from switchboard.errors import InvalidRequest
from switchboard.json_types import JsonObject
from switchboard.protocols.openai_chat.parse import parse

from tests.examples import HELLO, body, request

# Any: JSON that tests make up.
PICTURE = {"type": "image_url", "image_url": {"url": "https://pictures.test/cat.png", "detail": "low"}}
TOOL = {"type": "function", "function": {"name": "now", "parameters": {"type": "object"}}}


def refusal(data: bytes) -> InvalidRequest:
    with pytest.raises(InvalidRequest) as caught:
        parse(data)
    assert caught.value.status == 400
    return caught.value


def refused(**fields: Any) -> InvalidRequest:
    return refusal(orjson.dumps(body(**fields)))


def says(*content: Any) -> ChatRequest:
    return request(messages=[{"role": "user", "content": [*content]}])


@pytest.mark.parametrize(
    "data",
    [b"", b"{", b"nonsense", b'{"model": "m",}', b'{"a": "\xff"}', b'{"a": "\\ud83d"}', b'{"n": NaN}', b"[" * 5000],
)
def test_what_is_no_json_is_refused(data: bytes) -> None:
    error = refusal(data)
    assert "not valid JSON" in error.message
    assert error.param is None


@pytest.mark.parametrize("data", [b"[]", b"null", b'"text"', b"7", b"true"])
def test_a_body_that_is_no_object_is_refused(data: bytes) -> None:
    assert "must be a JSON object" in refusal(data).message


@pytest.mark.parametrize("model", [None, "", 7, ["lab/one"], {}])
def test_a_model_must_be_named(model: Any) -> None:
    error = refused(model=model)
    assert error.param == "model"
    assert "openai/gpt-4.1" in error.message


def test_the_first_of_models_stands_in_for_a_missing_model() -> None:
    assert request(model=None, models=["lab/two", "lab/three"]).model == "lab/two"


def test_a_model_goes_before_models() -> None:
    assert request(models=["lab/two"]).model == "lab/one"


@pytest.mark.parametrize("messages", [None, [], "hello", {}, 1])
def test_messages_must_be_a_list_with_something_in_it(messages: Any) -> None:
    assert refused(messages=messages).param == "messages"


@pytest.mark.parametrize("message", [None, "hello", 7, ["role"]])
def test_a_message_must_be_an_object(message: Any) -> None:
    assert refused(messages=[HELLO, message]).param == "messages[1]"


@pytest.mark.parametrize("role", [None, "", "bot", "User", 7, ["user"], {"a": 1}])
def test_a_role_must_be_one_that_exists(role: Any) -> None:
    error = refused(messages=[{"role": role, "content": "x"}])
    assert error.param == "messages[0].role"
    assert "developer" in error.message


@pytest.mark.parametrize("role", ["system", "developer", "user", "assistant", "tool"])
def test_every_role_of_the_protocol_is_kept(role: str) -> None:
    assert request(messages=[{"role": role, "content": "x"}]).messages[0].role == role


@pytest.mark.parametrize("role", ["system", "developer", "user", "tool"])
@pytest.mark.parametrize("content", [None, 7, {"text": "x"}, True])
def test_content_must_be_text_or_parts(role: str, content: Any) -> None:
    assert refused(messages=[{"role": role, "content": content}]).param == "messages[0].content"


@pytest.mark.parametrize("message", [{}, {"content": None}, {"content": ""}])
def test_an_assistant_that_only_called_tools_has_no_content(message: Any) -> None:
    calls = [{"id": "c", "type": "function", "function": {"name": "now", "arguments": "{}"}}]
    parsed = request(messages=[{"role": "assistant", "tool_calls": calls, **message}])
    assert parsed.messages[0].blocks == (ToolCall("c", "now", "{}"),)


@pytest.mark.parametrize(
    ("part", "param"),
    [
        ("text", ""),
        (None, ""),
        ({}, ""),
        ({"type": 7}, ""),
        ({"type": "text"}, ".text"),
        ({"type": "text", "text": None}, ".text"),
        ({"type": "image_url"}, ".image_url.url"),
        ({"type": "image_url", "image_url": {}}, ".image_url.url"),
        ({"type": "image_url", "image_url": {"url": ""}}, ".image_url.url"),
        ({"type": "image_url", "image_url": {"url": 7}}, ".image_url.url"),
        ({"type": "input_audio"}, ".input_audio.data"),
        ({"type": "input_audio", "input_audio": {"format": "wav"}}, ".input_audio.data"),
        ({"type": "file"}, ".file"),
        ({"type": "file", "file": {"filename": "a.pdf"}}, ".file"),
        ({"type": "file", "file": {"file_id": 7}}, ".file"),
    ],
)
def test_a_bad_part_is_refused_by_its_place(part: Any, param: str) -> None:
    messages = [HELLO, {"role": "user", "content": [{"type": "text", "text": "x"}, part]}]
    assert refused(messages=messages).param == f"messages[1].content[1]{param}"


@pytest.mark.parametrize(
    ("calls", "param"),
    [
        ("now", ""),
        ({}, ""),
        (["now"], "[0].function.name"),
        ([{"id": "c"}], "[0].function.name"),
        ([{"function": {"name": 7}}], "[0].function.name"),
        ([{"function": {"name": "now", "arguments": {}}}], "[0].function.arguments"),
        ([{"function": {"name": "now", "arguments": 7}}], "[0].function.arguments"),
    ],
)
def test_a_bad_tool_call_is_refused_by_its_place(calls: Any, param: str) -> None:
    messages = [{"role": "assistant", "tool_calls": calls}]
    assert refused(messages=messages).param == f"messages[0].tool_calls{param}"


@pytest.mark.parametrize(
    ("tools", "param"),
    [
        ("now", "tools"),
        ({}, "tools"),
        ([None], "tools[0]"),
        (["now"], "tools[0]"),
        ([{}], "tools[0]"),
        ([{"type": "function"}], "tools[0].function.name"),
        ([TOOL, {"type": "function", "function": {"description": "x"}}], "tools[1].function.name"),
        ([{"type": "function", "function": "now"}], "tools[0].function.name"),
    ],
)
def test_a_bad_tool_is_refused_by_its_place(tools: Any, param: str) -> None:
    assert refused(tools=tools).param == param


def test_a_tool_of_an_unknown_type_is_the_providers_affair() -> None:
    assert request(tools=[{"type": "web_search"}]).parameters["tools"] == [{"type": "web_search"}]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("frequency_penalty", "0"),
        ("logit_bias", []),
        ("logprobs", 1),
        ("max_completion_tokens", 0),
        ("max_completion_tokens", True),
        ("max_tokens", -1),
        ("max_tokens", 1.5),
        ("max_tokens", "100"),
        ("metadata", "x"),
        ("min_p", "x"),
        ("models", "lab/one"),
        ("models", [1]),
        ("n", 0),
        ("parallel_tool_calls", "yes"),
        ("presence_penalty", []),
        ("provider", ["openai"]),
        ("reasoning", "high"),
        ("reasoning_effort", 3),
        ("repetition_penalty", "1"),
        ("response_format", "json"),
        ("seed", 1.5),
        ("service_tier", 1),
        ("session_id", 1),
        ("stop", 7),
        ("stop", ["a", 7]),
        ("stream", "true"),
        ("stream", 1),
        ("stream_options", True),
        ("temperature", "hot"),
        ("temperature", True),
        ("tool_choice", "maybe"),
        ("tool_choice", ["auto"]),
        ("tools", "now"),
        ("top_k", "1"),
        ("top_logprobs", 1.5),
        ("top_p", "1"),
        ("usage", True),
        ("user", 7),
        ("verbosity", 7),
    ],
)
def test_a_field_of_the_wrong_type_is_refused_by_its_name(name: str, value: Any) -> None:
    error = refused(**{name: value})
    assert error.param == name
    assert f"`{name}` must be " in error.message


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("temperature", 0),
        ("temperature", 1.5),
        ("seed", -1),
        ("stop", "END"),
        ("stop", ["a", "b"]),
        ("tool_choice", "required"),
        ("tool_choice", {"type": "function", "function": {"name": "now"}}),
        ("max_tokens", 1),
        ("logit_bias", {"50256": -100}),
    ],
)
def test_a_field_of_the_right_type_is_a_parameter(name: str, value: Any) -> None:
    assert request(**{name: value}).parameters == {name: value}


NULLABLE = ("temperature", "max_tokens", "tools", "tool_choice", "stop", "stream", "stream_options", "provider", "user")


@pytest.mark.parametrize("name", NULLABLE)
def test_null_counts_as_absent(name: str) -> None:
    parsed = request(**{name: None})
    assert (parsed.parameters, parsed.gateway, parsed.max_output, parsed.stream) == ({}, {}, None, False)


@pytest.mark.parametrize(
    ("message", "block"),
    [
        ({"role": "assistant", "tool_calls": None, "content": "x"}, Text("x")),
        ({"role": "tool", "tool_call_id": None, "content": "x"}, ToolResult("", (Text("x"),))),
        (
            {"role": "assistant", "tool_calls": [{"id": None, "function": {"name": "now", "arguments": None}}]},
            ToolCall("", "now", ""),
        ),
        (
            {"role": "user", "content": [{"type": "input_audio", "input_audio": {"data": "AAAA", "format": None}}]},
            Audio("AAAA", "wav"),
        ),
    ],
)
def test_null_inside_a_message_counts_as_absent(message: Any, block: Any) -> None:
    assert request(messages=[message]).messages[0].blocks == (block,)


def test_an_unknown_field_is_a_parameter_and_stays_in_the_native_body() -> None:
    parsed = request(safe_prompt=True, top_n_sigma=1.5)
    assert parsed.parameters == {"safe_prompt": True, "top_n_sigma": 1.5}
    assert parsed.native["safe_prompt"] is True


def test_the_native_body_is_what_was_sent() -> None:
    sent = body(temperature=None, stream=True, future={"field": [1, None]})
    assert parse(orjson.dumps(sent)).native == sent


GATEWAY_ONLY: dict[str, Any] = {
    "models": ["lab/two"],
    "provider": {"order": ["acme"]},
    "usage": {"include": True},
    "route": "fallback",
    "transforms": ["middle-out"],
    "plugins": [{"id": "web"}],
    "include_reasoning": True,
    "session_id": "s-1",
    "preset": "p",
    "trace": {},
    "debug": {},
    "cache_control": {"type": "ephemeral"},
    "model_routing_config": {},
    "stop_server_tools_when": [],
}


@pytest.mark.parametrize("name", GATEWAY_ONLY)
def test_what_is_meant_for_the_gateway_is_no_parameter(name: str) -> None:
    parsed = request(**{name: GATEWAY_ONLY[name]})
    assert parsed.gateway == {name: GATEWAY_ONLY[name]}
    assert parsed.parameters == {}


@pytest.mark.parametrize("name", ["user", "store", "stream", "stream_options"])
def test_the_envelope_is_no_parameter(name: str) -> None:
    value: Any = {"user": "u", "store": True, "stream": True, "stream_options": {}}[name]
    assert request(**{name: value}).parameters == {}


def test_no_tools_at_all_are_no_parameter() -> None:
    assert request(tools=[]).parameters == {}


@pytest.mark.parametrize(
    ("fields", "wanted"),
    [
        ({}, False),
        ({"stream_options": {"include_usage": True}}, True),
        ({"stream_options": {"include_usage": False}}, False),
        ({"stream_options": {}}, False),
        ({"stream_options": {"include_usage": None}}, False),
        ({"usage": {"include": True}}, True),
        ({"usage": {"include": False}}, False),
        ({"usage": {"include": "yes"}}, False),
    ],
)
def test_usage_is_included_for_those_who_ask(fields: Any, wanted: bool) -> None:
    assert request(stream=True, **fields).include_usage is wanted


@pytest.mark.parametrize(
    ("fields", "limit"),
    [
        ({}, None),
        ({"max_tokens": 7}, 7),
        ({"max_completion_tokens": 8}, 8),
        ({"max_tokens": 7, "max_completion_tokens": 8}, 8),
        ({"max_tokens": 7, "max_completion_tokens": None}, 7),
    ],
)
def test_the_newer_name_of_the_output_limit_goes_first(fields: Any, limit: int | None) -> None:
    assert request(**fields).max_output == limit


def test_text_comes_as_a_string_or_as_parts() -> None:
    assert says({"type": "text", "text": "a"}, {"type": "text", "text": "b"}).messages[0].blocks == (
        Text("a"),
        Text("b"),
    )
    assert request().messages == (Message("user", (Text("hello"),)),)


def test_parts_keep_their_order() -> None:
    blocks = says(PICTURE, {"type": "text", "text": "what is it?"}, PICTURE).messages[0].blocks
    assert [type(block) for block in blocks] == [Image, Text, Image]


def test_an_image_comes_as_an_object_or_as_a_url() -> None:
    url = "data:image/png;base64,AAAA"
    assert says(PICTURE).messages[0].blocks == (Image("https://pictures.test/cat.png", "low"),)
    assert says({"type": "image_url", "image_url": url}).messages[0].blocks == (Image(url),)


def test_a_file_comes_by_its_data_or_its_id() -> None:
    by_data = {"type": "file", "file": {"filename": "a.pdf", "file_data": "data:application/pdf;base64,AAAA"}}
    by_id = {"type": "file", "file": {"file_id": "file-1"}}
    assert says(by_data, by_id).messages[0].blocks == (
        File("data:application/pdf;base64,AAAA", "a.pdf"),
        File("file-1"),
    )


def test_what_a_part_says_beyond_the_known_is_carried_along() -> None:
    (block,) = says({"type": "text", "text": "x", "cache_control": {"type": "ephemeral"}}).messages[0].blocks
    assert block == Text("x", {"cache_control": {"type": "ephemeral"}})


def test_a_part_of_an_unknown_type_is_carried_along_whole() -> None:
    part: JsonObject = {"type": "video_url", "video_url": {"url": "https://v.test"}}
    assert says(part).messages[0].blocks == (Other(part),)


def test_what_a_message_says_beyond_the_known_is_carried_along() -> None:
    sent = {"role": "assistant", "content": "x", "name": "bob", "annotations": [{"type": "url_citation"}]}
    assert request(messages=[sent]).messages[0].extra == {"name": "bob", "annotations": [{"type": "url_citation"}]}


def test_a_tool_message_is_the_result_of_its_call() -> None:
    sent = {"role": "tool", "tool_call_id": "c", "content": [{"type": "text", "text": "noon"}]}
    assert request(messages=[sent]).messages == (Message("tool", (ToolResult("c", (Text("noon"),)),)),)


def test_a_function_message_of_old_is_a_tool_result_by_its_name() -> None:
    (message,) = request(messages=[{"role": "function", "name": "now", "content": "noon"}]).messages
    assert (message.role, message.blocks) == ("tool", (ToolResult("now", (Text("noon"),)),))


def test_modalities_are_those_of_the_parts() -> None:
    sound = {"type": "input_audio", "input_audio": {"data": "AAAA", "format": "mp3"}}
    paper = {"type": "file", "file": {"file_id": "file-1"}}
    assert request().modalities == {"text"}
    assert says(PICTURE, sound, paper).modalities == {"text", "image", "audio", "file"}


@given(st.lists(st.text(max_size=200), min_size=1, max_size=5))
def test_the_prompt_estimate_lies_between_a_quarter_of_a_token_and_a_token_for_each_character(texts: list[str]) -> None:
    expected = without_margin(request(messages=[{"role": "user", "content": text} for text in texts]).prompt_tokens)
    letters, overhead = sum(map(len, texts)), TOKENS_PER_MESSAGE * len(texts)
    assert letters / 4 + overhead - 1 <= expected <= letters + overhead + 1


@given(st.text(), st.text())
def test_a_longer_prompt_is_never_estimated_shorter(text: str, more: str) -> None:
    def estimate(content: str) -> int:
        return request(messages=[{"role": "user", "content": content}]).prompt_tokens

    assert estimate(text) <= estimate(text + more)


def test_an_image_counts_like_a_thousand_words_whatever_its_url() -> None:
    long = {"type": "image_url", "image_url": {"url": "data:image/png;base64," + "A" * 100_000}}
    assert says(long).prompt_tokens == says(PICTURE).prompt_tokens
    assert without_margin(says(PICTURE).prompt_tokens) == TOKENS_PER_IMAGE + TOKENS_PER_MESSAGE


def test_tools_and_their_arguments_count_for_the_prompt() -> None:
    plain = request().prompt_tokens
    assert request(tools=[TOOL]).prompt_tokens > plain
    calls = [{"id": "c", "function": {"name": "now", "arguments": "x" * 400}}]
    assert without_margin(request(messages=[{"role": "assistant", "tool_calls": calls}]).prompt_tokens) >= 100


json_values: st.SearchStrategy[Any] = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-5, 5)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(("role", "content", "type")), inner),
    max_leaves=6,
)
FIELDS = ("model", "messages", "tools", "stream", "stream_options", "max_tokens", "models", "usage", "stop", "other")


@given(st.dictionaries(st.sampled_from(FIELDS), json_values))
def test_any_json_is_parsed_or_refused(fields: dict[str, Any]) -> None:
    with suppress(InvalidRequest):
        parse(orjson.dumps(fields))


part_keys = st.sampled_from(("type", "text", "image_url", "url", "input_audio", "data", "file", "file_id", "function"))
parts: st.SearchStrategy[Any] = st.dictionaries(part_keys, json_values | st.dictionaries(part_keys, json_values))
kinds = st.sampled_from(("text", "image_url", "input_audio", "file", "other"))


@given(st.lists(parts | st.builds(lambda part, kind: {**part, "type": kind}, parts, kinds), max_size=3))
def test_any_parts_are_parsed_or_refused(content: list[Any]) -> None:
    with suppress(InvalidRequest):
        assert len(says(*content).messages[0].blocks) == len(content)

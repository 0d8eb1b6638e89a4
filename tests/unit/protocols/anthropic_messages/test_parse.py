"""Messages requests, from bytes to the hub: permissive to what is new, clear about what is wrong."""

from contextlib import suppress
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from switchboard.chat import File, Image, Message, Other, Text, Thinking, ToolCall, ToolResult
from switchboard.errors import InvalidRequest
from switchboard.protocols.anthropic_messages import AnthropicMessages, count_tokens
from switchboard.protocols.anthropic_messages.parse import parse
from switchboard.protocols.interface import Arrival
from switchboard.signatures import marked

from tests.anthropic_examples import PIXEL, messages

MARK: Any = {"type": "ephemeral"}


def blocks(*content: Any, role: str = "user") -> Any:
    return messages({"role": role, "content": list(content)}).messages[0].blocks


def refused(**fields: Any) -> InvalidRequest:
    body = {"model": "lab/one", "max_tokens": 9, "messages": [{"role": "user", "content": "x"}], **fields}
    with pytest.raises(InvalidRequest) as error:
        parse(orjson.dumps(body))
    return error.value


def test_a_plain_request() -> None:
    request = messages(stream=True)
    assert request.messages == (Message("user", (Text("hello"),)),)
    assert (request.protocol, request.model, request.stream) == ("anthropic-messages", "lab/one", True)
    assert (request.max_output, request.include_usage) == (1000, True)
    assert request.parameters == {"max_tokens": 1000}


def test_the_limit_may_be_missing() -> None:
    assert messages(max_tokens=...).max_output is None


def test_system_is_a_string_or_a_list_and_keeps_its_marks() -> None:
    assert messages(system="S").messages[0] == Message("system", (Text("S"),))
    given = [
        {"type": "text", "text": "x-anthropic-billing-header: a"},
        {"type": "text", "text": "S", "cache_control": MARK},
    ]
    assert messages(system=given).messages[0] == Message("system", (Text("S", {"cache_control": MARK}),))
    assert messages(system="").messages[0].role == "user"


def test_a_system_message_may_stand_among_the_others() -> None:
    request = messages({"role": "user", "content": "a"}, {"role": "system", "content": "S"})
    assert request.messages[1] == Message("system", (Text("S"),))


def test_text_and_pictures() -> None:
    base64 = {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": PIXEL}}
    url = {"type": "image", "source": {"type": "url", "url": "https://p.test/a.png"}, "cache_control": MARK}
    request = messages({"role": "user", "content": [base64, {"type": "text", "text": "?"}, url]})
    assert request.messages[0].blocks == (
        Image(f"data:image/png;base64,{PIXEL}"),
        Text("?"),
        Image("https://p.test/a.png", None, {"cache_control": MARK}),
    )
    assert request.modalities == {"text", "image"}


def document(source: Any, **fields: Any) -> dict[str, Any]:
    return {"type": "document", "source": source, **fields}


def test_documents_are_files_and_plain_ones_are_text() -> None:
    pdf = document({"type": "base64", "media_type": "application/pdf", "data": "JVBE"}, title="a.pdf")
    assert blocks(
        pdf, document({"type": "url", "url": "https://f.test/a.pdf"}), document({"type": "file", "file_id": "f"})
    ) == (
        File("data:application/pdf;base64,JVBE", "a.pdf"),
        File("https://f.test/a.pdf"),
        File("f"),
    )
    plain = document({"type": "text", "media_type": "text/plain", "data": "words"}, title="T", context="C")
    parts = document({"type": "content", "content": [{"type": "text", "text": "a"}, {"type": "text", "text": "b"}]})
    assert blocks(plain, parts) == (Text("T\nC\nwords"), Text("a\nb"))
    assert messages({"role": "user", "content": [plain]}).modalities == {"text"}


def test_search_results_are_text() -> None:
    found = {
        "type": "search_result",
        "source": "https://s.test",
        "title": "T",
        "content": [{"type": "text", "text": "x"}],
    }
    assert blocks(found) == (Text("T\nhttps://s.test\nx"),)


def test_thinking_loses_our_mark_and_keeps_its_maker() -> None:
    said = blocks(
        {"type": "thinking", "thinking": "hm", "signature": marked("SIG", "anthropic")},
        {"type": "thinking", "thinking": "", "signature": "THEIRS"},
        {"type": "thinking", "thinking": "shown", "signature": ""},
        {"type": "redacted_thinking", "data": marked("DATA", "anthropic")},
        role="assistant",
    )
    assert said == (
        Thinking("hm", "SIG", "anthropic"),
        Thinking("", "THEIRS", None),
        Thinking("shown"),
        Thinking("", "DATA", "anthropic", redacted=True),
    )


def test_calls_and_results() -> None:
    call = {"type": "tool_use", "id": "t", "name": "now", "input": {"b": 1, "a": 2}, "cache_control": MARK}
    assert blocks(call, role="assistant") == (ToolCall("t", "now", '{"b":1,"a":2}', {"cache_control": MARK}),)
    picture = {"type": "image", "source": {"type": "url", "url": "https://p.test"}}
    result = {
        "type": "tool_result",
        "tool_use_id": "t",
        "content": [{"type": "text", "text": "x"}, picture],
        "is_error": True,
    }
    assert blocks(result) == (ToolResult("t", (Text("x"), Image("https://p.test")), is_error=True),)
    assert blocks({"type": "tool_result", "tool_use_id": "t", "content": "x"}) == (ToolResult("t", (Text("x"),)),)
    assert blocks({"type": "tool_result", "tool_use_id": "t"}) == (ToolResult("t", ()),)


def test_what_is_new_is_carried_along_whole() -> None:
    part: Any = {"type": "server_tool_use", "id": "s", "name": "web_search", "input": {}}
    assert blocks(part, role="assistant") == (Other(part),)
    request = messages(future={"a": None})
    assert request.native["future"] == {"a": None}
    assert request.parameters["future"] == {"a": None}  # so that it is named where it cannot be sent


def test_a_wish_for_citations_is_a_parameter_that_can_be_named() -> None:
    document: Any = {"type": "document", "source": {"type": "text", "media_type": "text/plain", "data": "x"}}
    for enabled in (True, False):
        content = [{**document, "citations": {"enabled": enabled}}, {"type": "text", "text": "?"}]
        asked = messages(messages=[{"role": "user", "content": content}])
        assert ("citations" in asked.parameters) == enabled


def test_tools_are_functions_and_server_tools_stay_as_they_are() -> None:
    search = {"type": "web_search_20250305", "name": "web_search", "max_uses": 3}
    own = {"name": "now", "description": "time", "input_schema": {"type": "object"}, "cache_control": MARK}
    assert messages(tools=[own, {**own, "type": "custom", "strict": True}, search]).parameters["tools"] == [
        {
            "type": "function",
            "function": {"name": "now", "description": "time", "parameters": {"type": "object"}},
            "cache_control": MARK,
        },
        {
            "type": "function",
            "function": {"name": "now", "description": "time", "parameters": {"type": "object"}, "strict": True},
            "cache_control": MARK,
        },
        search,
    ]


@pytest.mark.parametrize(
    ("fields", "parameters"),
    [
        ({"tool_choice": {"type": "auto"}}, {"tool_choice": "auto"}),
        (
            {"tool_choice": {"type": "any", "disable_parallel_tool_use": True}},
            {"tool_choice": "required", "parallel_tool_calls": False},
        ),
        ({"tool_choice": {"type": "none"}}, {"tool_choice": "none"}),
        (
            {"tool_choice": {"type": "tool", "name": "x"}},
            {"tool_choice": {"type": "function", "function": {"name": "x"}}},
        ),
        (
            {"thinking": {"type": "enabled", "budget_tokens": 2000}},
            {"reasoning": {"enabled": True, "max_tokens": 2000}},
        ),
        ({"thinking": {"type": "adaptive"}}, {"reasoning": {"enabled": True}}),
        ({"thinking": {"type": "disabled"}}, {"reasoning": {"enabled": False}}),
        (
            {"thinking": {"type": "adaptive", "display": "omitted"}, "output_config": {"effort": "high"}},
            {"reasoning": {"effort": "high", "enabled": True, "exclude": True}},
        ),
        ({"output_config": {"effort": "low"}}, {"reasoning": {"effort": "low"}}),
        ({"stop_sequences": ["a"]}, {"stop": ["a"]}),
        ({"stop_sequences": []}, {}),
        ({"temperature": 0.5, "top_p": 0.9, "top_k": 4}, {"temperature": 0.5, "top_p": 0.9, "top_k": 4}),
        ({"metadata": {"user_id": "u"}}, {"user": "u"}),
        ({"service_tier": "standard_only"}, {"service_tier": "default"}),
        ({"tools": []}, {}),
        ({"temperature": None, "tools": None, "system": None, "thinking": None}, {}),
    ],
)
def test_parameters_get_the_hubs_names(fields: Any, parameters: Any) -> None:
    assert messages(max_tokens=..., **fields).parameters == parameters


@pytest.mark.parametrize("name", ["output_config", "output_format"])
def test_the_format_of_the_answer_is_a_schema(name: str) -> None:
    wanted: Any = {"type": "json_schema", "schema": {"type": "object"}}
    request = messages(max_tokens=..., **{name: {"format": wanted} if name == "output_config" else wanted})
    described = {"name": "response", "schema": {"type": "object"}, "strict": True}
    assert request.parameters == {"response_format": {"type": "json_schema", "json_schema": described}}


def test_the_gateways_own_fields_are_no_parameters() -> None:
    request = messages(max_tokens=..., provider={"order": ["x"]}, fallbacks=[{"model": "lab/two"}], session_id="s")
    assert request.parameters == {}
    assert request.gateway["provider"] == {"order": ["x"]}
    assert request.gateway["models"] == ["lab/two"]


def test_betas_and_version_come_from_the_headers() -> None:
    arrival = Arrival(
        orjson.dumps({"model": "m", "messages": [{"role": "user", "content": "x"}]}),
        headers={"anthropic-beta": "a, b", "anthropic-version": "2023-06-01"},
    )
    gateway = AnthropicMessages().parse(arrival).gateway
    assert gateway == {"anthropic_betas": ["a", "b"], "anthropic_version": "2023-06-01"}


@pytest.mark.parametrize(
    ("fields", "param"),
    [
        ({"model": ""}, "model"),
        ({"messages": []}, "messages"),
        ({"messages": "x"}, "messages"),
        ({"messages": ["x"]}, "messages[0]"),
        ({"messages": [{"role": "bot", "content": "x"}]}, "messages[0].role"),
        ({"messages": [{"role": "user"}]}, "messages[0].content"),
        ({"messages": [{"role": "user", "content": ["x"]}]}, "messages[0].content[0]"),
        ({"messages": [{"role": "user", "content": [{"type": "text"}]}]}, "messages[0].content[0].text"),
        ({"messages": [{"role": "user", "content": [{"type": "image"}]}]}, "messages[0].content[0].source"),
        ({"messages": [{"role": "user", "content": [{"type": "tool_result"}]}]}, "messages[0].content[0].tool_use_id"),
        (
            {"messages": [{"role": "assistant", "content": [{"type": "tool_use", "id": "t"}]}]},
            "messages[0].content[0].name",
        ),
        ({"system": 7}, "system"),
        ({"max_tokens": 0}, "max_tokens"),
        ({"temperature": "hot"}, "temperature"),
        ({"stop_sequences": "x"}, "stop_sequences"),
        ({"tools": {}}, "tools"),
        ({"tools": ["x"]}, "tools[0]"),
        ({"tools": [{"input_schema": {}}]}, "tools[0].name"),
        ({"tools": [{"name": "x", "input_schema": "y"}]}, "tools[0].input_schema"),
        ({"tool_choice": {"type": "tool"}}, "tool_choice"),
        ({"tool_choice": "auto"}, "tool_choice"),
        ({"thinking": True}, "thinking"),
        ({"fallbacks": ["x"]}, "fallbacks"),
        ({"fallbacks": [{"model": "x"}], "models": ["y"]}, "fallbacks"),
    ],
)
def test_what_is_wrong_is_refused_by_its_place(fields: Any, param: str) -> None:
    assert refused(**fields).param == param


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b'"x"', b"\xff"])
def test_what_is_no_json_object_is_refused(body: bytes) -> None:
    with pytest.raises(InvalidRequest):
        parse(body)


def test_tokens_are_counted_of_everything_that_is_sent() -> None:
    def count(**fields: Any) -> Any:
        said = {"model": "m", "messages": [{"role": "user", "content": "x" * 400}], **fields}
        return int(orjson.loads(count_tokens(orjson.dumps(said)))["input_tokens"])

    assert 100 <= count() <= 110
    assert count(system="y" * 400) >= count() + 99
    assert count(tools=[{"name": "n", "description": "z" * 400, "input_schema": {}}]) >= count() + 99


json_values: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.text(max_size=4),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(("role", "content", "type", "source", "text", "data", "url")), inner)
    ),
    max_leaves=8,
)
FIELDS = ("model", "messages", "system", "tools", "tool_choice", "thinking", "output_config", "metadata", "max_tokens")
KINDS = (
    "text",
    "image",
    "document",
    "thinking",
    "redacted_thinking",
    "tool_use",
    "tool_result",
    "search_result",
    "new",
)


@given(st.dictionaries(st.sampled_from(FIELDS), json_values))
def test_any_json_is_parsed_or_refused(fields: dict[str, Any]) -> None:
    with suppress(InvalidRequest):
        parse(orjson.dumps(fields))


@given(
    st.lists(
        st.builds(
            lambda part, kind: {**part, "type": kind},
            st.dictionaries(
                st.sampled_from(
                    ("text", "source", "content", "id", "name", "input", "tool_use_id", "thinking", "signature", "data")
                ),
                json_values,
            ),
            st.sampled_from(KINDS),
        ),
        max_size=3,
    )
)
def test_any_blocks_are_parsed_or_refused(content: list[Any]) -> None:
    with suppress(InvalidRequest):
        assert len(blocks(*content)) == len(content)

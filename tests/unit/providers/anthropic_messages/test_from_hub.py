"""Parameters of an OpenAI client as Anthropic takes them: tools, formats, reasoning, sampling, limits, cache marks."""

from typing import Any

import pytest
from switchboard.chat import ChatRequest
from switchboard.errors import Failure, UpstreamFailure
from switchboard.fitting import fitted
from switchboard.providers.anthropic_messages.words import WORDS

from tests.anthropic_examples import WEATHER, chat, endpoint, sent

JSON_TOOL = "switchboard_json_answer"
ADAPTIVE = {"reasoning_style": "adaptive"}
SCHEMA: dict[str, Any] = {"type": "object", "properties": {"a": {"type": "integer", "minimum": 1}}, "required": ["a"]}
LISTED = frozenset({"structured_outputs", "response_format", "tools", "tool_choice"})
MARK = {"type": "ephemeral"}


def as_schema(schema: Any = SCHEMA) -> dict[str, Any]:
    return {"type": "json_schema", "json_schema": {"name": "reply", "schema": schema, "strict": True}}


def body(*, facts: Any = None, listed: Any = None, **fields: Any) -> Any:
    return sent(chat(**fields), endpoint(facts=facts, supported_parameters=listed))


def test_only_what_anthropic_knows_is_sent() -> None:
    made = body(
        seed=1,
        logit_bias={},
        frequency_penalty=1,
        provider={"order": ["x"]},
        usage={"include": True},
        user="u-1",
        stream=True,
    )
    assert made == {
        "model": "claude-up",
        "max_tokens": 4096,
        "messages": [{"role": "user", "content": [{"type": "text", "text": "hello"}]}],
        "metadata": {"user_id": "u-1"},
        "stream": True,
    }


def test_more_than_one_answer_is_refused() -> None:
    with pytest.raises(UpstreamFailure) as failed:
        body(n=2)
    assert failed.value.failure is Failure.BAD_REQUEST


@pytest.mark.parametrize(
    ("fields", "offer", "limit"),
    [
        ({"max_tokens": 7}, {}, 7),
        ({"max_completion_tokens": 8}, {"max_output": 64_000}, 8),
        ({}, {}, 4096),
        ({}, {"max_output": 64_000}, 64_000),
        ({}, {"max_output": 64_000, "context": 50_000}, 49_992),
    ],
)
def test_the_output_is_always_limited_and_fits_the_context(fields: Any, offer: Any, limit: int) -> None:
    made = sent(chat(**fields), endpoint(**offer))["max_tokens"]
    assert made == limit or (limit == 49_992 and 49_900 < made < 50_000)


def test_functions_become_tools() -> None:
    made = body(tools=[{**WEATHER, "cache_control": MARK}, {"type": "function", "function": {"name": "now"}}])
    assert made["tools"] == [
        {
            "name": "get_weather",
            "input_schema": {"type": "object"},
            "description": "The weather",
            "cache_control": MARK,
        },
        {"name": "now", "input_schema": {"type": "object", "properties": {}}},
    ]
    assert "tool_choice" not in made


@pytest.mark.parametrize(
    ("fields", "choice"),
    [
        ({"tool_choice": "auto"}, {"type": "auto"}),
        ({"tool_choice": "none"}, {"type": "none"}),
        ({"tool_choice": "required"}, {"type": "any"}),
        (
            {"tool_choice": {"type": "function", "function": {"name": "get_weather"}}},
            {"type": "tool", "name": "get_weather"},
        ),
        ({"parallel_tool_calls": False}, {"type": "auto", "disable_parallel_tool_use": True}),
        (
            {"tool_choice": "required", "parallel_tool_calls": False},
            {"type": "any", "disable_parallel_tool_use": True},
        ),
        ({"tool_choice": "none", "parallel_tool_calls": False}, {"type": "none"}),
        ({"parallel_tool_calls": True}, {"type": "auto"}),
    ],
)
def test_the_choice_of_a_tool_is_translated(fields: Any, choice: Any) -> None:
    assert body(tools=[WEATHER], **fields)["tool_choice"] == choice


def test_a_choice_without_tools_is_dropped() -> None:
    assert "tool_choice" not in body(tool_choice="required")


def test_a_conversation_that_has_used_tools_names_them() -> None:
    call = {"id": "a", "type": "function", "function": {"name": "now", "arguments": "{}"}}
    said = [
        {"role": "user", "content": "?"},
        {"role": "assistant", "content": None, "tool_calls": [call]},
        {"role": "tool", "tool_call_id": "a", "content": "noon"},
    ]
    made = sent(chat(*said))
    assert made["tools"] == [{"name": "now", "input_schema": {"type": "object", "properties": {}}}]
    assert made["tool_choice"] == {"type": "none"}


def test_a_tool_of_anthropics_own_passes_and_others_are_refused() -> None:
    search = {"type": "web_search_20250305", "name": "web_search"}
    assert body(tools=[search])["tools"] == [search]
    with pytest.raises(UpstreamFailure):
        body(tools=[{"type": "openrouter:web_search"}])


def test_a_schema_goes_into_the_output_format_closed_and_without_bounds() -> None:
    made = body(response_format=as_schema(), listed=LISTED)
    assert made["output_config"] == {
        "format": {
            "type": "json_schema",
            "schema": {
                "type": "object",
                "properties": {"a": {"type": "integer"}},
                "required": ["a"],
                "additionalProperties": False,
            },
        }
    }
    assert "tools" not in made


def test_a_schema_with_a_property_named_like_a_bound_keeps_it() -> None:
    schema = {"type": "object", "properties": {"minimum": {"type": "number", "minimum": 0}}}
    made = body(response_format=as_schema(schema), listed=LISTED)["output_config"]["format"]["schema"]
    assert made["properties"] == {"minimum": {"type": "number"}}


@pytest.mark.parametrize(
    ("wanted", "listed"),
    [
        (as_schema(), None),
        ({"type": "json_object"}, LISTED),
        (as_schema({"type": "object", "additionalProperties": {"type": "string"}}), LISTED),
    ],
)
def test_else_the_answer_is_the_input_of_a_forced_tool(wanted: Any, listed: Any) -> None:
    made = body(response_format=wanted, listed=listed)
    assert [tool["name"] for tool in made["tools"]] == [JSON_TOOL]
    assert made["tool_choice"] == {"type": "tool", "name": JSON_TOOL}
    assert made["tools"][0]["input_schema"]["type"] == "object"


@pytest.mark.parametrize(
    ("choice", "names", "chosen"),
    [
        ({}, ["get_weather", JSON_TOOL], {"type": "any"}),
        ({"tool_choice": "none"}, ["get_weather", JSON_TOOL], {"type": "tool", "name": JSON_TOOL}),
        ({"tool_choice": "required"}, ["get_weather"], {"type": "any"}),
    ],
)
def test_beside_other_tools_the_answer_is_one_of_them(choice: Any, names: list[str], chosen: Any) -> None:
    made = body(response_format=as_schema(), tools=[WEATHER], **choice)
    assert [tool["name"] for tool in made["tools"]] == names
    assert made["tool_choice"] == chosen


@pytest.mark.parametrize(
    ("fields", "budget"),
    [
        ({"reasoning_effort": "low", "max_tokens": 10_000}, 2000),
        ({"reasoning_effort": "medium", "max_tokens": 10_000}, 5000),
        ({"reasoning": {"effort": "high"}, "max_tokens": 10_000}, 8000),
        ({"reasoning": {"enabled": True}, "max_tokens": 10_000}, 5000),
        ({"reasoning": {"max_tokens": 3000}, "max_tokens": 10_000}, 3000),
        ({"reasoning": {"max_tokens": 100}, "max_tokens": 10_000}, 1024),
        ({"reasoning": {"max_tokens": 50_000}, "max_tokens": 10_000}, 9500),
        ({"reasoning": {"effort": "minimal"}, "max_tokens": 2000}, 1024),
    ],
)
def test_reasoning_becomes_a_budget_below_the_limit(fields: Any, budget: int) -> None:
    assert body(**fields)["thinking"] == {"type": "enabled", "budget_tokens": budget}


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"reasoning_effort": "none"},
        {"reasoning": {"enabled": False}},
        {"reasoning_effort": "high", "max_tokens": 1000},
    ],
)
def test_without_a_wish_or_room_there_is_no_thinking(fields: Any) -> None:
    assert "thinking" not in body(**fields)


@pytest.mark.parametrize(
    ("given", "effort"),
    [("minimal", "low"), ("low", "low"), ("medium", "medium"), ("high", "high"), ("xhigh", "max"), ("max", "max")],
)
def test_newer_models_are_given_an_effort(given: str, effort: str) -> None:
    made = body(facts=ADAPTIVE, reasoning_effort=given)
    assert (made["thinking"], made["output_config"]) == ({"type": "adaptive"}, {"effort": effort})


def test_newer_models_are_told_not_to_think() -> None:
    assert body(facts=ADAPTIVE, reasoning_effort="none")["thinking"] == {"type": "disabled"}


def test_hidden_reasoning_is_not_sent_back() -> None:
    made = body(facts=ADAPTIVE, reasoning={"effort": "low", "exclude": True})
    assert made["thinking"] == {"type": "adaptive", "display": "omitted"}


def test_format_and_effort_share_the_output_config() -> None:
    made = body(facts=ADAPTIVE, reasoning_effort="low", response_format=as_schema(), listed=LISTED | {"reasoning"})
    assert set(made["output_config"]) == {"format", "effort"}


@pytest.mark.parametrize(
    "fields",
    [
        {"tools": [WEATHER], "tool_choice": "required"},
        {"tools": [WEATHER], "tool_choice": {"type": "function", "function": {"name": "get_weather"}}},
        {"response_format": {"type": "json_object"}},
    ],
)
@pytest.mark.parametrize("facts", [{}, ADAPTIVE])
def test_a_forced_tool_and_thinking_exclude_each_other(facts: Any, fields: Any) -> None:
    assert "thinking" not in body(facts=facts, reasoning_effort="high", max_tokens=9000, **fields)


@pytest.mark.parametrize(
    ("fields", "lost"),
    [
        ({"tools": [WEATHER], "tool_choice": "required"}, ("reasoning_effort",)),
        ({"response_format": {"type": "json_object"}}, ("reasoning_effort",)),
        ({"max_tokens": 1000}, ("reasoning_effort",)),
        ({"temperature": 0.3, "top_p": 0.5, "top_k": 3}, ("temperature", "top_k", "top_p")),
        ({"temperature": 1, "top_p": 0.99, "tools": [WEATHER]}, ()),
    ],
)
def test_what_excludes_thinking_or_is_excluded_by_it_is_named(fields: Any, lost: tuple[str, ...]) -> None:
    asked = chat(**{"reasoning_effort": "high", "max_tokens": 9000, **fields})
    assert fitted(asked, endpoint(), WORDS).dropped == lost


def test_a_schema_that_needs_a_tool_is_refused_to_who_wants_thinking_too() -> None:
    with pytest.raises(UpstreamFailure, match="think"):
        body(reasoning_effort="high", response_format=as_schema())
    listed = LISTED - {"structured_outputs"}
    assert "thinking" not in body(reasoning_effort="high", response_format=as_schema(), listed=listed)


def test_calls_whose_thinking_is_lost_are_answered_without() -> None:
    call = {"id": "a", "type": "function", "function": {"name": "get_weather", "arguments": "{}"}}
    asked: list[ChatRequest] = []
    detail = {"type": "reasoning.text", "text": "hm", "signature": "SIG", "format": "anthropic-claude-v1"}

    def made(facts: Any = None, **fields: Any) -> Any:
        said = [
            {"role": "user", "content": "?"},
            {"role": "assistant", "content": None, "tool_calls": [call], **fields},
            {"role": "tool", "tool_call_id": "a", "content": "rain"},
        ]
        asked.append(chat(*said, tools=[WEATHER], reasoning_effort="high", max_tokens=9000))
        return sent(asked[-1], endpoint(facts=facts))

    def lost() -> tuple[str, ...]:
        return fitted(asked[-1], endpoint(), WORDS).dropped

    assert "thinking" not in made()
    assert lost() == ("reasoning_effort",)
    assert "thinking" in made(reasoning_details=[detail])
    assert made(ADAPTIVE)["thinking"] == {"type": "adaptive"}


@pytest.mark.parametrize(
    ("fields", "facts", "sampling"),
    [
        ({"temperature": 0.3, "top_p": 0.9, "top_k": 5}, {}, {"temperature": 0.3, "top_p": 0.9, "top_k": 5}),
        ({"temperature": 1.7}, {}, {"temperature": 1}),
        ({"temperature": 0.3, "top_p": 0.9}, {"temperature_excludes_top_p": True}, {"temperature": 0.3}),
        ({"top_p": 0.9}, {"temperature_excludes_top_p": True}, {"top_p": 0.9}),
        ({"temperature": 0.3, "top_p": 0.9, "top_k": 5, "reasoning_effort": "low", "max_tokens": 9000}, {}, {}),
        ({"top_p": 0.97, "reasoning_effort": "low", "max_tokens": 9000}, {}, {"top_p": 0.97}),
    ],
)
def test_sampling_keeps_anthropics_rules(fields: Any, facts: Any, sampling: Any) -> None:
    made = body(facts=facts, **fields)
    assert {k: v for k, v in made.items() if k in ("temperature", "top_p", "top_k")} == sampling


def test_stop_sequences_are_a_list_without_blanks() -> None:
    assert body(stop="END")["stop_sequences"] == ["END"]
    assert body(stop=["a", "\n", "b"])["stop_sequences"] == ["a", "b"]
    assert "stop_sequences" not in body(stop="\n\n")


@pytest.mark.parametrize(
    ("tier", "sent_tier"), [("auto", "auto"), ("default", "standard_only"), ("priority", "auto"), ("flex", None)]
)
def test_the_service_tier_is_translated(tier: str, sent_tier: str | None) -> None:
    assert body(service_tier=tier).get("service_tier") == sent_tier


def test_parameters_that_the_endpoint_does_not_list_are_dropped() -> None:
    made = body(temperature=0.5, tools=[WEATHER], tool_choice="auto", listed=frozenset({"max_tokens"}))
    assert not {"temperature", "tools", "tool_choice"} & set(made)


def marked_text(number: int) -> dict[str, Any]:
    return {"type": "text", "text": f"{number}", "cache_control": MARK}


def test_cache_marks_stay_on_their_parts() -> None:
    said = [
        {"role": "system", "content": [marked_text(0)]},
        {"role": "user", "content": [marked_text(1), {"type": "text", "text": "x"}]},
        {"role": "assistant", "content": "y", "cache_control": MARK},
        {"role": "user", "content": "z"},
    ]
    made = sent(chat(*said))
    assert made["system"] == [marked_text(0)]
    assert made["messages"][0]["content"][0] == marked_text(1)
    assert made["messages"][1]["content"] == [{"type": "text", "text": "y", "cache_control": MARK}]


def test_of_more_than_four_marks_the_first_and_the_last_three_stay() -> None:
    made = sent(chat({"role": "user", "content": [marked_text(n) for n in range(7)]}))
    kept = [part["text"] for part in made["messages"][0]["content"] if "cache_control" in part]
    assert kept == ["0", "4", "5", "6"]


def test_a_mark_on_the_whole_request_goes_to_its_last_part() -> None:
    made = body(cache_control=MARK)
    assert made["messages"][0]["content"][0]["cache_control"] == MARK
    assert "cache_control" not in made

from typing import Any, Literal

import pytest
from switchboard.requested import (
    LEAST_BUDGET,
    NO_PARAMETERS,
    JsonFormat,
    Reasoning,
    ToolChoice,
    budget_of,
    effort_of,
    json_format_of,
    native_tools_of,
    reasoning_of,
    stop_of,
    tool_choice_of,
    tools_of,
)

from tests.examples import request

SCHEMA: Any = {"type": "object", "properties": {"city": {"type": "string"}}}


def test_functions_are_told_from_a_providers_own_tools() -> None:
    function = {"type": "function", "function": {"name": "f", "parameters": SCHEMA, "strict": True}, "x": 1}
    search = {"type": "web_search"}
    asked = request(tools=[function, search])
    (tool,) = tools_of(asked)
    assert (tool.name, tool.description, tool.parameters, tool.strict) == ("f", "", SCHEMA, True)
    assert tool.extra == {"x": 1}
    assert native_tools_of(asked) == (search,)


def test_a_function_without_parameters_takes_none() -> None:
    (tool,) = tools_of(request(tools=[{"type": "function", "function": {"name": "f"}}]))
    assert tool.parameters == NO_PARAMETERS


@pytest.mark.parametrize(
    ("fields", "choice"),
    [
        ({}, None),
        ({"tool_choice": "required"}, ToolChoice("required")),
        ({"tool_choice": {"type": "function", "function": {"name": "f"}}}, ToolChoice("named", "f")),
        ({"parallel_tool_calls": False}, ToolChoice("auto", None, False)),
        ({"tool_choice": "none", "parallel_tool_calls": True}, ToolChoice("none", None, True)),
    ],
)
def test_the_choice_of_tools_is_read(fields: dict[str, Any], choice: ToolChoice | None) -> None:
    assert tool_choice_of(request(**fields)) == choice


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        ({"type": "text"}, None),
        ({"type": "json_object"}, JsonFormat()),
        (
            {"type": "json_schema", "json_schema": {"name": "city", "schema": SCHEMA, "strict": True}},
            JsonFormat(SCHEMA, "city", True),
        ),
    ],
)
def test_the_format_of_the_answer_is_read(given: Any, wanted: JsonFormat | None) -> None:
    assert json_format_of(request(response_format=given)) == wanted


@pytest.mark.parametrize(
    ("fields", "wanted"),
    [
        ({}, None),
        ({"reasoning_effort": "low"}, Reasoning("low")),
        ({"reasoning": {"effort": "high"}, "reasoning_effort": "low"}, Reasoning("high")),
        ({"reasoning": {"max_tokens": 2000, "exclude": True}}, Reasoning(None, 2000, True)),
        ({"reasoning": {"enabled": True}}, Reasoning("medium")),
        ({"reasoning": {"enabled": False, "effort": "high"}}, Reasoning("none")),
    ],
)
def test_reasoning_is_read_from_either_dialect(fields: dict[str, Any], wanted: Reasoning | None) -> None:
    assert reasoning_of(request(**fields)) == wanted


@pytest.mark.parametrize(
    ("reasoning", "budget"),
    [
        (Reasoning("high"), 8000),
        (Reasoning("low"), 2000),
        (Reasoning("minimal"), LEAST_BUDGET),
        (Reasoning(None, 5000), 5000),
        (Reasoning(None, 10), LEAST_BUDGET),
    ],
)
def test_an_effort_becomes_a_share_of_the_output(reasoning: Reasoning, budget: int) -> None:
    assert budget_of(reasoning, 10_000) == budget


@pytest.mark.parametrize(("tokens", "effort"), [(9000, "high"), (5100, "medium"), (1800, "low"), (500, "minimal")])
def test_a_budget_becomes_the_nearest_effort(tokens: int, effort: str) -> None:
    assert effort_of(Reasoning(None, tokens), 10_000) == effort


def test_off_is_off() -> None:
    assert Reasoning("none").is_off
    assert not Reasoning("low").is_off


@pytest.mark.parametrize(("stop", "texts"), [("END", ("END",)), (["a", "b"], ("a", "b")), (None, ())])
def test_stop_is_always_a_list(stop: Any, texts: tuple[str, ...]) -> None:
    assert stop_of(request(stop=stop)) == texts


@pytest.mark.parametrize(
    ("choice", "mode"),
    [
        ({"type": "function"}, "required"),
        ({"type": "function", "function": {"name": None}}, "required"),
        ({"type": "allowed_tools", "allowed_tools": {"mode": "auto", "tools": []}}, "auto"),
        ({"type": "allowed_tools", "allowed_tools": {"mode": "required", "tools": []}}, "required"),
    ],
)
def test_a_choice_without_a_name_names_nothing(choice: Any, mode: Literal["auto", "required"]) -> None:
    assert tool_choice_of(request(tool_choice=choice)) == ToolChoice(mode)

from typing import Any

import pytest
from switchboard.providers.json_answer import JSON_TOOL, asked_by_tool, shape_misfit

from tests.examples import request

# Any: JSON that tests make up.
OWN: Any = {"type": "function", "function": {"name": "f", "parameters": {"type": "object"}}}
NAMED: Any = {"type": "function", "function": {"name": JSON_TOOL}}


def schema(**fields: Any) -> Any:
    return {"type": "json_schema", "json_schema": {"name": "city", "schema": {"type": "object", **fields}}}


def test_without_a_wish_it_is_the_same_request() -> None:
    asked = request(tools=[OWN])
    assert asked_by_tool(asked) is asked


def test_the_schema_becomes_the_input_of_the_only_tool_which_must_be_called() -> None:
    made: Any = asked_by_tool(request(response_format=schema(required=["a"]), temperature=1)).parameters
    assert made["tool_choice"] == NAMED
    [tool] = made["tools"]
    assert tool["function"]["parameters"] == {"type": "object", "required": ["a"]}
    assert "city" in tool["function"]["description"]
    assert set(made) == {"temperature", "tools", "tool_choice"}


def test_any_object_will_do_where_no_schema_is_given() -> None:
    made: Any = asked_by_tool(request(response_format={"type": "json_object"})).parameters
    [tool] = made["tools"]
    assert tool["function"]["parameters"] == {"type": "object", "additionalProperties": True}


@pytest.mark.parametrize(
    ("choice", "names", "chosen"),
    [
        ({}, ["f", JSON_TOOL], "required"),
        ({"tool_choice": "auto"}, ["f", JSON_TOOL], "required"),
        ({"tool_choice": "none"}, ["f", JSON_TOOL], NAMED),
        ({"tool_choice": "required"}, ["f"], "required"),
        ({"tool_choice": {"type": "function", "function": {"name": "f"}}}, ["f"], {**OWN, "function": {"name": "f"}}),
    ],
)
def test_beside_the_callers_own_tools_it_is_one_of_them_unless_he_wants_a_call(
    choice: Any, names: list[str], chosen: Any
) -> None:
    made: Any = asked_by_tool(request(response_format=schema(), tools=[OWN], **choice)).parameters
    assert [tool["function"]["name"] for tool in made["tools"]] == names
    assert made["tool_choice"] == chosen
    assert "response_format" not in made


@pytest.mark.parametrize(
    ("fields", "word"),
    [
        ({"response_format": schema(), "reasoning_effort": "low"}, "think"),
        ({"response_format": schema(), "reasoning": {"max_tokens": 2000}}, "think"),
        ({"response_format": schema(type="array")}, "objects"),
    ],
)
def test_what_a_forced_tool_cannot_give_is_said(fields: Any, word: str) -> None:
    assert word in str(shape_misfit(request(**fields)))


@pytest.mark.parametrize(
    "fields",
    [
        {"response_format": schema()},
        {"response_format": schema(), "reasoning_effort": "none"},
        {"response_format": {"type": "json_object"}, "reasoning_effort": "low"},
        {"reasoning_effort": "low"},
    ],
)
def test_what_it_can_give_is_no_misfit(fields: Any) -> None:
    assert shape_misfit(request(**fields)) is None

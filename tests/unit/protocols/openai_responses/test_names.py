from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from switchboard.chat import Chunk, Finish, Message, ToolCall, ToolCallDelta
from switchboard.protocols.openai_responses.names import ToolName, hub_name, names_of
from switchboard.protocols.openai_responses.parse import parse
from switchboard.protocols.openai_responses.stream import ResponseStream

from tests.recorded import RECORDINGS
from tests.responses_examples import BILL, PATCH, WEATHER, events, request, served

# Any: a JSON body.

AGENTS: dict[str, Any] = {
    "type": "namespace",
    "name": "agents",
    "description": "Sub-agents.",
    "tools": [{"type": "function", "name": "close", "parameters": {"type": "object"}, "strict": False}, PATCH],
}


def offered(asked: Any) -> list[str]:
    return [tool["function"]["name"] for tool in asked.parameters["tools"]]


def test_the_tools_of_a_namespace_are_functions_with_flat_names() -> None:
    assert offered(request(tools=[WEATHER, AGENTS])) == ["get_weather", "agents__close", "agents__apply_patch"]


def test_the_names_lead_back() -> None:
    assert names_of({"tools": [WEATHER, AGENTS, PATCH, {"type": "web_search"}, None]}) == {
        "agents__close": ToolName("close", "agents"),
        "agents__apply_patch": ToolName("apply_patch", "agents", is_custom=True),
        "apply_patch": ToolName("apply_patch", None, is_custom=True),
    }


def test_a_call_is_answered_under_its_own_name_and_namespace_and_returns_flat() -> None:
    renderer = ResponseStream(served(), request(tools=[AGENTS]))
    said = (ToolCallDelta(0, "{}", "c1", "agents__close"), Finish("tool_calls", "tool_use"))
    found = events(renderer.render([Chunk(said)]) + renderer.finish(BILL))
    (item,) = found[-1]["response"]["output"]
    assert (item["name"], item["namespace"]) == ("close", "agents")
    again = request(tools=[AGENTS], input=[item, {"type": "function_call_output", "call_id": "c1", "output": "ok"}])
    assert again.messages[0] == Message("assistant", (ToolCall("c1", "agents__close", "{}"),))


@pytest.mark.parametrize(
    "choice",
    [
        {"type": "function", "name": "close", "namespace": "agents"},
        {"type": "allowed_tools", "tools": [{"type": "function", "name": "close", "namespace": "agents"}]},
    ],
)
def test_a_choice_may_name_a_namespace(choice: Any) -> None:
    parameters: Any = request(tools=[WEATHER, AGENTS], tool_choice=choice).parameters
    if choice["type"] == "function":
        assert parameters["tool_choice"] == {"type": "function", "function": {"name": "agents__close"}}
    else:
        assert [tool["function"]["name"] for tool in parameters["tools"]] == ["agents__close"]


@given(st.text(min_size=1, max_size=80), st.text(min_size=1, max_size=80))
def test_a_flat_name_is_one_that_every_provider_takes(name: str, namespace: str) -> None:
    flat = hub_name(name, namespace)
    assert 0 < len(flat) <= 64
    assert flat.isascii()
    assert all(letter.isalnum() or letter in "_-" for letter in flat)
    assert flat == hub_name(name, namespace)


def test_long_names_stay_apart() -> None:
    assert hub_name("a" * 70, "n") != hub_name("a" * 69 + "b", "n")
    assert hub_name("a" * 70, None) == "a" * 70


def test_what_codex_sends_can_be_asked_of_any_dialect() -> None:
    """Recorded from Codex 0.169.0, its long texts cut: nothing in it is only for OpenAI's ears."""
    asked = parse((RECORDINGS / "openai-responses" / "codex-0.169-request.json").read_bytes())
    tools: Any = asked.parameters["tools"]
    assert {tool["type"] for tool in tools} == {"function"}
    assert "multi_agent_v1__spawn_agent" in offered(asked)
    assert [message.role for message in asked.messages] == ["developer", "developer", "user", "user"]
    assert "reasoning" not in asked.parameters
    assert set(asked.parameters) == {"tools", "tool_choice", "parallel_tool_calls", "prompt_cache_key"}


@pytest.mark.parametrize(
    ("search", "kept"),
    [({"external_web_access": False}, []), ({"external_web_access": True}, ["web_search"]), ({}, ["web_search"])],
)
def test_only_a_search_that_stays_at_home_is_left_out(search: Any, kept: list[str]) -> None:
    tools: Any = request(tools=[{"type": "web_search", **search}, WEATHER]).parameters["tools"]
    assert [tool["type"] for tool in tools] == [*kept, "function"]


def test_the_body_keeps_what_the_hub_leaves_out() -> None:
    native = orjson.loads((RECORDINGS / "openai-responses" / "codex-0.169-request.json").read_bytes())
    assert parse(orjson.dumps(native)).native == native

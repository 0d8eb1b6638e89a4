"""Which of the declared functions the simulated model calls."""

import json
import random
from dataclasses import dataclass

from local.simulator.json_types import Json, JsonObject
from local.simulator.prompt import Prompt
from local.simulator.schema import sample
from local.simulator.wishes import wishes_of


@dataclass(frozen=True, slots=True)
class ToolCall:
    """`arguments` is JSON text."""

    id: str
    name: str
    arguments: str


def choose_calls(body: JsonObject, prompt: Prompt, chance: random.Random) -> tuple[ToolCall, ...]:
    """The calls to make, none when the conversation does not ask for any."""
    functions = _functions(body.get("tools"))
    wishes = [wish for wish in wishes_of(prompt.last_user_text) if wish.name in functions]
    if wishes and prompt.last_role != "tool" and body.get("tool_choice") in (None, "auto"):
        return tuple(ToolCall(_new_id(chance), wish.name, json.dumps(wish.arguments)) for wish in wishes)
    names = _chosen_names(body, prompt, list(functions))
    if body.get("parallel_tool_calls") is False:
        names = names[:1]
    return tuple(
        ToolCall(_new_id(chance), name, json.dumps(sample(functions[name].get("parameters"))))
        for name in names
        if name in functions
    )


def _new_id(chance: random.Random) -> str:
    return f"call_{chance.getrandbits(96):024x}"


def _functions(tools: Json) -> dict[str, JsonObject]:
    found: dict[str, JsonObject] = {}
    for tool in tools if isinstance(tools, list) else []:
        function = tool.get("function") if isinstance(tool, dict) else None
        if isinstance(function, dict) and isinstance(function.get("name"), str):
            found[str(function["name"])] = function
    return found


def _chosen_names(body: JsonObject, prompt: Prompt, names: list[str]) -> list[str]:
    choice = body.get("tool_choice")
    if choice == "none" or prompt.last_role == "tool" or not names:
        return []
    if isinstance(choice, dict):
        function = choice.get("function")
        return [str(function.get("name"))] if isinstance(function, dict) else names[:1]
    text = prompt.last_user_text.lower()
    named = [name for name in names if name.lower() in text]
    asked = choice == "required" or "tool" in text
    return named or (names[:1] if asked else [])

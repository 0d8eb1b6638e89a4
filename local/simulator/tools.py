"""Which of the declared functions the simulated model calls."""

import json
import random
from dataclasses import dataclass

from local.simulator.prompt import Prompt
from local.simulator.schema import sample


@dataclass(frozen=True, slots=True)
class ToolCall:
    """`key` is 24 letters that every dialect makes an id of; `arguments` is JSON text."""

    key: str
    name: str
    arguments: str


def choose_calls(prompt: Prompt, chance: random.Random) -> tuple[ToolCall, ...]:
    """The calls to make, none when the conversation does not ask for any."""
    names = _chosen_names(prompt)
    if not prompt.choice.parallel:
        names = names[:1]
    return tuple(
        ToolCall(f"{chance.getrandbits(96):024x}", name, _arguments(prompt, name))
        for name in names
        if name in prompt.tools
    )


def _arguments(prompt: Prompt, name: str) -> str:
    return json.dumps(sample(prompt.tools[name]), ensure_ascii=False)


def _chosen_names(prompt: Prompt) -> list[str]:
    """By name, or by the word "tool". After results the model answers; where it must call, it calls the last one:
    what is added to force a shape on the answer stands there.
    """
    names, mode = list(prompt.tools), prompt.choice.mode
    if mode == "none" or not names:
        return []
    if mode == "named":
        return [prompt.choice.name]
    if prompt.results:
        return names[-1:] if mode == "required" else []
    text = prompt.last_user_text.lower()
    named = [name for name in names if name.lower() in text]
    return named or (names[:1] if mode == "required" or "tool" in text else [])

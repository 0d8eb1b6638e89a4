"""Which of the declared functions the simulated model calls."""

import json
import random
from dataclasses import dataclass

from local.simulator.prompt import Prompt
from local.simulator.schema import sample
from local.simulator.wishes import Wish, wishes_of


@dataclass(frozen=True, slots=True)
class ToolCall:
    """`key` is 24 letters that every dialect makes an id of; `arguments` is JSON text."""

    key: str
    name: str
    arguments: str


def choose_calls(prompt: Prompt, chance: random.Random) -> tuple[ToolCall, ...]:
    """The calls to make, none when the conversation does not ask for any."""
    wishes = _wishes(prompt)
    if not prompt.choice.parallel:
        wishes = wishes[:1]
    return tuple(
        ToolCall(f"{chance.getrandbits(96):024x}", wish.name, json.dumps(wish.arguments, ensure_ascii=False))
        for wish in wishes
        if wish.name in prompt.tools
    )


def _wishes(prompt: Prompt) -> list[Wish]:
    """The calls that the user dictates, or else those chosen, with the simplest arguments."""
    dictated = wishes_of(prompt.last_user_text)
    if dictated and prompt.choice.mode == "auto" and not prompt.results:
        return dictated
    return [Wish(name, sample(prompt.tools.get(name))) for name in _chosen_names(prompt)]


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

"""Whether the tool calls of an answer can be used: a known name, and arguments that are what their schema asks for.

Only what is cheap to see is looked at: that arguments are a JSON object with everything in it that is required.
OpenRouter publishes the same rate: https://openrouter.ai/docs/guides/routing/auto-exacto
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import orjson

from switchboard.chat import ChatRequest, ToolCallDelta
from switchboard.requested import Tool, tools_of


@dataclass(slots=True)
class Call:
    """One call as it grows."""

    name: str = ""
    pieces: list[str] = field(default_factory=list)

    def add(self, delta: ToolCallDelta) -> None:
        self.name = self.name or delta.name or ""
        self.pieces.append(delta.arguments)


def usable(calls: Iterable[Call], request: ChatRequest) -> bool | None:
    """None if nothing can be said: no call was made, or the request offered no functions to call."""
    made = list(calls)
    offered = {tool.name: tool for tool in tools_of(request)} if made else {}
    if not made or not offered:
        return None
    return all(_is_usable(call, offered) for call in made)


def _is_usable(call: Call, offered: Mapping[str, Tool]) -> bool:
    tool = offered.get(call.name)
    if tool is None:
        return False
    try:
        arguments = orjson.loads("".join(call.pieces) or "{}")  # a call without arguments may come without braces
    except orjson.JSONDecodeError:
        return False
    required = tool.parameters.get("required")
    names = required if isinstance(required, list) else []
    return isinstance(arguments, dict) and all(name in arguments for name in names)

"""The hub's messages as Anthropic's: `system` apart, user and assistant in turn, every tool result where it belongs.

Each rule below is one that Anthropic answers with status 400 when it is broken.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal, cast

import orjson

from switchboard.catalog.model import Provider
from switchboard.chat import Message, Other, Thinking, ToolCall, ToolResult
from switchboard.json_types import Json, JsonObject
from switchboard.providers.anthropic_messages.content import mark, part, thinking_part
from switchboard.providers.anthropic_messages.tool_ids import ToolIds
from switchboard.providers.told import told

PLACEHOLDER: JsonObject = {"type": "text", "text": "."}
CONTINUE: JsonObject = {"type": "text", "text": "Continue."}
NO_RESULT = "[no result]"
Speaker = Literal["user", "assistant"]


@dataclass(slots=True)
class Turn:
    role: Speaker
    parts: list[JsonObject] = field(default_factory=list)

    def as_message(self) -> JsonObject:
        return {"role": self.role, "content": cast("list[Json]", self.parts)}

    @property
    def calls(self) -> list[str]:
        return [str(made["id"]) for made in self.parts if made["type"] == "tool_use"]


@dataclass(slots=True)
class Conversation:
    """`system` has one part for each of the leading system messages' blocks."""

    system: list[JsonObject]
    turns: list[Turn]

    @property
    def has_tools(self) -> bool:
        return any(made["type"] in ("tool_use", "tool_result") for turn in self.turns for made in turn.parts)

    @property
    def tool_names(self) -> list[str]:
        named = [made["name"] for turn in self.turns for made in turn.parts if made["type"] == "tool_use"]
        return [str(name) for name in dict.fromkeys(named)]

    @property
    def messages(self) -> list[JsonObject]:
        return [turn.as_message() for turn in self.turns]


def conversation(messages: Sequence[Message], provider: Provider) -> Conversation:
    """`provider` will read it: it is given its own signatures only."""
    collected = _Collector(provider)
    for message in messages:
        collected.add(message)
    turns = collected.turns
    for before, turn in zip([Turn("user"), *turns], turns, strict=False):
        if turn.role == "user":
            turn.parts = _in_order(turn.parts, before.calls)
        else:
            _trim_thinking(turn)
    if not turns or turns[0].role != "user":
        turns.insert(0, Turn("user", [dict(PLACEHOLDER)]))
    if turns[-1].calls:
        turns.append(Turn("user", _in_order([], turns[-1].calls)))
    _strip_prefill(turns)
    return Conversation(collected.system, turns)


class _Collector:
    def __init__(self, provider: Provider) -> None:
        self.system: list[JsonObject] = []
        self.turns: list[Turn] = []
        self._provider = provider
        self._ids = ToolIds()

    def add(self, message: Message) -> None:
        parts = self._parts(message)
        mark(parts, message.extra)
        if message.role not in ("system", "developer"):
            self._append("assistant" if message.role == "assistant" else "user", parts)
        elif self.turns:  # its place is worth more than its rank: hoisted, it would also spoil the cached prefix
            self._append("user", [_as_instruction(made) for made in parts])
        else:
            self.system += parts

    def _append(self, role: Speaker, parts: list[JsonObject]) -> None:
        if not parts:
            return
        if not self.turns or self.turns[-1].role != role:
            self.turns.append(Turn(role))
        self.turns[-1].parts += parts

    def _parts(self, message: Message) -> list[JsonObject]:
        made: list[JsonObject | None] = []
        for block in message.blocks:
            match block:
                case Thinking():
                    made.append(thinking_part(block, self._provider))
                case ToolCall():
                    made.append(self._call(block))
                case ToolResult():
                    made.append(self._result(block))
                case Other(native) if message.role == "assistant":
                    made.append({"type": "text", "text": told(native)})
                case _:
                    made.append(part(block))
        return [each for each in made if each is not None]

    def _call(self, call: ToolCall) -> JsonObject:
        used = self._ids.of_call(call.id)
        made: JsonObject = {"type": "tool_use", "id": used, "name": call.name, "input": _arguments(call.arguments)}
        mark([made], call.extra)
        return made

    def _result(self, result: ToolResult) -> JsonObject:
        content: list[Json] = [shown for block in result.blocks if (shown := part(block))]
        made: JsonObject = {"type": "tool_result", "tool_use_id": self._ids.of_result(result.id)}
        if content:
            made["content"] = content
        if result.is_error:
            made["is_error"] = True
        mark([made], result.extra)
        return made


def _arguments(text: str) -> JsonObject:
    """What a model once wrote that is no JSON object is shown to it as such, instead of failing the whole request."""
    try:
        read = orjson.loads(text) if text.strip() else {}
    except orjson.JSONDecodeError:
        read = None
    return read if isinstance(read, dict) else {"_raw": text}


def _as_instruction(made: JsonObject) -> JsonObject:
    return {**made, "text": f"<system>\n{made['text']}\n</system>"} if made["type"] == "text" else made


def _in_order(parts: list[JsonObject], calls: list[str]) -> list[JsonObject]:
    """Results first, one for each call of the turn before; a result of no such call is told as text."""
    results = {made["tool_use_id"]: made for made in parts if made["type"] == "tool_result"}
    answers = [results.get(call) or _no_result(call) for call in calls]
    rest: list[JsonObject] = []
    for made in parts:
        if made["type"] != "tool_result":
            rest.append(made)
        elif made["tool_use_id"] not in calls:
            rest += cast("list[JsonObject]", made.get("content", []))
    return [*answers, *rest] or [dict(PLACEHOLDER)]


def _no_result(call: str) -> JsonObject:
    return {"type": "tool_result", "tool_use_id": call, "content": NO_RESULT, "is_error": True}


def _trim_thinking(turn: Turn) -> None:
    """A turn cannot end with thinking: then it was cut, or what followed could not be sent."""
    while turn.parts and turn.parts[-1]["type"] in ("thinking", "redacted_thinking"):
        turn.parts.pop()
    if not turn.parts:
        turn.parts.append(dict(PLACEHOLDER))


def _strip_prefill(turns: list[Turn]) -> None:
    """The beginning of an answer that the caller has written must not end in white space."""
    last = turns[-1].parts[-1]
    if turns[-1].role == "assistant" and last["type"] == "text":
        last["text"] = str(last["text"]).rstrip()

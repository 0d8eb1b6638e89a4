"""A conversation as strict dialects want it: two roles in turn, and every call answered right after it.

The system's opening words stand apart. Results come as many and in the order of the calls, before anything else that
the user says; a call whose result is lost gets one that says so, and a result that no call asked for becomes text.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Literal, cast

from switchboard.chat import Block, Message, Other, Text, ToolCall, ToolResult
from switchboard.json_types import Json, JsonObject
from switchboard.providers.told import told

PLACEHOLDER = "."
NO_RESULT = "The call was not carried out."


@dataclass(slots=True)
class Turn:
    role: Literal["user", "assistant"]
    blocks: list[Block]


def turns_of(messages: Iterable[Message]) -> tuple[list[Text], list[Turn]]:
    """The system's words and the turns. Blank texts are left out, and so are turns in which nothing is left."""
    writer = _Writer()
    for message in messages:
        if message.role in ("system", "developer"):
            writer.instruct(message)
        else:
            writer.speak(message)
    writer.settle()
    return writer.system, writer.turns


def calls_in(turns: Iterable[Turn]) -> Iterator[ToolCall]:
    return (block for turn in turns for block in turn.blocks if isinstance(block, ToolCall))


def merged(contents: Iterable[JsonObject], parts: str) -> list[JsonObject]:
    """Contents without empty ones, neighbours of the same role joined; `parts` is the field that holds their parts."""
    joined: list[JsonObject] = []
    for content in contents:
        if not content[parts]:
            continue
        if joined and joined[-1]["role"] == content["role"]:
            cast("list[Json]", joined[-1][parts]).extend(cast("list[Json]", content[parts]))
        else:
            joined.append(content)
    return joined


@dataclass(slots=True)
class _Writer:
    """`awaited` are the calls of the last turn; what comes before their results has to wait in `held`."""

    system: list[Text] = field(default_factory=list)
    turns: list[Turn] = field(default_factory=list)
    awaited: list[ToolCall] = field(default_factory=list)
    results: dict[str, ToolResult] = field(default_factory=dict)
    held: list[Block] = field(default_factory=list)

    def instruct(self, message: Message) -> None:
        """Instructions in the middle keep their place: in the user's turn, and marked as what they are."""
        texts = [block for block in message.blocks if isinstance(block, Text) and block.text.strip()]
        if self.turns:
            self._user([Text(f"<system>\n{block.text}\n</system>", block.extra) for block in texts])
        else:
            self.system += texts

    def speak(self, message: Message) -> None:
        others: list[Block] = []
        for block in message.blocks:
            if isinstance(block, ToolResult):
                others += self._unless_awaited(block)
            elif isinstance(block, Other) and message.role == "assistant":
                others.append(Text(told(block.native)))
            elif not isinstance(block, Text) or block.text.strip():
                others.append(block)
        if message.role != "assistant":
            self._user(others)
            return
        if self.results or self.held:  # otherwise it goes on calling: some dialects have a message for each call
            self.settle()
        self._add("assistant", others)
        self.awaited += [block for block in others if isinstance(block, ToolCall)]

    def settle(self) -> None:
        """The results of the last calls, then what was said meanwhile."""
        lost = (Text(NO_RESULT),)
        results = [self.results.get(call.id) or ToolResult(call.id, lost, is_error=True) for call in self.awaited]
        said, self.held = [*results, *self.held], []
        self.awaited, self.results = [], {}
        self._add("user", said)

    def _unless_awaited(self, result: ToolResult) -> tuple[Block, ...]:
        if not any(call.id == result.id for call in self.awaited):
            return result.blocks
        self.results[result.id] = result
        return ()

    def _user(self, blocks: list[Block]) -> None:
        if len(self.results) < len(self.awaited):
            self.held += blocks
        else:
            self.settle()
            self._add("user", blocks)

    def _add(self, role: Literal["user", "assistant"], blocks: list[Block]) -> None:
        if not blocks:
            return
        if self.turns and self.turns[-1].role == role:
            self.turns[-1].blocks.extend(blocks)
        else:
            self.turns.append(Turn(role, blocks))

"""A call and the reply to it, before and after any dialect: what the dialects read and write."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from local.simulator.answer import Answer
from local.simulator.json_types import Json, JsonObject
from local.simulator.pace import Provider
from local.simulator.prompt import Prompt
from local.simulator.tokens import Usage

_WORD = re.compile(r"\s*\S+\s*?|\s+")
_ARGUMENT_PIECE = 12  # characters of a tool call's arguments in one event


@dataclass(frozen=True, slots=True)
class Call:
    """One request; `model` and `streams` stand in the body or in the path, as the dialect has it."""

    provider: str
    traits: Provider
    model: str
    body: JsonObject
    streams: bool
    headers: Mapping[str, str] = field(default_factory=dict)
    query: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Reply:
    """All that a reply's bytes depend on; `key` is 28 letters that every dialect makes its ids of."""

    key: str
    created: int
    answers: Sequence[Answer]
    usage: Usage
    call: Call
    prompt: Prompt

    @property
    def answer(self) -> Answer | None:
        """The only one, in a dialect that knows no other; None where even that is missing."""
        return self.answers[0] if self.answers else None


def to_bytes(data: Json) -> bytes:
    return json.dumps(data, ensure_ascii=False, separators=(",", ":")).encode()


def pieces_of(text: str) -> list[str]:
    """Words with the space before them, about a token each; joined they are the text."""
    return _WORD.findall(text)


def argument_pieces(arguments: str) -> list[str]:
    return [arguments[at : at + _ARGUMENT_PIECE] for at in range(0, len(arguments), _ARGUMENT_PIECE)]

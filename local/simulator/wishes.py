"""What a user may tell the simulated model to do, `call NAME with {...}`: so a coding agent runs a real command."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from local.simulator.json_types import Json

_CALL = re.compile(r"\bcall (?P<name>[\w.-]+) with (?=\{)", re.IGNORECASE)
# Coding agents put notes of their own before the user's words, in tags; they speak of tools all the time.
_NOTE = re.compile(r"<(?P<tag>[a-z][a-z_-]+)>.*?</(?P=tag)>", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Wish:
    name: str
    arguments: Json


def wishes_of(text: str) -> list[Wish]:
    """The calls that a text asks for, in its order; what is not JSON after `with` is no wish."""
    return list(_wishes(text))


def own_words(text: str) -> str:
    """A user's text without what an agent wrapped around it."""
    return _NOTE.sub("", text).strip()


def _wishes(text: str) -> Iterator[Wish]:
    for found in _CALL.finditer(text):
        try:
            arguments: Any = json.JSONDecoder().raw_decode(text, found.end())[0]  # whatever the user wrote
        except ValueError:
            continue
        if isinstance(arguments, dict):
            yield Wish(found["name"], arguments)

"""What a value in a body may be: the questions that every dialect's table of fields asks."""

from collections.abc import Callable
from typing import TypeGuard

from switchboard.json_types import Json, JsonObject

# The question, and what to call the answer in `... must be <this>`.
Check = tuple[Callable[[Json], bool], str]


def is_object(value: Json) -> TypeGuard[JsonObject]:
    return isinstance(value, dict)


def is_list(value: Json) -> TypeGuard[list[Json]]:
    return isinstance(value, list)


def is_text(value: Json) -> bool:
    return isinstance(value, str)


def is_texts(value: Json) -> bool:
    return isinstance(value, list) and all(isinstance(entry, str) for entry in value)


def is_flag(value: Json) -> bool:
    return isinstance(value, bool)


def is_number(value: Json) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def is_whole(value: Json) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def is_positive(value: Json) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value > 0

"""What a value in a body may be: the questions that every dialect's table of fields asks."""

from collections.abc import Callable
from typing import TypeGuard

import orjson

from switchboard.errors import InvalidRequest
from switchboard.json_types import Json, JsonObject

# The question, and what to call the answer in `... must be <this>`.
Check = tuple[Callable[[Json], bool], str]


def json_object(body: bytes, content: str) -> JsonObject:
    """`content` says what belongs into it. Raises InvalidRequest for anything but an object."""
    try:
        native: Json = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise InvalidRequest(f"The body is not valid JSON: {error}.") from None
    if not isinstance(native, dict):
        raise InvalidRequest(f"The body must be a JSON object with {content}.")
    return native


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

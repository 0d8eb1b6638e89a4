"""What a value in a body may be: the questions that every dialect's table of fields asks."""

from collections.abc import Callable
from typing import TypeGuard

import orjson

from switchboard.errors import InvalidRequest
from switchboard.json_types import Json, JsonObject

# The question, and what to call the answer in `... must be <this>`.
Check = tuple[Callable[[Json], bool], str]


# orjson reads 1,024 levels and writes 254, and a body goes to a provider inside something else.
DEEPEST = 100


def json_object(body: bytes, content: str) -> JsonObject:
    """`content` says what belongs into it. Raises InvalidRequest for anything but an object of sane depth."""
    try:
        native: Json = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise InvalidRequest(f"The body is not valid JSON: {error}.") from None
    if not isinstance(native, dict):
        raise InvalidRequest(f"The body must be a JSON object with {content}.")
    if body.count(b"{") + body.count(b"[") > DEEPEST and _is_deep(native):
        raise InvalidRequest(f"The body is nested more than {DEEPEST} levels deep.")
    return native


def _is_deep(native: JsonObject) -> bool:
    """Level by level: recursion is what such a body is made to exhaust."""
    level: list[Json] = [native]
    for _ in range(DEEPEST):
        within = (each.values() if isinstance(each, dict) else each for each in level if isinstance(each, dict | list))
        level = [inner for values in within for inner in values if isinstance(inner, dict | list)]
        if not level:
            return False
    return True


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

"""Reading Google's JSON: names may be written generationConfig or generation_config, wrong values are named."""

import re
from collections.abc import Callable, Mapping
from typing import NamedTuple, TypeGuard

from switchboard.errors import InvalidRequest
from switchboard.json_types import Json, JsonObject

# Meant for the gateway: no provider may see them. OpenRouter's names, as on the other protocols.
GATEWAY_FIELDS = frozenset(
    {"debug", "models", "plugins", "preset", "provider", "route", "session_id", "trace", "transforms", "usage"}
)


def field(table: Mapping[str, Json], name: str) -> Json:
    """`name` is Google's camelCase one; protobuf's own spelling is read too."""
    if name in table:
        return table[name]
    return table.get(re.sub("[A-Z]", lambda capital: "_" + capital[0].lower(), name))


def is_object(value: Json) -> TypeGuard[JsonObject]:
    return isinstance(value, dict)


def objects(value: Json, where: str) -> list[JsonObject]:
    """A list of objects, or one where Google takes one for a list. Raises InvalidRequest, naming the member."""
    members = [value] if is_object(value) else value
    if members is None:
        return []
    if not isinstance(members, list):
        raise InvalidRequest(f"`{where}` must be a list of objects.", param=where)
    for index, member in enumerate(members):
        if not is_object(member):
            raise InvalidRequest(f"`{where}[{index}]` must be an object.", param=f"{where}[{index}]")
    return [member for member in members if is_object(member)]


def optional_object(table: Mapping[str, Json], name: str, where: str) -> JsonObject:
    value = field(table, name)
    if value is None:
        return {}
    if not is_object(value):
        raise InvalidRequest(f"`{where}` must be an object.", param=where)
    return value


class Check(NamedTuple):
    is_fine: Callable[[Json], bool]
    wanted: str


def _is_number(value: Json) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_whole(value: Json) -> bool:
    return not isinstance(value, bool) and (isinstance(value, int) or (isinstance(value, float) and value.is_integer()))


def _is_positive(value: Json) -> bool:
    return _is_whole(value) and isinstance(value, int | float) and value > 0


def _are_texts(value: Json) -> bool:
    return isinstance(value, list) and all(isinstance(entry, str) for entry in value)


NUMBER = Check(_is_number, "a number")
WHOLE = Check(_is_whole, "a whole number")
POSITIVE = Check(_is_positive, "a whole number above 0")
FLAG = Check(lambda value: isinstance(value, bool), "true or false")
TEXT = Check(lambda value: isinstance(value, str), "a string")
TEXTS = Check(_are_texts, "a list of strings")
OBJECT = Check(is_object, "an object")
ANYTHING = Check(lambda _: True, "anything")


def checked(table: Mapping[str, Json], name: str, check: Check, where: str) -> Json:
    """The value, None if it is not there. Raises InvalidRequest."""
    value = field(table, name)
    if value is not None and not check.is_fine(value):
        raise InvalidRequest(f"`{where}.{name}` must be {check.wanted}.", param=f"{where}.{name}")
    return value

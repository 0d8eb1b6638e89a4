"""Reads JSON of which nothing is certain: what is not there, or is something else, counts as empty."""

from switchboard.json_types import Json, JsonObject


def object_in(value: Json) -> JsonObject:
    return value if isinstance(value, dict) else {}


def objects_in(value: Json) -> list[JsonObject]:
    """The members of a list that are objects."""
    return [member for member in value if isinstance(member, dict)] if isinstance(value, list) else []

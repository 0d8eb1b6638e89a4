"""JSON Schemas in few words. What a parser checks is said here only once: its table of checks is read."""

from collections.abc import Mapping

from switchboard.json_types import Json, JsonObject
from switchboard.protocols.checks import Check

# What the tables of checks call a value, as a schema.
_BY_WORDS: Mapping[str, JsonObject] = {
    "a string": {"type": "string"},
    "true or false": {"type": "boolean"},
    "a whole number": {"type": "integer"},
    "a whole number from 0": {"type": "integer", "minimum": 0},
    "a whole number above 0": {"type": "integer", "minimum": 1},
    "a number": {"type": "number"},
    "an object": {"type": "object"},
    "a list": {"type": "array", "items": {}},
    "a list of strings": {"type": "array", "items": {"type": "string"}},
    "a string or a list of strings": {"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]},
}


def checked_fields(checks: Mapping[str, Check], words: Mapping[str, str]) -> JsonObject:
    """A property for each field that a parser checks; `words` describe them, and null is the same as absent."""
    fields: JsonObject = {}
    for name, (_, wanted) in sorted(checks.items()):
        schema = dict(_BY_WORDS.get(wanted, {}))
        if isinstance(schema.get("type"), str):
            schema["type"] = [schema["type"], "null"]
        described = words.get(name) or ("" if wanted in _BY_WORDS else f"Must be {wanted}.")
        fields[name] = {**schema, **({"description": described} if described else {})}
    return fields


def text(description: str = "", **more: Json) -> JsonObject:
    return _said("string", description, more)


def whole(description: str = "", **more: Json) -> JsonObject:
    return _said("integer", description, more)


def number(description: str = "", **more: Json) -> JsonObject:
    return _said("number", description, more)


def flag(description: str = "") -> JsonObject:
    return _said("boolean", description, {})


def listed(items: JsonObject, description: str = "", **more: Json) -> JsonObject:
    return _said("array", description, {"items": items, **more})


def table(properties: JsonObject, *, required: tuple[str, ...] = (), description: str = "") -> JsonObject:
    """Fields that are not named may come as well: an API grows."""
    needed: JsonObject = {"required": list(required)} if required else {}
    return _said("object", description, {"properties": properties, **needed})


def named(component: str) -> JsonObject:
    return {"$ref": f"#/components/schemas/{component}"}


def either(*schemas: JsonObject, description: str = "") -> JsonObject:
    return {"anyOf": list(schemas), **({"description": description} if description else {})}


def _said(kind: str, description: str, more: Mapping[str, Json]) -> JsonObject:
    return {"type": kind, **({"description": description} if description else {}), **more}

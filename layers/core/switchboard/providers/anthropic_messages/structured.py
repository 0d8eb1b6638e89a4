"""An answer in a given JSON shape by `output_config.format`; others are asked by a tool (providers/json_answer.py)."""

from collections.abc import Mapping

from switchboard.catalog.model import Endpoint
from switchboard.json_types import Json, JsonObject
from switchboard.requested import JsonFormat

# Answered with status 400 inside `output_config.format` (https://docs.anthropic.com/en/docs/build-with-claude/structured-outputs).
_BOUNDS = frozenset(
    {
        "exclusiveMaximum",
        "exclusiveMinimum",
        "maxItems",
        "maxLength",
        "maxProperties",
        "maximum",
        "minLength",
        "minProperties",
        "minimum",
        "multipleOf",
        "uniqueItems",
    }
)
_SUBSCHEMAS = ("$defs", "definitions", "properties")


def native_format(wanted: JsonFormat, endpoint: Endpoint) -> JsonObject | None:
    """The `output_config.format`; None if the endpoint or the schema needs the tool instead."""
    listed = endpoint.supported_parameters or frozenset()
    if "structured_outputs" not in listed or wanted.schema is None or _is_open(wanted.schema):
        return None
    return {"type": "json_schema", "schema": _closed(wanted.schema)}


def _is_open(schema: Json) -> bool:
    """True if an object in it may have members that the schema does not name: the strict format has no such thing."""
    if isinstance(schema, list):
        return any(_is_open(member) for member in schema)
    if not isinstance(schema, dict):
        return False
    if schema.get("additionalProperties", False) is not False:
        return True
    return any(_is_open(member) for member in schema.values())


def _closed(schema: JsonObject) -> JsonObject:
    """As the strict format wants it: every object closed, no bounds on numbers and lengths."""
    kept: JsonObject = {name: _member(name, value) for name, value in schema.items() if name not in _BOUNDS}
    if schema.get("type") == "object":
        kept["additionalProperties"] = False
    return kept


def _member(name: str, value: Json) -> Json:
    if name in _SUBSCHEMAS and isinstance(value, Mapping):
        return {key: _closed(member) if isinstance(member, dict) else member for key, member in value.items()}
    if isinstance(value, dict) and name not in ("default", "const", "enum"):
        return _closed(value)
    if isinstance(value, list) and name not in ("enum", "required", "examples"):
        return [_closed(member) if isinstance(member, dict) else member for member in value]
    return value

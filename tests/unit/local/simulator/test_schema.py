import jsonschema
import pytest

from local.simulator.json_types import Json, JsonObject
from local.simulator.schema import sample

TREE: JsonObject = {
    "$ref": "#/$defs/node",
    "$defs": {
        "node": {
            "type": "object",
            "properties": {
                "name": {"type": "string"},
                "children": {"type": "array", "items": {"$ref": "#/$defs/node"}},
            },
            "required": ["name", "children"],
            "additionalProperties": False,
        }
    },
}
LINKED: JsonObject = {
    "type": "object",
    "properties": {"next": {"anyOf": [{"$ref": "#"}, {"type": "null"}]}},
    "required": ["next"],
}
SCHEMAS: list[JsonObject] = [
    {"type": "object", "properties": {}},
    {"type": "object", "properties": {"a": {"type": "string"}, "b": {"type": "number"}, "c": {"type": "boolean"}}},
    {"type": "object", "properties": {"unit": {"enum": ["c", "f"]}, "kind": {"const": "x"}}, "required": ["kind"]},
    {"type": "array", "items": {"type": "integer", "minimum": 10, "multipleOf": 4}, "minItems": 3},
    {"type": "array", "items": {"type": "string"}, "maxItems": 0},
    {"type": ["string", "null"], "minLength": 9, "maxLength": 12},
    {"type": "string", "maxLength": 2},
    {"type": "string", "format": "date-time"},
    {"type": "number", "exclusiveMaximum": 0},
    {"type": "integer", "exclusiveMinimum": 5},
    {"oneOf": [{"type": "object", "properties": {"a": {"type": "null"}}}, {"type": "string"}]},
    {"allOf": [{"type": "object", "properties": {"a": {"type": "string"}}, "required": ["a"]}], "required": ["b"],
     "type": "object", "properties": {"b": {"type": "integer"}}},
    {"prefixItems": [{"type": "string"}, {"type": "integer"}], "type": "array", "minItems": 2},
    TREE,
    LINKED,
]  # fmt: skip


@pytest.mark.parametrize("schema", SCHEMAS)
def test_sample_satisfies_its_schema(schema: JsonObject) -> None:
    jsonschema.validate(sample(schema), schema)


def test_strings_numbers_and_enums_are_plain() -> None:
    schema: JsonObject = {"type": "object", "properties": {"a": {"type": "string"}, "n": {"type": "integer"}}}
    assert sample(schema) == {"a": "example", "n": 1}
    assert sample({"enum": ["first", "second"]}) == "first"


@pytest.mark.parametrize("schema", [None, True, {}, {"$ref": "#/nowhere"}, {"$ref": "#"}])
def test_a_schema_that_says_nothing_gives_an_empty_object(schema: Json) -> None:
    assert sample(schema) == {}

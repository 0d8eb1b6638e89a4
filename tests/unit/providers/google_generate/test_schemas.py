from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from switchboard.providers.google_generate.schemas import is_empty, openapi_subset, self_contained

# What Google's protobuf Schema has a field for: https://ai.google.dev/api/caching#Schema
ALLOWED = {
    *("type", "format", "title", "description", "nullable", "enum", "maxItems", "minItems", "properties", "required"),
    *("minProperties", "maxProperties", "minLength", "maxLength", "pattern", "example", "anyOf", "propertyOrdering"),
    *("default", "items", "minimum", "maximum"),
}
TREE: dict[str, Any] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "type": "object",
    "properties": {"root": {"$ref": "#/$defs/Node", "description": "the top"}},
    "$defs": {
        "Node": {
            "type": "object",
            "properties": {"name": {"$ref": "#/$defs/Name"}, "next": {"$ref": "#/$defs/Node"}},
        },
        "Name": {"type": "string", "maxLength": 9},
    },
}


def test_references_are_replaced_and_one_into_itself_means_anything() -> None:
    node = {"type": "object", "properties": {"name": {"type": "string", "maxLength": 9}, "next": {}}}
    assert self_contained(TREE) == {"type": "object", "properties": {"root": {**node, "description": "the top"}}}


@pytest.mark.parametrize("reference", ["#/$defs/None", "https://x.test/schema", "#/type/x"])
def test_a_reference_that_leads_nowhere_means_anything(reference: str) -> None:
    assert self_contained({"type": "object", "properties": {"a": {"$ref": reference}}})["properties"] == {"a": {}}


def test_escaped_names_are_found() -> None:
    schema: Any = {"$ref": "#/$defs/a~1b~0c", "$defs": {"a/b~c": {"type": "string"}}}
    assert self_contained(schema) == {"type": "string"}


@pytest.mark.parametrize(
    ("schema", "reduced"),
    [
        ({"type": ["string", "null"]}, {"type": "string", "nullable": True}),
        ({"type": ["string", "integer"]}, {"anyOf": [{"type": "string"}, {"type": "integer"}]}),
        ({"const": "a"}, {"type": "string", "enum": ["a"]}),
        ({"enum": [1, 2], "type": "integer"}, {"type": "integer"}),
        ({"oneOf": [{"type": "string"}, {"type": "null"}]}, {"type": "string", "nullable": True}),
        (
            {"anyOf": [{"type": "string"}, {"const": "x"}]},
            {"anyOf": [{"type": "string"}, {"type": "string", "enum": ["x"]}]},
        ),
        ({"type": "integer", "exclusiveMinimum": 3, "multipleOf": 2}, {"type": "integer", "minimum": 3}),
        ({"type": "string", "format": "uri"}, {"type": "string"}),
        ({"type": "string", "format": "date-time"}, {"type": "string", "format": "date-time"}),
        ({"type": "array"}, {"type": "array", "items": {"type": "string"}}),
        ({"type": "array", "items": {"const": "q"}}, {"type": "array", "items": {"type": "string", "enum": ["q"]}}),
        (
            {"allOf": [{"properties": {"a": {"type": "string"}}, "required": ["a"]}], "type": "object"},
            {"type": "object", "properties": {"a": {"type": "string"}}, "required": ["a"]},
        ),
        (
            {"type": "object", "properties": {"a": True}, "required": ["a", "gone"], "additionalProperties": False},
            {"type": "object", "properties": {"a": {}}, "required": ["a"]},
        ),
    ],
)
def test_what_the_subset_can_say(schema: Any, reduced: Any) -> None:
    assert openapi_subset(schema) == reduced


leaves = st.fixed_dictionaries(
    {},
    optional={
        "type": st.sampled_from(["string", "integer", ["string", "null"]]),
        "const": st.sampled_from(["a", 1]),
        "enum": st.just(["a", "b"]),
        "$comment": st.just("x"),
        "$ref": st.sampled_from(["#/$defs/Name", "#", "#/none"]),
        "uniqueItems": st.booleans(),
        "format": st.sampled_from(["uri", "int32"]),
    },
)
schemas = st.recursive(
    leaves,
    lambda inner: st.fixed_dictionaries(
        {},
        optional={
            "type": st.sampled_from(["object", "array"]),
            "properties": st.dictionaries(st.sampled_from(["a", "b"]), inner),
            "items": inner,
            "anyOf": st.lists(inner, max_size=2),
            "allOf": st.lists(inner, max_size=2),
            "patternProperties": st.dictionaries(st.just("^x"), inner),
            "additionalProperties": inner,
        },
    ),
    max_leaves=8,
)


@given(schemas)
def test_no_other_keyword_is_left_anywhere(schema: dict[str, Any]) -> None:
    def check(node: dict[str, Any]) -> None:
        assert set(node) <= ALLOWED
        for child in [*node.get("properties", {}).values(), *node.get("anyOf", [])]:
            check(child)
        if "items" in node:
            check(node["items"])

    check(openapi_subset({**schema, "$defs": TREE["$defs"]}))


@given(schemas)
def test_no_reference_is_left(schema: dict[str, Any]) -> None:
    assert "$ref" not in str(self_contained({**schema, "$defs": TREE["$defs"]}))


@pytest.mark.parametrize(
    ("schema", "empty"),
    [({}, True), ({"type": "object", "properties": {}}, True), ({"type": "object", "properties": {"a": {}}}, False)],
)
def test_a_function_without_parameters(schema: Any, empty: bool) -> None:
    assert is_empty(schema) is empty

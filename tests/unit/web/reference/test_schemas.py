import pytest
from switchboard.protocols.checks import is_flag, is_object
from switchboard.web.reference.schemas import checked_fields, either, listed, named, table, text, whole


def test_what_a_parser_checks_becomes_a_schema_in_which_null_is_as_good_as_nothing() -> None:
    fields = checked_fields({"stream": (is_flag, "true or false")}, {"stream": "In events."})
    assert fields == {"stream": {"type": ["boolean", "null"], "description": "In events."}}


def test_a_check_without_a_schema_is_described_in_its_own_words() -> None:
    assert checked_fields({"x": (is_object, "an object with wings")}, {}) == {
        "x": {"description": "Must be an object with wings."}
    }


@pytest.mark.parametrize(
    ("made", "schema"),
    [
        (text("Words.", enum=["a"]), {"type": "string", "description": "Words.", "enum": ["a"]}),
        (listed(whole(), minItems=1), {"type": "array", "items": {"type": "integer"}, "minItems": 1}),
        (table({"a": text()}, required=("a",)), {"type": "object", "properties": {"a": text()}, "required": ["a"]}),
        (either(text(), named("X")), {"anyOf": [{"type": "string"}, {"$ref": "#/components/schemas/X"}]}),
    ],
)
def test_few_words_make_a_schema(made: object, schema: object) -> None:
    assert made == schema

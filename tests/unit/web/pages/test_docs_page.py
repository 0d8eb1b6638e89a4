from typing import Any

import pytest
from fastapi import FastAPI
from switchboard.json_types import Json, JsonObject
from switchboard.web.pages.docs_page import docs_object, llms_text, type_words
from switchboard.web.reference.document import api_document

from tests.examples import catalog, endpoint, model

TOOLS = model(endpoint(supported_parameters=frozenset({"tools"})))


def shown() -> Any:
    return docs_object(api_document((FastAPI(),)), catalog(TOOLS), "https://gateway.test")


def operations() -> dict[str, Any]:
    return {f"{one['method']} {one['path']}": one for group in shown()["groups"] for one in group["operations"]}


def test_every_route_of_the_document_is_there() -> None:
    document: Any = api_document((FastAPI(),))
    assert len(operations()) == sum(len(methods) for methods in document["paths"].values())


def test_a_body_is_told_field_by_field_the_required_ones_first() -> None:
    fields = operations()["POST /api/v1/chat/completions"]["fields"]
    required = [field["required"] for field in fields]
    assert required == sorted(required, reverse=True)
    assert {"model", "messages", "stream"} <= {field["name"] for field in fields}


def test_the_quickstart_and_the_agents_name_this_gateway_and_a_model_that_it_has() -> None:
    page = shown()
    for sample in (*page["quickstart"], *page["streaming"], *page["agents"]):
        assert "https://gateway.test" in sample["code"]
        assert "lab/one" in sample["code"]


def test_a_catalog_without_a_model_for_agents_has_its_reference_all_the_same() -> None:
    page: Any = docs_object(api_document((FastAPI(),)), catalog(model(endpoint())), "https://gateway.test")
    assert (page["quickstart"], page["streaming"], page["agents"]) == ([], [], [])
    assert page["groups"]


def test_anchors_are_unique() -> None:
    anchors = [one["anchor"] for one in operations().values()]
    assert len(set(anchors)) == len(anchors)


@pytest.mark.parametrize(
    ("schema", "words"),
    [
        ({"type": "string"}, "string"),
        ({"type": ["integer", "null"]}, "integer or null"),
        ({"anyOf": [{"type": "string"}, {"type": "array"}, {"type": "string"}]}, "string or array"),
        ({"$ref": "#/x"}, "object"),
        ({}, "any"),
    ],
)
def test_a_type_is_told_in_a_word(schema: dict[str, Json], words: str) -> None:
    assert type_words(schema) == words


def test_agents_find_every_model_as_markdown() -> None:
    page: JsonObject = shown()
    text = llms_text(page, ["lab/one"])
    assert text.startswith("# Switchboard\n")
    assert "- [lab/one](https://gateway.test/models/lab/one.md)" in text

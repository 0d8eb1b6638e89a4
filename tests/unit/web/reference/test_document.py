import re
from typing import Any

import pytest
from fastapi import FastAPI
from jsonschema import Draft202012Validator
from switchboard.web.reference.document import INFERENCE, api_document
from switchboard.web.reference.replies import REPLIES
from switchboard.web.reference.requests import REQUESTS
from switchboard.web.routes import INFERENCE as ROUTES
from switchboard.web.routes import counting_at, inference_at, planning_at

# Any: a JSON document.


@pytest.fixture(scope="module")
def document() -> Any:
    app = FastAPI()

    @app.get("/api/v1/models")
    async def models(limit: int = 1) -> None: ...

    @app.get("/api/v1/key")
    async def key() -> None: ...

    return api_document((app,))


def references(tree: Any) -> set[str]:
    if isinstance(tree, dict):
        own = {tree["$ref"]} if isinstance(tree.get("$ref"), str) else set()
        return own.union(*(references(each) for each in tree.values()))
    return set().union(*(references(each) for each in tree)) if isinstance(tree, list) else set()


def test_every_reference_leads_somewhere(document: Any) -> None:
    for reference in references(document):
        place = document
        for step in reference.removeprefix("#/").split("/"):
            place = place[step]
        assert place


@pytest.mark.parametrize("name", [*REQUESTS, *REPLIES])
def test_every_schema_is_one(name: str) -> None:
    Draft202012Validator.check_schema({**REQUESTS, **REPLIES}[name])  # type: ignore[arg-type]


@pytest.mark.parametrize("route", INFERENCE, ids=lambda route: route.path)
def test_every_route_that_is_described_is_served(route: Any) -> None:
    path = re.sub(r"\{\w+\}", "x", route.path)
    assert inference_at(path) or counting_at(path) or planning_at(path)


def test_every_route_that_is_served_is_described() -> None:
    described = {route.path for route in INFERENCE}
    assert {path for path in ROUTES if path.startswith("/api/v1/")} <= described


def test_a_wrong_value_is_answered_with_an_error_and_never_with_422(document: Any) -> None:
    responses = document["paths"]["/api/v1/models"]["get"]["responses"]
    assert responses.keys() == {"200", "default"}
    assert "HTTPValidationError" not in document["components"]["schemas"]


def test_the_catalog_needs_no_key_and_all_else_does(document: Any) -> None:
    assert document["paths"]["/api/v1/models"]["get"]["security"] == []
    assert "security" not in document["paths"]["/api/v1/key"]["get"]
    assert len(document["security"]) == 3


def test_every_operation_has_an_id_of_its_own(document: Any) -> None:
    ids = [told["operationId"] for path in document["paths"].values() for told in path.values()]
    assert len(ids) == len(set(ids))

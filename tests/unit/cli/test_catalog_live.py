from collections.abc import Mapping
from typing import Any

import pytest
from switchboard.catalog.model import Catalog

from cli.catalog_live import Checked, checked, model_ids
from tests.examples import catalog, endpoint, model, provider

KEYS = {"ACME_KEY": "sk-acme"}


def known(**changes: Any) -> Catalog:
    maker = provider("acme", key_env="ACME_KEY", **changes)
    return catalog(model(endpoint("acme", provider=maker, upstream_id="one")))


def one(of: Catalog, answer: Any, variables: Mapping[str, str] = KEYS) -> tuple[Checked, list[Any]]:
    asked: list[Any] = []

    def fetch(url: str, headers: Mapping[str, str]) -> Any:
        asked.append((url, dict(headers)))
        if isinstance(answer, Exception):
            raise answer
        return answer

    (found,) = checked(of, variables, fetch)
    return found, asked


def test_what_a_provider_lists_is_there_and_what_it_does_not_is_gone() -> None:
    assert one(known(), {"data": [{"id": "one"}, {"id": "two"}]})[0] == Checked("acme", "ok", "lists 2 models")
    assert one(known(), {"data": [{"id": "two"}]})[0] == Checked("acme", "gone", "one")


@pytest.mark.parametrize(
    ("auth", "header"),
    [("bearer", {"authorization": "Bearer sk-acme"}), ("header:x-api-key", {"x-api-key": "sk-acme"})],
)
def test_it_is_asked_as_its_file_says(auth: str, header: dict[str, str]) -> None:
    _, asked = one(known(auth=auth), {"data": []})
    assert asked == [("https://acme.test/v1/models", header)]


@pytest.mark.parametrize(
    ("of", "variables"),
    [(known(), {}), (known(auth="aws-sigv4"), KEYS), (known(base_url="https://{resource}.test"), KEYS)],
)
def test_who_cannot_be_asked_is_said_not_to_be(of: Catalog, variables: Mapping[str, str]) -> None:
    found, asked = one(of, {"data": []}, variables)
    assert (found.outcome, asked) == ("not asked", [])


@pytest.mark.parametrize("answer", [OSError("refused"), {"error": "no"}, "words"])
def test_a_list_that_cannot_be_read_is_no_proof_that_anything_is_gone(answer: Any) -> None:
    found, _ = one(known(), answer)
    assert found.outcome == "not asked"
    assert "sk-acme" not in found.detail


def test_googles_list_has_names() -> None:
    assert model_ids({"models": [{"name": "models/gemini-2.5-pro"}]}) == {"gemini-2.5-pro"}

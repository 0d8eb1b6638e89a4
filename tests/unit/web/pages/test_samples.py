import ast
import json
import shlex
from typing import cast

import pytest
from switchboard.json_types import JsonObject
from switchboard.web.pages.samples import samples

from tests.examples import endpoint, model

ADDRESS = "https://gateway.test/prod"


def by_language(name: str = "lab/one", output: str = "text") -> dict[str, str]:
    shown = samples(model(endpoint(output_modalities=frozenset({output})), name=name), ADDRESS)
    return {str(cast(JsonObject, one)["language"]): str(cast(JsonObject, one)["code"]) for one in shown}


LANGUAGES = ["OpenAI-Python", "Python", "TypeScript", "OpenAI-TypeScript", "cURL"]


def test_every_language_of_the_page_is_there() -> None:
    assert list(by_language()) == [*LANGUAGES, "Anthropic-Python"]
    assert list(by_language(output="embedding")) == LANGUAGES


@pytest.mark.parametrize("language", ["OpenAI-Python", "Python", "Anthropic-Python"])
def test_the_python_is_python(language: str) -> None:
    ast.parse(by_language()[language])


def test_the_body_that_curl_sends_is_json() -> None:
    body = by_language()["cURL"].partition("-d '")[2].removesuffix("'")
    assert json.loads(body)["model"] == "lab/one"


def test_every_sample_names_the_model_and_this_gateway() -> None:
    assert all("lab/one" in code and ADDRESS in code for code in by_language().values())


@pytest.mark.parametrize("language", ["OpenAI-Python", "Python", "Anthropic-Python"])
def test_a_hostile_name_stays_inside_its_string(language: str) -> None:
    name = 'lab/"); import os; ("'
    strings = [
        node.value for node in ast.walk(ast.parse(by_language(name)[language])) if isinstance(node, ast.Constant)
    ]
    assert name in strings


def test_a_hostile_name_stays_inside_the_shells_quotes() -> None:
    words = shlex.split(by_language("lab/' ; rm x; '")["cURL"])
    assert json.loads(words[-1])["model"] == "lab/' ; rm x; '"


def test_a_model_that_embeds_is_asked_for_vectors() -> None:
    shown = by_language(output="embedding")
    assert all("embeddings" in code for code in shown.values())

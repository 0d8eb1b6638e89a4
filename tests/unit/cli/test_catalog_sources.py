import json
from decimal import Decimal
from pathlib import Path

import pytest

from cli.catalog_offers import Said, ours
from cli.catalog_sources import read_source
from cli.outcome import BadUsage
from tests.examples import catalog, endpoint, model

MODELS_DEV = {
    "openai": {"models": {"gpt-4.1": {"cost": {"input": 2, "output": 8}, "limit": {"context": 1000, "output": 50}}}},
    "odd": "not a table",
}
LITELLM = {
    "sample_spec": {"litellm_provider": "one of many", "max_tokens": "words"},
    "gpt-4.1": {"litellm_provider": "openai", "input_cost_per_token": 2e-06, "max_input_tokens": 1000},
    "together_ai/llama": {"litellm_provider": "together_ai", "output_cost_per_token": 8.8e-07},
}

GENAI = [
    {
        "id": "openai",
        "models": [
            {"id": "gpt-4.1", "match": {"starts_with": "gpt-4.1"}, "context_window": 1000, "prices": {"input_mtok": 2}}
        ],
    }
]
KNOWN = [("openai", "gpt-4.1-2025"), ("acme", "x")]


FILES = {"models_dev": "models.dev", "litellm": "litellm", "genai_prices": "genai-prices"}


def written(folder: Path, **documents: object) -> str:
    for name, document in documents.items():
        (folder / f"{FILES[name]}.json").write_text(json.dumps(document), encoding="utf-8")
    return str(folder)


def test_each_file_of_a_directory_is_read_in_its_own_form(tmp_path: Path) -> None:
    found = read_source(written(tmp_path, models_dev=MODELS_DEV, litellm=LITELLM, genai_prices=GENAI), KNOWN)
    assert found["models.dev"] == {("openai", "gpt-4.1"): Said(Decimal(2), Decimal(8), 1000, 50)}
    assert found["litellm"]["openai", "gpt-4.1"] == Said(Decimal("2"), None, 1000)
    assert found["genai-prices"] == {("openai", "gpt-4.1-2025"): Said(Decimal(2), None, 1000)}
    assert found["litellm"]["togetherai", "llama"].output == Decimal("0.88")


def test_a_directory_without_copies_says_what_belongs_there(tmp_path: Path) -> None:
    with pytest.raises(BadUsage, match=r"models\.dev\.json"):
        read_source(str(tmp_path), KNOWN)


def test_a_copy_that_is_no_json_is_named(tmp_path: Path) -> None:
    (tmp_path / "litellm.json").write_text("{", encoding="utf-8")
    with pytest.raises(BadUsage, match=r"litellm\.json"):
        read_source(str(tmp_path), KNOWN)


def test_our_own_prices_are_dollars_for_a_million_tokens() -> None:
    offers = ours(catalog(model(endpoint(context=9, max_output=5))))
    assert offers == {("acme", "upstream-one"): Said(Decimal(2), Decimal(8), 9, 5)}

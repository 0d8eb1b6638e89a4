"""The catalog files that ship: they compile, they are complete, and editors and compiler agree on their shape."""

import json
import os
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from switchboard.catalog import Catalog, load_catalog
from switchboard.catalog.compile import compile_directories, read_catalog_files
from switchboard.catalog.fields import (
    ENDPOINT,
    MODALITIES,
    MODEL,
    PROTOCOLS,
    PROVIDER,
    PROVIDER_SYNONYMS,
    STATUSES,
)
from switchboard.catalog.prices import UNITS

DATA = Path(__file__).parents[3] / "layers" / "catalog"
FILES = read_catalog_files(DATA)
SCHEMA: Any = json.loads((DATA / "schema.json").read_text(encoding="utf-8"))
GPT_41 = "openai/gpt-4.1"


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return load_catalog(compile_directories(DATA))


def test_a_model_that_only_responses_serves_is_asked_there_and_elsewhere_as_its_providers_are(catalog: Catalog) -> None:
    spoken = {one.tag: one.protocol for one in catalog.models["openai/gpt-5.3-codex"].endpoints}
    assert (spoken["openai"], spoken["azure"], spoken["openrouter"]) == (
        "openai-responses",
        "openai-responses",
        "openai-chat",
    )


def build(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(DATA / "build.py"), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, env={**os.environ, "PYTHONPATH": ""})


def test_every_endpoint_has_a_known_price(catalog: Catalog) -> None:
    assert [e.id for model in catalog.models.values() for e in model.endpoints if not e.price.is_known] == []


def test_every_endpoint_says_which_sources_its_price_has(catalog: Catalog) -> None:
    endpoints = [e for model in catalog.models.values() for e in model.endpoints]
    votes = {"all", "majority", "conflict", "single"}
    for endpoint in endpoints:
        sources: Any = endpoint.facts["sources"]
        assert sources["date"] == "2026-11-22", endpoint.id
        assert sources["agreement"] in votes, endpoint.id


def test_every_model_is_described_and_dated(catalog: Catalog) -> None:
    for model in catalog.models.values():
        assert 80 < len(model.description) < 700, model.id
        assert "\n" not in model.description, model.id
        assert model.created > 0, model.id
        assert model.context, model.id


def test_every_provider_is_used_and_names_its_key_and_an_unverified_policy(catalog: Catalog) -> None:
    used = {e.provider.id for model in catalog.models.values() for e in model.endpoints}
    assert used == set(catalog.providers)
    for provider in catalog.providers.values():
        assert provider.key_env, provider.id
        assert not provider.data_policy.verified, provider.id


def test_the_model_the_pages_are_modelled_on_is_complete(catalog: Catalog) -> None:
    model = catalog.models[GPT_41]
    openai, azure, *resold = model.endpoints
    assert (openai.tag, azure.tag) == ("openai", "azure")
    assert all(endpoint.facts["aggregator"] is True for endpoint in resold)
    assert openai.price.rates == {
        "input": 2 * 10**9,
        "output": 8 * 10**9,
        "cache_read": 5 * 10**8,
        "web_search": 25 * 10**12,
    }
    for endpoint in (openai, azure):
        assert (endpoint.context, endpoint.max_output) == (1_047_576, 32_768)
        assert len(endpoint.supported_parameters or ()) == 14
        assert endpoint.facts["protocols"] == ["openai", "anthropic"]
        assert endpoint.facts["moderation"] == "responsibility of developer"


def test_prices_are_written_as_texts() -> None:
    for name, text in FILES:
        for endpoint in tomllib.loads(text).get("endpoints", []):
            assert all(isinstance(usd, str) for usd in endpoint["price"].values()), name


@pytest.mark.parametrize(("name", "text"), FILES, ids=[name for name, _ in FILES])
class TestEveryFile:
    def test_is_named_by_its_id(self, name: str, text: str) -> None:
        document = tomllib.loads(text)
        folder, row = ("models", document["model"]) if "model" in document else ("providers", document["provider"])
        assert name == f"{folder}/{row['id']}.toml"

    def test_fits_the_schema_that_its_first_line_names(self, name: str, text: str) -> None:
        named = text.partition("\n")[0].removeprefix("#:schema ")
        assert (DATA / name).parent.joinpath(named).resolve() == DATA / "schema.json"
        errors = [error.message for error in Draft202012Validator(SCHEMA).iter_errors(tomllib.loads(text))]
        assert errors == []


class TestSchema:
    def test_is_itself_valid(self) -> None:
        Draft202012Validator.check_schema(SCHEMA)

    def test_knows_the_keys_that_the_compiler_knows(self) -> None:
        parts = SCHEMA["properties"]
        assert set(parts["provider"]["properties"]) == {*PROVIDER, *PROVIDER_SYNONYMS}
        assert set(parts["model"]["properties"]) == set(MODEL)
        assert set(parts["endpoints"]["items"]["properties"]) == set(ENDPOINT)
        assert set(SCHEMA["$defs"]["price"]["properties"]) == set(UNITS)

    def test_knows_the_words_that_the_compiler_knows(self) -> None:
        parts = SCHEMA["properties"]
        assert parts["provider"]["properties"]["protocol"]["enum"] == list(PROTOCOLS)
        assert parts["endpoints"]["items"]["properties"]["status"]["enum"] == list(STATUSES)
        assert SCHEMA["$defs"]["modalities"]["items"]["enum"] == [*MODALITIES, "pdf"]


class TestBuild:
    def test_writes_the_same_bytes_every_time_and_says_how_much(self, tmp_path: Path) -> None:
        first, second = build(str(tmp_path / "a")), build(str(tmp_path / "b"))
        path = Path("python/switchboard_catalog/catalog.json")
        assert (tmp_path / "a" / path).read_bytes() == (tmp_path / "b" / path).read_bytes()
        assert json.loads((tmp_path / "a" / path).read_text(encoding="utf-8")) == compile_directories(DATA)
        assert (tmp_path / "a" / path).with_name("__init__.py").is_file()
        assert first.stdout.startswith("100 models, 31 providers, ")
        assert (first.returncode, second.returncode, first.stderr) == (0, 0, "")

    def test_merges_the_operators_files(self, tmp_path: Path) -> None:
        (tmp_path / "mine.toml").write_text('[provider]\nid = "groq"\ndisabled = true\n', encoding="utf-8")
        done = build(str(tmp_path / "out"), "--operator", str(tmp_path))
        assert done.stdout.startswith("100 models, 30 providers, ")

    def test_prints_each_problem_on_a_line_and_no_traceback(self, tmp_path: Path) -> None:
        (tmp_path / "mine.toml").write_text('[provider]\nid = "mine"\nprotocol = "morse"\n', encoding="utf-8")
        failed = build(str(tmp_path / "out"), "--operator", str(tmp_path))
        assert failed.returncode == 1
        assert [line.partition(":")[0] for line in failed.stderr.splitlines()] == ["mine.toml", "mine.toml"]
        assert not (tmp_path / "out").exists()

"""Catalog files into the compiled document: defaults, canonical forms, the operator's word, and every complaint."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from switchboard.catalog.compile import (
    CatalogError,
    CatalogFile,
    compile_catalog,
    compile_directories,
    read_catalog_files,
)
from switchboard.catalog.fields import ENDPOINT, MODEL, PROVIDER
from switchboard.catalog.load import load_catalog

ACME = """
[provider]
id = "acme"
name = "Acme"
protocol = "openai-chat"
base_url = "https://llm.acme.test/v1"
key_env = "ACME_API_KEY"
"""
LLAMA = """
[[endpoints]]
model = "acme/llama-3.3-70b"
upstream_id = "llama33"
context = 131072
max_output = 8192
price = { input = "0.20", output = "0.40" }
"""
ONE = """
[model]
id = "lab/one"
name = "One"
"""


def compiled(*texts: str, operator: tuple[str, ...] = ()) -> Any:  # Any: tests look deep into the document
    return compile_catalog(
        [(f"{i}.toml", text) for i, text in enumerate(texts)],
        [(f"op{i}.toml", text) for i, text in enumerate(operator)],
    )


def offer(document: Any, model: str = "acme/llama-3.3-70b") -> Any:
    return document["models"][model]["endpoints"][0]


def problems(*texts: str, operator: tuple[str, ...] = ()) -> list[str]:
    with pytest.raises(CatalogError) as caught:
        compiled(*texts, operator=operator)
    assert str(caught.value) == "\n".join(caught.value.problems)
    return list(caught.value.problems)


def endpoint(lines: str) -> str:
    return f'{ACME}[[endpoints]]\nmodel = "lab/one"\nupstream_id = "one"\n{lines}'


class TestOneFile:
    def test_a_provider_and_its_new_model_need_nothing_else(self) -> None:
        assert compiled(ACME + LLAMA) == {
            "version": 1,
            "providers": {
                "acme": {
                    "auth": "bearer",
                    "name": "Acme",
                    "protocol": "openai-chat",
                    "base_url": "https://llm.acme.test/v1",
                    "key_env": "ACME_API_KEY",
                }
            },
            "models": {
                "acme/llama-3.3-70b": {
                    "name": "Llama 3.3 70b",
                    "context": 131072,
                    "max_output": 8192,
                    "endpoints": [
                        {
                            "provider": "acme",
                            "tag": "acme",
                            "upstream_id": "llama33",
                            "context": 131072,
                            "max_output": 8192,
                            "price": {"input": "0.20", "output": "0.40"},
                        }
                    ],
                }
            },
        }

    def test_a_provider_that_names_no_key_signs_in_with_none(self) -> None:
        local = ACME.replace('key_env = "ACME_API_KEY"', "") + LLAMA
        assert compiled(local)["providers"]["acme"]["auth"] == "none"

    def test_a_written_auth_is_kept(self) -> None:
        assert compiled(ACME + 'auth = "header:api-key"' + LLAMA)["providers"]["acme"]["auth"] == "header:api-key"

    def test_an_address_may_be_anywhere_the_operator_says(self) -> None:
        local = ACME.replace("https://llm.acme.test/v1", "http://127.0.0.1:9000/v1")
        assert compiled(local + LLAMA)["providers"]["acme"]["base_url"] == "http://127.0.0.1:9000/v1"

    def test_an_endpoint_in_a_model_file_is_of_that_model(self) -> None:
        document = compiled(ACME, ONE + '[[endpoints]]\nprovider = "acme"\nupstream_id = "one"')
        assert document["models"]["lab/one"]["name"] == "One"
        assert offer(document, "lab/one")["provider"] == "acme"

    def test_a_variant_becomes_part_of_the_tag(self) -> None:
        assert offer(compiled(endpoint('variant = "eu"')), "lab/one")["tag"] == "acme/eu"

    def test_a_written_tag_wins_over_the_variant(self) -> None:
        assert offer(compiled(endpoint('variant = "eu"\ntag = "acme-europe"')), "lab/one")["tag"] == "acme-europe"

    def test_a_model_without_limits_has_the_largest_of_its_endpoints(self) -> None:
        small, large = 'variant = "s"\ncontext = 10\nmax_output = 9', 'variant = "l"\ncontext = 20\nmax_output = 5'
        rows = endpoint(small) + f'\n[[endpoints]]\nmodel = "lab/one"\nupstream_id = "two"\n{large}'
        model = compiled(rows)["models"]["lab/one"]
        assert (model["context"], model["max_output"]) == (20, 9)

    def test_the_release_date_is_also_the_second_it_was_created(self) -> None:
        rows = ACME + ONE + 'release_date = 2025-04-14\n[[endpoints]]\nupstream_id = "one"'
        model = compiled(rows)["models"]["lab/one"]
        assert model["created"] == 1744588800
        assert model["facts"] == {"release_date": "2025-04-14"}

    def test_keys_the_gateway_does_not_act_on_are_facts(self) -> None:
        row = offer(compiled(endpoint('sources = { agreement = "all" }\nsla = "gold"\nsince = 2026-01-02')), "lab/one")
        assert row["facts"] == {"sources": {"agreement": "all"}, "sla": "gold", "since": "2026-01-02"}


class TestCanonicalForms:
    def test_names_from_other_catalogs_become_ours(self) -> None:
        price = "{ input = 1, output = 2, cache_write = 3, internal_reasoning = 4, web_search_per_request = 0.025 }"
        assert offer(compiled(endpoint(f"price = {price}")), "lab/one")["price"] == {
            "input": "1",
            "output": "2",
            "cache_write_5m": "3",
            "reasoning": "4",
            "web_search": "0.025",
        }

    @pytest.mark.parametrize(("written", "kept"), [("0.1", "0.1"), ("1e-5", "0.00001"), ('"0.20"', "0.20"), ("0", "0")])
    def test_a_price_is_an_exact_text_however_it_was_written(self, written: str, kept: str) -> None:
        assert offer(compiled(endpoint(f"price = {{ input = {written} }}")), "lab/one")["price"] == {"input": kept}

    def test_tiers_and_extra_prices_hold_no_floats_either(self) -> None:
        lines = (
            "price_tiers = [{ above_input_tokens = 200000, input = 2.5 }]\n"
            'price_extra = { time_of_day = [{ start = "01:00", input = 1.32 }] }'
        )
        row = offer(compiled(endpoint(lines)), "lab/one")
        assert row["price_tiers"] == [{"above_input_tokens": 200000, "input": "2.5"}]
        assert row["price_extra"] == {"time_of_day": [{"start": "01:00", "input": "1.32"}]}

    def test_pdf_input_is_called_file(self) -> None:
        assert offer(compiled(endpoint('input_modalities = ["text", "pdf"]')), "lab/one")["input_modalities"] == [
            "text",
            "file",
        ]

    def test_prompt_training_is_called_training(self) -> None:
        row = offer(compiled(endpoint("data_policy = { prompt_training = false, retention_days = 0 }")), "lab/one")
        assert row["data_policy"] == {"training": False, "retention_days": 0}


class TestOperatorFiles:
    def test_the_operator_wins_key_by_key(self) -> None:
        change = '[provider]\nid = "acme"\nbase_url = "https://proxy.test/v1"'
        provider = compiled(ACME + LLAMA, operator=(change,))["providers"]["acme"]
        assert (provider["base_url"], provider["name"]) == ("https://proxy.test/v1", "Acme")

    def test_an_endpoint_of_the_same_model_and_tag_is_changed_not_added(self) -> None:
        change = (
            '[[endpoints]]\nmodel = "acme/llama-3.3-70b"\nprovider = "acme"\nprice = { input = "0.1", output = "0.1" }'
        )
        document = compiled(ACME + LLAMA, operator=(change,))
        assert len(document["models"]["acme/llama-3.3-70b"]["endpoints"]) == 1
        assert offer(document)["price"] == {"input": "0.1", "output": "0.1"}
        assert offer(document)["upstream_id"] == "llama33"

    def test_an_endpoint_at_another_provider_is_added_after_the_shipped_ones(self) -> None:
        mine = ACME.replace("acme", "mine") + LLAMA
        endpoints = compiled(ACME + LLAMA, operator=(mine,))["models"]["acme/llama-3.3-70b"]["endpoints"]
        assert [row["tag"] for row in endpoints] == ["acme", "mine"]

    def test_a_disabled_endpoint_is_hidden(self) -> None:
        other = ACME.replace("acme", "other") + LLAMA
        hide = '[[endpoints]]\nmodel = "acme/llama-3.3-70b"\nprovider = "other"\ndisabled = true'
        endpoints = compiled(ACME + LLAMA, other, operator=(hide,))["models"]["acme/llama-3.3-70b"]["endpoints"]
        assert [row["tag"] for row in endpoints] == ["acme"]

    def test_a_disabled_model_is_hidden_with_its_endpoints(self) -> None:
        hide = '[model]\nid = "acme/llama-3.3-70b"\ndisabled = true'
        assert compiled(ACME + LLAMA, operator=(hide,))["models"] == {}

    def test_a_disabled_provider_is_hidden_with_its_endpoints_and_models_nobody_else_serves(self) -> None:
        document = compiled(ACME + LLAMA, operator=('[provider]\nid = "acme"\ndisabled = true',))
        assert (document["providers"], document["models"]) == ({}, {})

    def test_what_one_file_hides_a_later_word_of_the_operator_shows_again(self) -> None:
        hidden = ACME + "disabled = true" + LLAMA
        shown = compiled(hidden, operator=('[provider]\nid = "acme"\ndisabled = false',))
        assert "acme" in shown["providers"]


class TestProblems:
    def test_a_price_that_is_no_number_names_file_and_field_and_the_remedy(self) -> None:
        (problem,) = problems(endpoint('price = { input = "abc" }'))
        assert problem.startswith(
            '0.toml: endpoints[0].price.input: "abc" is not a decimal number of US dollars per million tokens'
        )

    @pytest.mark.parametrize("price", ['"-1"', "10001", '"NaN"', "inf", "true", '"1e-12"', '""'])
    def test_a_price_stays_between_nothing_and_ten_thousand_dollars(self, price: str) -> None:
        assert "price.input" in problems(endpoint(f"price = {{ input = {price} }}"))[0]

    @pytest.mark.parametrize(
        ("lines", "complaint"),
        [
            ("context = -1", "endpoints[0].context: -1 is not a whole number"),
            ('context = "many"', 'endpoints[0].context: "many" is not a whole number'),
            ("max_output = true", "endpoints[0].max_output: true is not a whole number"),
            ("price = { ouput = 1 }", 'endpoints[0].price.ouput: is not a unit of price; did you mean "output"'),
            ("price = { cache_write = 1, cache_write_5m = 2 }", 'means the same as "cache_write_5m"'),
            ("price = 3", "endpoints[0].price: 3 is not a table"),
            ("price_tiers = [{ input = 1 }]", "endpoints[0].price_tiers[0].above_input_tokens: is missing"),
            ("price_extra = { flex = { input = -1 } }", "endpoints[0].price_extra.flex.input: -1 is not"),
            ('supported_parameters = "tools"', 'endpoints[0].supported_parameters: "tools" is not a list'),
            ('input_modalities = ["pictures"]', 'endpoints[0].input_modalities[0]: "pictures" is not one of text'),
            ('status = "activ"', 'did you mean "active"'),
            ('data_policy = { training = "no" }', 'endpoints[0].data_policy.training: "no" is not true or false'),
            ('deprecation_date = "soon"', 'endpoints[0].deprecation_date: "soon" is not a date'),
            ("sla = nan", "endpoints[0].sla: NaN is not finite"),
            ("contxt = 5", 'endpoints[0].contxt: unknown key; did you mean "context"?'),
        ],
    )
    def test_a_wrong_value_of_an_endpoint(self, lines: str, complaint: str) -> None:
        (problem,) = problems(endpoint(lines))
        assert complaint in problem

    @pytest.mark.parametrize(
        ("old", "new", "complaint"),
        [
            ('"openai-chat"', '"openai"', 'provider.protocol: "openai" is not one of openai-chat'),
            ('"https://llm.acme.test/v1"', '"llm.acme.test"', "provider.base_url: "),
            ('"https://llm.acme.test/v1"', '"ftp://llm.acme.test"', "provider.base_url: "),
            ('"https://llm.acme.test/v1"', '"https://[oops"', "provider.base_url: "),
            ('"ACME_API_KEY"', '"sk-proj-123"', "never put the key itself here"),
            ('"acme"', '"Acme Inc"', "provider.id: "),
            ('name = "Acme"', 'auth = "basic"', 'provider.auth: "basic" is not a way to sign in'),
            ('name = "Acme"', 'headers = { x = "a\\r\\nb" }', "provider.headers.x: "),
            ('name = "Acme"', 'quirk = ["a"]', 'provider.quirk: unknown key; did you mean "quirks"?'),
        ],
    )
    def test_a_wrong_value_of_a_provider(self, old: str, new: str, complaint: str) -> None:
        assert any(complaint in problem for problem in problems(ACME.replace(old, new) + LLAMA))

    def test_every_problem_of_every_file_is_reported_at_once(self) -> None:
        first = endpoint("context = -1\nmax_output = -1")
        second = '[provider]\nid = "b"\nprotocol = "morse"\nbase_url = "b"'
        assert len(problems(first, second)) == 4

    def test_toml_that_does_not_parse_names_the_line(self) -> None:
        (problem,) = problems(ACME + "oops = = 1")
        assert problem.startswith("0.toml: line 8: not valid TOML: ")

    def test_toml_that_ends_too_early_names_the_last_line(self) -> None:
        assert problems('[provider]\nid = "acme')[0].startswith("0.toml: line 2: not valid TOML: ")

    def test_one_unreadable_file_is_not_drowned_in_complaints_about_the_others(self) -> None:
        assert len(problems("[provider", ONE + '[[endpoints]]\nprovider = "acme"\nupstream_id = "one"')) == 1

    def test_an_unknown_provider_is_answered_with_near_names(self) -> None:
        (problem,) = problems(ACME, ONE + '[[endpoints]]\nprovider = "acne"\nupstream_id = "one"')
        assert problem == (
            '1.toml: endpoints[0].provider: no file has a [provider] table with id = "acne"; did you mean "acme"?'
        )

    def test_the_same_model_and_tag_twice_asks_for_a_variant(self) -> None:
        (problem,) = problems(ACME + LLAMA + LLAMA)
        assert (
            'endpoints[1]: "acme/llama-3.3-70b@acme" is already endpoints[0] of 0.toml; add variant = "..."' in problem
        )

    def test_the_same_provider_in_two_files_of_one_set(self) -> None:
        assert 'provider.id: "acme" is already in 0.toml' in problems(ACME, ACME)[0]

    def test_an_endpoint_needs_to_know_its_model_and_provider(self) -> None:
        assert problems('[[endpoints]]\nupstream_id = "x"') == [
            "0.toml: endpoints[0].provider: is missing; write provider = ..., or add a [provider] table to this file",
            "0.toml: endpoints[0].model: is missing; write model = ..., or add a [model] table to this file",
        ]

    @pytest.mark.parametrize(
        ("text", "complaint"),
        [
            ('[provider]\nid = "a"', "provider.protocol: is missing"),
            ('[provider]\nname = "a"', "provider.id: is missing"),
            (ONE, 'model.id: "lab/one" has no endpoints'),
            (ACME + '[[endpoints]]\nmodel = "lab/one"', "endpoints[0].upstream_id: is missing"),
            ('[[endpoint]]\nmodel = "lab/one"', "endpoint: not a part of a catalog file"),
            ('[endpoints]\nmodel = "lab/one"', "write [[endpoints]] with two brackets"),
            ("provider = 1", "provider: must be one table"),
        ],
    )
    def test_what_is_missing_or_misplaced(self, text: str, complaint: str) -> None:
        assert any(complaint in problem for problem in problems(text))

    @pytest.mark.parametrize("name", ["one", "lab/one/two", "lab/one@acme", "lab/one:free", "../one", "lab/"])
    def test_a_model_id_is_author_and_slug(self, name: str) -> None:
        assert "model: " in problems(f'{ACME}[[endpoints]]\nmodel = "{name}"\nupstream_id = "x"')[0]

    def test_an_alias_that_leads_to_two_models(self) -> None:
        rows = ACME + ONE + 'aliases = ["acme/llama-3.3-70b"]\n' + LLAMA + '[[endpoints]]\nupstream_id = "one"'
        assert 'model.aliases: "acme/llama-3.3-70b" already leads to' in problems(rows)[0]


class TestDirectories:
    def test_files_are_read_from_all_folders_in_order_and_the_operator_last(self, tmp_path: Path) -> None:
        base, operator = tmp_path / "base", tmp_path / "catalog.d"
        (base / "providers").mkdir(parents=True)
        operator.mkdir()
        (base / "providers" / "acme.toml").write_text(ACME + LLAMA, encoding="utf-8")
        (base / ".hidden.toml").write_text("not toml", encoding="utf-8")
        (operator / "mine.toml").write_text('[provider]\nid = "acme"\nname = "Mine"', encoding="utf-8-sig")
        assert [name for name, _ in read_catalog_files(base, operator)] == ["providers/acme.toml", "mine.toml"]
        document: Any = compile_directories(base, operator)
        assert document["providers"]["acme"]["name"] == "Mine"

    def test_an_absent_operator_folder_is_an_empty_one(self, tmp_path: Path) -> None:
        assert compile_directories(tmp_path, tmp_path / "catalog.d")["models"] == {}

    def test_a_file_in_another_encoding_is_a_problem_with_its_name(self, tmp_path: Path) -> None:
        (tmp_path / "latin.toml").write_bytes("# é".encode("latin-1"))
        with pytest.raises(CatalogError, match=r"latin\.toml: not UTF-8"):
            read_catalog_files(tmp_path)


Offers = dict[tuple[str, str], dict[str, dict[str, Decimal]]]  # by author and slug, then by variant
words = st.text(alphabet="abcdefghijklmnopqrstuvwxyz0123456789", min_size=1, max_size=8)
prices = st.decimals(min_value=0, max_value=10_000, places=6)
offers = st.fixed_dictionaries(
    {"input": prices, "output": prices}, optional={"cache_read": prices, "web_search": prices}
)
catalogs = st.dictionaries(st.tuples(words, words), st.dictionaries(words, offers, min_size=1, max_size=3), max_size=4)
KEYS = sorted({*PROVIDER, *MODEL, *ENDPOINT, "new"})
plain_values: st.SearchStrategy[object] = st.recursive(
    st.one_of(st.booleans(), st.integers(-(2**63), 2**63 - 1), st.floats(), words),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(words, inner, max_size=3)),
    max_leaves=6,
)


def toml(value: object) -> str:
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{key} = {toml(member)}" for key, member in value.items()) + " }"
    if isinstance(value, list):
        return "[" + ", ".join(map(toml, value)) + "]"
    return json.dumps(value).replace("NaN", "nan").replace("Infinity", "inf")


@settings(deadline=None)  # a busy machine is no reason to fail
@given(catalogs)
def test_the_document_survives_json_and_loads_with_exact_prices(
    catalog: Offers,
) -> None:
    files: list[CatalogFile] = [("acme.toml", ACME)]
    for (author, slug), variants in catalog.items():
        rows = [
            f'[[endpoints]]\nprovider = "acme"\nvariant = "{name}"\nupstream_id = "x"\nprice = '
            + toml({unit: str(usd) for unit, usd in price.items()})
            for name, price in variants.items()
        ]
        files.append((f"{author}-{slug}.toml", "\n".join([f'[model]\nid = "{author}/{slug}"', *rows])))
    document = compile_catalog(files)
    again = json.loads(json.dumps(document, allow_nan=False))
    assert again == document
    loaded = load_catalog(again)
    assert set(loaded.models) == {f"{author}/{slug}" for author, slug in catalog}
    for (author, slug), variants in catalog.items():
        for row in loaded.models[f"{author}/{slug}"].endpoints:
            price = variants[row.tag.removeprefix("acme/")]
            assert row.price.is_known
            assert row.price.rates["input"] == price["input"] * 10**9
            assert row.price.rates.get("web_search", 0) == price.get("web_search", 0) * 10**15


def explained(text: str) -> list[str]:
    """What the compiler says of one file; a file it accepts must also load."""
    try:
        document = compile_catalog([("any.toml", text)])
    except CatalogError as error:
        return list(error.problems)
    load_catalog(json.loads(json.dumps(document, allow_nan=False)))
    return ["any.toml: fine"]


@settings(deadline=None)
@given(st.sampled_from(["provider", "model", "endpoint"]), st.sampled_from(KEYS), plain_values)
def test_whatever_value_a_key_has_the_files_compile_or_are_explained(where: str, key: str, value: object) -> None:
    parts = {"provider": ACME, "model": ONE, "endpoint": '[[endpoints]]\nupstream_id = "one"\n'}
    kept = "\n".join(line for line in parts[where].splitlines() if not line.startswith(f"{key} ="))
    parts[where] = f"{kept}\n{key} = {toml(value)}\n"
    said = explained("".join(parts.values()))
    assert said
    assert all(problem.startswith("any.toml: ") for problem in said)


@settings(deadline=None)
@given(st.text(max_size=40))
def test_any_text_at_all_compiles_or_is_explained(text: str) -> None:
    assert explained(text)

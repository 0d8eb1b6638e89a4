"""Catalog files into the compiled document: defaults, canonical forms, the operator's word."""

from pathlib import Path
from typing import Any

import pytest
from switchboard.catalog.compile import CatalogError, compile_directories, read_catalog_files

from tests.unit.catalog.acme import ACME, LLAMA, ONE, compiled, endpoint, offer


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
                            "price_source": "catalog:0.toml#dd98dd28",
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

    def test_who_sets_a_price_sets_all_of_it(self) -> None:
        """A shipped tier would go on billing what the operator has said is not the price."""
        shipped = (
            'price = { input = "1", output = "2" }\ndiscount = "0.5"\n'
            'price_tiers = [{ above_input_tokens = 9, input = "8" }]\n'
            'price_extra = { service_tiers = { "service_tier=flex" = { input = "0.5" } } }'
        )
        change = '[[endpoints]]\nmodel = "lab/one"\nprovider = "acme"\nprice = { input = "3", output = "4" }'
        row = offer(compiled(endpoint(shipped), operator=(change,)), "lab/one")
        assert row["price"] == {"input": "3", "output": "4"}
        assert not row.keys() & {"price_tiers", "price_extra", "discount"}
        assert row["price_source"].startswith("operator:op0.toml#")

    def test_who_sets_a_discount_keeps_the_price(self) -> None:
        change = '[[endpoints]]\nmodel = "lab/one"\nprovider = "acme"\ndiscount = 0.25'
        shipped = 'price = { input = "1", output = "2" }\nprice_tiers = [{ above_input_tokens = 9, input = "8" }]'
        row = offer(compiled(endpoint(shipped), operator=(change,)), "lab/one")
        assert (row["price"]["input"], row["price_tiers"][0]["input"], row["discount"]) == ("1", "8", "0.25")
        assert row["price_source"].startswith("operator:")

    def test_a_change_of_anything_else_leaves_the_price_where_it_stood(self) -> None:
        change = '[[endpoints]]\nmodel = "lab/one"\nprovider = "acme"\ncontext = 9'
        plain = compiled(endpoint('price = { input = "1", output = "2" }'))
        changed = compiled(endpoint('price = { input = "1", output = "2" }'), operator=(change,))
        assert offer(changed, "lab/one")["price_source"] == offer(plain, "lab/one")["price_source"]

    def test_the_mark_of_a_price_changes_with_it(self) -> None:
        marks = {
            offer(compiled(endpoint(f'price = {{ input = "{usd}", output = "2" }}')), "lab/one")["price_source"]
            for usd in ("1", "1", "1.5")
        }
        assert len(marks) == 2

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

"""Every complaint of the compiler: it names file and field, says what to write instead, and misses nothing."""

import pytest

from tests.unit.catalog.acme import ACME, LLAMA, ONE, endpoint, problems


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
            ("price_extra = 3", "endpoints[0].price_extra: 3 is not a table"),
            ('price_extra = { service_tiers = "flex" }', 'price_extra.service_tiers: "flex" is not a table'),
            ('price_extra = { service_tiers = { flex = { inptu = "1" } } }', "flex.inptu: is not a unit of price"),
            (
                'price_extra = { time_of_day = [{ start = "9 am", input = "1" }] }',
                '[0].start: "9 am" is not a time of day',
            ),
            ("discount = 1.5", "endpoints[0].discount: 1.5 is not a share"),
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

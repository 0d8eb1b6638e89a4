"""The compiled document as immutable values: exact prices, inheritance, and the unknown that stays unknown."""

from typing import Any

import pytest
from switchboard.catalog import Catalog, DataPolicy, load_catalog
from switchboard.catalog.load import nano_rates
from switchboard.catalog.model import Price, PriceWindow

Row = dict[str, Any]


def loaded(model: Row | None = None, endpoint: Row | None = None, provider: Row | None = None) -> Catalog:
    row: Row = {"provider": "acme", "upstream_id": "one", **(endpoint or {})}
    company: Row = {"protocol": "openai-chat", "base_url": "https://acme.test/v1/", **(provider or {})}
    return load_catalog(
        {"version": 1, "providers": {"acme": company}, "models": {"lab/one": {**(model or {}), "endpoints": [row]}}}
    )


def test_a_price_per_million_tokens_is_whole_nano_dollars() -> None:
    assert nano_rates({"input": "0.20", "cache_read": "0.0000005"}) == {"input": 200_000_000, "cache_read": 500}


def test_a_price_for_one_request_image_or_search_counts_a_million_of_them() -> None:
    assert nano_rates({"web_search": "0.025", "image": "1", "request": "0"}) == {
        "web_search": 25 * 10**12,
        "image": 10**15,
        "request": 0,
    }


def test_an_endpoint_is_named_by_its_model_and_tag() -> None:
    endpoint = loaded(endpoint={"tag": "acme/eu"}).models["lab/one"].endpoints[0]
    assert (endpoint.id, endpoint.tag, endpoint.provider.id) == ("lab/one@acme/eu", "acme/eu", "acme")


def test_an_alias_finds_its_model_and_a_stranger_finds_none() -> None:
    catalog = loaded(model={"aliases": ["uno"]})
    assert catalog.find("uno") is catalog.find("lab/one") is catalog.models["lab/one"]
    assert catalog.find("two") is None


def test_a_name_without_its_author_is_enough_where_no_two_authors_share_it() -> None:
    assert loaded().find("one") is not None
    row: Row = {"name": "One", "endpoints": []}
    shared = load_catalog({"providers": {}, "models": {"lab/one": row, "other/one": row, "other/two": row}})
    assert shared.find("one") is None
    assert shared.find("two") is shared.models["other/two"]


@pytest.mark.parametrize("kind", ["input_modalities", "output_modalities"])
def test_an_endpoint_has_the_modalities_of_its_model_unless_it_says_otherwise(kind: str) -> None:
    model: Row = {kind: ["text", "image"]}
    assert getattr(loaded(model).models["lab/one"].endpoints[0], kind) == {"text", "image"}
    assert getattr(loaded(model, {kind: ["text"]}).models["lab/one"].endpoints[0], kind) == {"text"}


def test_an_endpoint_has_the_limits_of_its_model_unless_it_says_otherwise() -> None:
    catalog = loaded({"context": 100, "max_output": 10}, {"max_output": 5})
    endpoint = catalog.models["lab/one"].endpoints[0]
    assert (endpoint.context, endpoint.max_output) == (100, 5)


def test_an_endpoint_has_the_data_policy_of_its_provider_unless_it_says_otherwise() -> None:
    provider: Row = {"data_policy": {"training": False, "retention_days": 30}}
    assert loaded(provider=provider).models["lab/one"].endpoints[0].data_policy == DataPolicy(False, 30, False)
    own = loaded(endpoint={"data_policy": {"retention_days": 0}}, provider=provider).models["lab/one"].endpoints[0]
    assert own.data_policy == DataPolicy(None, 0, False)


def test_what_is_absent_is_unknown_never_zero() -> None:
    endpoint = loaded().models["lab/one"].endpoints[0]
    assert (endpoint.context, endpoint.supported_parameters, endpoint.data_policy) == (None, None, DataPolicy())
    assert not endpoint.price.is_known


def test_tiers_come_in_order_of_prompt_size() -> None:
    tiers: list[Any] = [{"above_input_tokens": 9, "input": "2"}, {"above_input_tokens": 5, "input": "1"}]
    price = loaded(endpoint={"price_tiers": tiers}).models["lab/one"].endpoints[0].price
    assert [(tier.above_input_tokens, tier.rates) for tier in price.tiers] == [
        (5, {"input": 10**9}),
        (9, {"input": 2 * 10**9}),
    ]


def loaded_price(**row: Any) -> Price:
    return loaded(endpoint={"price": {"input": "1", "output": "2"}, **row}).models["lab/one"].endpoints[0].price


def test_a_service_tier_goes_by_its_own_name_however_a_file_writes_it() -> None:
    tiers = {"service_tier=flex": {"input": "0.5"}, "processing=batch": {"input": "0.4"}, "priority": {"input": "3"}}
    price = loaded_price(price_extra={"service_tiers": tiers})
    assert price.service_tiers == {
        "flex": {"input": 500_000_000},
        "batch": {"input": 400_000_000},
        "priority": {"input": 3_000_000_000},
    }


@pytest.mark.parametrize(
    ("window", "start", "end"),
    [
        ({"start": "01:00:00+00:00", "end": "04:30:00+00:00"}, 3600, 16_200),
        ({"start": "16:30"}, 59_400, 86_400),
        ({"end": "08:00"}, 0, 28_800),
    ],
)
def test_a_time_of_day_is_in_seconds_from_midnight(window: Row, start: int, end: int) -> None:
    price = loaded_price(price_extra={"time_of_day": [{**window, "input": "0.5"}]})
    assert price.windows == (PriceWindow(start, end, {"input": 500_000_000}),)


def test_a_discount_is_taken_off_every_price_and_rounded_half_up() -> None:
    price = loaded_price(
        discount="0.25",
        price_tiers=[{"above_input_tokens": 5, "input": "0.000000002"}],
        price_extra={"service_tiers": {"flex": {"input": "0.4"}}, "time_of_day": [{"input": "4"}]},
    )
    assert price.rates == {"input": 750_000_000, "output": 1_500_000_000}
    assert price.tiers[0].rates == {"input": 2}  # 1.5 nano-dollars
    assert price.service_tiers == {"flex": {"input": 300_000_000}}
    assert price.windows[0].rates == {"input": 3_000_000_000}


def test_an_address_has_no_slash_at_its_end() -> None:
    assert loaded().providers["acme"].base_url == "https://acme.test/v1"

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openai.types import Model as OpenAiModel
from switchboard.catalog.load import nano_rates
from switchboard.catalog.model import DataPolicy, Price, PriceTier
from switchboard.health.figures import NO_FIGURES, NO_RANKINGS, EndpointFigures, Rankings, Spread, Uptime
from switchboard.web.views import (
    endpoint_object,
    model_endpoints,
    model_object,
    pricing_object,
    provider_object,
    usd_per_unit,
)

from tests.examples import endpoint, model, price, provider

CHEAP = endpoint("cheap", price=price(input=1, output=9), context=1000, max_output=10)
DEAR = endpoint("dear", price=price(input=2, output=2), context=2000, supported_parameters=frozenset({"seed", "tools"}))
UNPRICED = endpoint("unpriced", price=Price({}))


def shown(figures: EndpointFigures = NO_FIGURES, **changes: Any) -> Any:
    offer = endpoint(**changes)
    return endpoint_object(model(offer), offer, figures)


def test_a_model_is_one_for_openais_readers_too() -> None:
    row = model_object(model(CHEAP, created=1_750_000_000))
    assert OpenAiModel.model_validate(row, strict=True).owned_by == "lab"


def test_a_model_costs_what_its_cheapest_endpoint_costs() -> None:
    row: Any = model_object(model(UNPRICED, DEAR, CHEAP))
    assert row["pricing"] == {"prompt": "0.000001", "completion": "0.000009"}
    assert row["top_provider"]["context_length"] == 1000
    assert row["top_provider"]["max_completion_tokens"] == 10


def test_a_model_without_a_price_costs_an_unknown_amount() -> None:
    for offers in ((UNPRICED,), ()):
        row: Any = model_object(model(*offers))
        assert row["pricing"] == {"prompt": None, "completion": None}


def test_a_model_supports_what_any_of_its_endpoints_does() -> None:
    other = endpoint("other", supported_parameters=frozenset({"top_k", "seed"}))
    row: Any = model_object(model(CHEAP, DEAR, other))
    assert row["supported_parameters"] == ["seed", "tools", "top_k"]
    assert row["providers"] == ["cheap", "dear", "other"]


def test_a_model_says_what_it_takes_and_makes() -> None:
    row: Any = model_object(model(input_modalities=("text", "image"), facts={"tokenizer": "o200k"}))
    assert row["architecture"]["modality"] == "text+image->text"
    assert row["architecture"]["tokenizer"] == "o200k"


def test_what_nobody_measured_is_null_not_perfect() -> None:
    row = shown()
    assert [row[f"uptime_last_{window}"] for window in ("5m", "30m", "1d")] == [None, None, None]
    assert (row["latency_last_30m"], row["throughput_last_30m"], row["attempts_last_1d"]) == (None, None, 0)


def test_figures_are_rounded_for_reading() -> None:
    spread = Spread(7, 100.123, 900.987, 333.3333, 300.0, 400.456, 500.0, 600.0)
    row = shown(EndpointFigures(Uptime(2, 3), Uptime(99, 100), Uptime(0, 5), spread))
    assert [row[f"uptime_last_{window}"] for window in ("5m", "30m", "1d")] == [66.67, 99.0, 0.0]
    assert row["latency_last_30m"] == {
        "p50": 300.0,
        "p75": 400.46,
        "p90": 500.0,
        "p99": 600.0,
        "min": 100.12,
        "max": 900.99,
        "avg": 333.33,
        "count": 7,
    }


@pytest.mark.parametrize(("status", "number"), [("active", 0), ("beta", -1), ("deprecated", -1)])
def test_only_an_active_endpoint_has_status_0(status: str, number: int) -> None:
    assert shown(status=status)["status"] == number


def test_a_policy_that_is_not_known_is_null() -> None:
    assert shown()["data_policy"] == {"training": None, "retention_days": None, "verified": False}
    policy = DataPolicy(training=False, retention_days=0, verified=True)
    assert shown(data_policy=policy)["data_policy"] == {"training": False, "retention_days": 0, "verified": True}


def test_caching_is_offered_where_reading_from_the_cache_has_a_price() -> None:
    assert shown()["supports_implicit_caching"] is False
    assert shown(price=price(input=1, output=1, cache_read=0.1))["supports_implicit_caching"] is True


def test_a_simulated_endpoint_is_marked() -> None:
    assert shown()["simulated"] is False
    assert shown(provider=provider(facts={"simulated": True}))["simulated"] is True


def test_every_endpoint_of_a_model_is_shown_with_its_own_figures() -> None:
    rankings = Rankings(29_000_000, {DEAR.id: replace(NO_FIGURES, uptime_1d=Uptime(9, 10))})
    view: Any = model_endpoints(model(CHEAP, DEAR), rankings, {})
    assert [row["uptime_last_1d"] for row in view["endpoints"]] == [None, 90.0]
    assert view["measured_until"] == 29_000_000 * 60
    assert model_endpoints(model(), NO_RANKINGS, {})["measured_until"] is None


def test_a_provider_says_where_it_can_be_read_about() -> None:
    row = provider_object(provider(status_page="https://s.test", docs="https://d.test", facts={"headquarters": "FR"}))
    assert (row["slug"], row["name"], row["status_page_url"], row["docs_url"]) == (
        "acme",
        "Acme",
        "https://s.test",
        "https://d.test",
    )
    assert (row["headquarters"], row["datacenters"], row["simulated"]) == ("FR", None, False)


def test_a_provider_shows_nothing_that_leads_to_its_key() -> None:
    row = provider_object(provider(key_env="ACME_API_KEY", headers={"x-secret": "s"}))
    assert not any(word in repr(row) for word in ("ACME_API_KEY", "x-secret"))


def test_prices_have_the_names_that_others_use() -> None:
    units = ("cache_read", "cache_write_5m", "cache_write_1h", "reasoning", "input_audio", "output_audio", "image")
    view = pricing_object(Price(nano_rates({"input": "2", "output": "8", **dict.fromkeys(units, "1")})))
    assert view == {
        "prompt": "0.000002",
        "completion": "0.000008",
        "input_cache_read": "0.000001",
        "input_cache_write": "0.000001",
        "input_cache_write_1h": "0.000001",
        "internal_reasoning": "0.000001",
        "audio": "0.000001",
        "audio_output": "0.000001",
        "image": "1",
    }


def test_tiers_are_overrides() -> None:
    view = pricing_object(
        Price(nano_rates({"input": "1", "output": "2"}), (PriceTier(200_000, nano_rates({"input": "2"})),))
    )
    assert view["overrides"] == [{"min_prompt_tokens": 200_000, "prompt": "0.000002"}]


@pytest.mark.parametrize(
    ("unit", "usd", "text"),
    [
        ("input", "2.00", "0.000002"),
        ("input", "0.000000001", "0.000000000000001"),
        ("input", "0", "0"),
        ("input", "1000000", "1"),
        ("input", "10000000", "10"),
        ("request", "0.005", "0.005"),
        ("web_search", "10", "10"),
    ],
)
def test_a_price_is_the_shortest_exact_decimal_for_one_unit(unit: str, usd: str, text: str) -> None:
    assert usd_per_unit(nano_rates({unit: usd})[unit]) == text


@given(st.integers(0, 10**19))
def test_a_price_in_words_is_exact_and_never_has_an_exponent(rate: int) -> None:
    text = usd_per_unit(rate)
    assert Decimal(text) * 10**15 == rate
    assert "E" not in text.upper()

from dataclasses import replace
from typing import Any

from switchboard.catalog.model import PriceTier
from switchboard.web.pricings import model_pricings, pricings_object

from tests.examples import USD_PER_MILLION, endpoint, model, price

TIERED = replace(
    price(input=1.25, output=10, web_search=10_000),
    tiers=(PriceTier(200_000, {"input": 2 * USD_PER_MILLION}),),
)


def test_a_price_without_tiers_holds_always() -> None:
    assert pricings_object(price(input=2)) == {"prompt": [{"value": 2.0, "unit": "perMTokens", "currency": "USD"}]}


def test_a_tier_splits_what_it_changes_and_what_it_leaves() -> None:
    shown: Any = pricings_object(TIERED)
    below, above = ({"unit": "kTokens", "gt": 0.0, "lte": 200.0}, {"unit": "kTokens", "gt": 200.0, "lte": None})
    assert [row["conditions"]["prompt_tokens"] for row in shown["prompt"]] == [below, above]
    assert [row["value"] for row in shown["prompt"]] == [1.25, 2.0]
    assert [row["value"] for row in shown["completion"]] == [10.0, 10.0]


def test_what_is_counted_one_by_one_says_so() -> None:
    shown: Any = pricings_object(TIERED)
    assert (shown["web_search"][0]["unit"], shown["web_search"][0]["value"]) == ("perCount", 0.01)


def test_a_model_has_the_prices_of_its_cheapest_endpoint() -> None:
    shown: Any = model_pricings(model(endpoint("a", price=price(input=3, output=3)), endpoint("b")))
    assert shown["pricings"]["prompt"][0]["value"] == 2.0
    assert model_pricings(model()) == {"pricings": {}}

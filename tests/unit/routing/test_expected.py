from dataclasses import replace

import pytest
from switchboard.catalog.model import Endpoint, Price, PriceTier, PriceWindow
from switchboard.chat import ChatRequest
from switchboard.routing.expected import USUAL_OUTPUT_TOKENS, Size, expected_price

from tests.examples import USD_PER_MILLION, endpoint, price, request

MIDNIGHT = 1_799_971_200.0
LONG = request(messages=[{"role": "user", "content": "x" * 8000}])  # 2,004 tokens


def cost(offer: Endpoint, asked: ChatRequest = LONG, cached: float = 0.0, began: float = MIDNIGHT) -> float:
    found = expected_price(offer, Size.of(asked, began), cached)
    assert found is not None
    return found


def test_the_prompt_and_the_usual_answer_count() -> None:
    offer = endpoint(price=price(input=2, output=8))
    assert cost(offer) == pytest.approx((2004 * 2 + USUAL_OUTPUT_TOKENS * 8) / 1e6, rel=0.001)


def test_a_limit_bounds_what_the_answer_is_expected_to_cost() -> None:
    offer = endpoint()
    assert cost(offer, request(max_tokens=1)) < cost(offer, request(max_tokens=400)) < cost(offer, request())
    assert cost(offer, request(max_tokens=100_000)) == cost(offer, request())


def test_an_answer_is_taken_to_be_as_long_as_this_model_s_usually_are() -> None:
    assert Size.of(request(), MIDNIGHT, 80).output == 80
    assert Size.of(request(max_tokens=20), MIDNIGHT, 80).output == 20


def test_a_request_with_tools_is_known_as_one() -> None:
    tool = {"type": "function", "function": {"name": "now"}}
    assert Size.of(request(tools=[tool]), MIDNIGHT).has_tools
    assert not Size.of(request(), MIDNIGHT).has_tools


def test_a_tier_that_the_prompt_reaches_counts() -> None:
    tiered = Price({"input": USD_PER_MILLION, "output": 0}, (PriceTier(1000, {"input": 9 * USD_PER_MILLION}),))
    assert cost(endpoint(price=tiered)) == pytest.approx(2004 * 9 / 1e6, rel=0.001)


def test_the_hour_counts() -> None:
    night = PriceWindow(0, 3600, {"input": 0})
    offer = endpoint(price=replace(price(input=1, output=0), windows=(night,)))
    assert cost(offer, began=MIDNIGHT + 60) == 0
    assert cost(offer, began=MIDNIGHT + 3600) > 0


def test_the_service_tier_counts() -> None:
    offer = endpoint(price=replace(price(input=2, output=0), service_tiers={"flex": {"input": USD_PER_MILLION}}))
    flex = replace(LONG, parameters={"service_tier": "flex"})
    assert cost(offer, flex) == pytest.approx(cost(offer) / 2)


def test_cached_tokens_cost_what_reading_them_costs_where_they_can_be_read() -> None:
    offer = endpoint(price=price(input=2, output=0, cache_read=0.2))
    assert cost(offer, cached=1000) == pytest.approx((1004 * 2 + 1000 * 0.2) / 1e6, rel=0.001)
    assert cost(offer, cached=1e9) == pytest.approx(2004 * 0.2 / 1e6, rel=0.001)
    assert cost(endpoint(price=price(input=2, output=0)), cached=1000) == pytest.approx(2004 * 2 / 1e6, rel=0.001)


def test_a_price_for_each_request_counts() -> None:
    assert cost(endpoint(price=Price({"input": 0, "output": 0, "request": 5 * 10**15}))) == 5


def test_what_has_no_price_costs_nobody_knows_what() -> None:
    assert expected_price(endpoint(price=Price({"input": 1})), Size.of(request(), MIDNIGHT)) is None

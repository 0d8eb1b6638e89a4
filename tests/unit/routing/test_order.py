import random
from dataclasses import replace

import pytest
from switchboard.catalog.model import Endpoint, Price, PriceTier
from switchboard.chat import ChatRequest, Message, Thinking
from switchboard.health.figures import NO_RANKINGS, EndpointFigures, Rankings, Uptime
from switchboard.routing.order import FEWEST_ATTEMPTS, band, expected_cost, in_order
from switchboard.routing.preferences import Preferences, preferences

from tests.examples import USD_PER_MILLION, endpoint, price, request

NOTHING = Uptime(0, 0)
CHEAP = endpoint("cheap", price=price(input=1, output=1))
DEAR = endpoint("dear", price=price(input=5, output=5))
FREE = endpoint("free", price=price(input=0, output=0))
UNPRICED = endpoint("unpriced", price=Price({}))


def measured(**uptimes: tuple[int, int]) -> Rankings:
    """Successes and attempts of the last half hour, by tag."""
    figures = {f"lab/one@{tag}": EndpointFigures(NOTHING, Uptime(*counts), NOTHING) for tag, counts in uptimes.items()}
    return Rankings(1, figures)


def tags(*offers: Endpoint, rankings: Rankings = NO_RANKINGS, asked: ChatRequest | None = None) -> list[str]:
    asked = asked or request()
    return [offer.tag for offer in in_order(list(offers), asked, preferences(asked), rankings)]


def test_the_cheapest_goes_first() -> None:
    assert tags(DEAR, CHEAP, FREE) == ["free", "cheap", "dear"]


def test_an_endpoint_without_a_price_goes_last() -> None:
    assert tags(UNPRICED, DEAR) == ["dear", "unpriced"]


@pytest.mark.parametrize(
    ("successes", "attempts", "expected"),
    [
        (100, 100, 0),
        (95, 100, 0),
        (94, 100, 1),
        (80, 100, 1),
        (79, 100, 2),
        (0, 100, 2),
        (0, FEWEST_ATTEMPTS, 2),
        (0, FEWEST_ATTEMPTS - 1, 0),
        (0, 0, 0),
    ],
)
def test_the_band_follows_the_uptime_once_there_are_enough_attempts(
    successes: int, attempts: int, expected: int
) -> None:
    assert band(CHEAP, measured(cheap=(successes, attempts))) == expected


def test_an_endpoint_that_nobody_has_measured_counts_as_normal() -> None:
    assert band(CHEAP, NO_RANKINGS) == 0


def test_uptime_goes_before_the_price() -> None:
    assert tags(CHEAP, DEAR, FREE, rankings=measured(free=(0, 50), cheap=(90, 100))) == ["dear", "cheap", "free"]


def test_who_sorts_by_price_gets_the_cheapest_whatever_its_uptime() -> None:
    asked = request(provider={"sort": "price"})
    assert tags(CHEAP, FREE, rankings=measured(free=(0, 50)), asked=asked) == ["free", "cheap"]


def test_those_that_the_caller_lists_go_first_in_his_order() -> None:
    asked = request(provider={"order": ["dear", "cheap"]})
    assert tags(FREE, CHEAP, DEAR, asked=asked) == ["dear", "cheap", "free"]


def test_variants_of_one_listed_provider_are_ordered_like_any_others() -> None:
    east, west = (
        endpoint("acme/east", price=price(input=2, output=2)),
        endpoint("acme/west", price=price(input=1, output=1)),
    )
    asked = request(provider={"order": ["acme"]})
    assert tags(FREE, east, west, asked=asked) == ["acme/west", "acme/east", "free"]


def test_the_order_does_not_depend_on_how_the_catalog_lists_them() -> None:
    offers = [endpoint(name) for name in ("a", "b", "c", "d")] + [CHEAP, DEAR, UNPRICED]
    expected = tags(*offers)
    for seed in range(20):
        random.Random(seed).shuffle(offers)
        assert tags(*offers) == expected


def test_the_cost_is_that_of_this_request() -> None:
    long_answer = endpoint("out", price=price(input=1, output=9))
    long_prompt = endpoint("in", price=price(input=3, output=1))
    chatty = request(messages=[{"role": "user", "content": "x" * 40_000}], max_tokens=1)
    assert tags(long_answer, long_prompt) == ["in", "out"]
    assert tags(long_answer, long_prompt, asked=chatty) == ["out", "in"]


def test_a_tier_that_the_prompt_reaches_counts() -> None:
    tiered = Price({"input": USD_PER_MILLION, "output": 0}, (PriceTier(1000, {"input": 9 * USD_PER_MILLION}),))
    asked = request(messages=[{"role": "user", "content": "x" * 8000}])
    assert expected_cost(endpoint(price=tiered), asked) == pytest.approx(2004 * 9 * USD_PER_MILLION, rel=0.01)


def test_a_price_for_each_request_counts() -> None:
    per_request = Price({"input": 0, "output": 0, "request": 5})
    assert expected_cost(endpoint(price=per_request), request()) == 5


def test_a_limit_bounds_what_the_answer_is_expected_to_cost() -> None:
    assert expected_cost(CHEAP, request(max_tokens=1)) < expected_cost(CHEAP, request(max_tokens=400))
    assert expected_cost(CHEAP, request(max_tokens=100_000)) == expected_cost(CHEAP, request())


def test_whoever_signed_the_thoughts_is_asked_again_whatever_it_costs() -> None:
    signed = Message("assistant", (Thinking("hm", "sealed", "dear"),))
    asked = replace(request(), messages=(*request().messages, signed))
    cheap = endpoint("cheap", price=price(input=1, output=1))
    dear = endpoint("dear", price=price(input=9, output=9))
    assert in_order([cheap, dear], asked, Preferences(), NO_RANKINGS) == (dear, cheap)
    assert in_order([cheap, dear], request(), Preferences(), NO_RANKINGS) == (cheap, dear)

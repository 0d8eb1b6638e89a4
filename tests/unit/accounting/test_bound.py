"""What is held bounds what is billed, and no more is held than there is."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from switchboard.accounting.bound import PromptRatios, ceiling, in_full, within
from switchboard.accounting.estimate import without_margin
from switchboard.accounting.price import bill
from switchboard.catalog.model import Endpoint, Price, PriceTier
from switchboard.chat import Usage
from switchboard.providers.bedrock_converse.parameters import inference_config, thinking_budget

from tests.examples import endpoint, price, request

NOW = 1_800_000_000.0
OFFER = endpoint(max_output=1000)


@given(
    prompt=st.integers(0, 200_000),
    share=st.floats(0, 1),
    output=st.integers(0, 1000),
    reasoning=st.integers(0, 1000),
    rates=st.fixed_dictionaries({unit: st.integers(0, 10**11) for unit in ("input", "output", "reasoning", "request")}),
    tier=st.integers(0, 10**11),
)
def test_no_bill_within_the_bounds_exceeds_the_hold(
    prompt: int, share: float, output: int, reasoning: int, rates: dict[str, int], tier: int
) -> None:
    offer = replace(OFFER, price=Price(rates, tiers=(PriceTier(128_000, {"input": tier, "output": tier}),)))
    spoken = min(output, 1000)
    used = Usage(input=int(prompt * share), output=spoken, reasoning=min(reasoning, 1000 - spoken))
    held = ceiling(request(), offer, prompt, NOW).amount(1000)
    charged = bill(used, offer.price).total
    assert charged is not None
    assert charged <= held


@given(limit=st.integers(1, 5000), wish=st.sampled_from([{"effort": "low"}, {"effort": "high"}, {"max_tokens": 3000}]))
def test_a_hold_covers_the_thinking_that_bedrock_is_given_beside_the_answer(limit: int, wish: dict[str, Any]) -> None:
    asked = request(max_tokens=limit, reasoning=wish)
    bedrock = replace(OFFER.provider, protocol="bedrock-converse")
    offer = replace(OFFER, provider=bedrock, facts={"reasoning_style": "anthropic"}, max_output=64_000)
    config = inference_config(asked, offer, thinking_budget(asked, offer))
    given = config["maxTokens"]
    assert isinstance(given, int)
    charged = bill(Usage(output=given), offer.price).total
    assert charged is not None
    assert charged <= ceiling(asked, offer, 0, NOW).amount(limit)


@pytest.mark.parametrize(
    ("fields", "times"),
    [
        ({"n": 3}, 3),
        ({"max_tokens": 100}, 0.1),
        ({"max_tokens": 5000}, 1),
    ],
)
def test_the_output_is_bounded_by_what_was_asked_for(fields: dict[str, Any], times: float) -> None:
    free = endpoint(max_output=1000, price=price(input=0, output=8))
    plain = in_full(request(), (free,), PromptRatios(), NOW).amount
    assert in_full(request(**fields), (free,), PromptRatios(), NOW).amount == plain * times


def test_a_hold_is_enough_for_the_dearest_of_the_endpoints() -> None:
    dear = endpoint("dear", price=price(input=20, output=80), max_output=1000)
    assert in_full(request(), (OFFER, dear), PromptRatios(), NOW) == replace(
        in_full(request(), (dear,), PromptRatios(), NOW), endpoints=(OFFER, dear)
    )


@given(money=st.integers(0, 20_000_000))
def test_what_is_fitted_fits_and_nothing_that_fits_is_refused(money: int) -> None:
    asked = request()
    least = ceiling(asked, OFFER, without_margin(asked.prompt_tokens), NOW).amount(1)
    fit = within(money, asked, (OFFER,), PromptRatios(), NOW)
    assert (fit is not None) is (money >= least)
    assert fit is None or (fit.amount <= money and 1 <= fit.output <= 1000)


def test_money_for_one_of_two_endpoints_is_enough() -> None:
    dear = endpoint("dear", price=price(input=2000, output=8000), max_output=1000)
    fit = within(10**7, request(), (dear, OFFER), PromptRatios(), NOW)
    assert fit is not None
    assert (fit.endpoints, fit.output) == ((OFFER,), 1000)


def test_a_shrunk_hold_leaves_half_to_others_once_there_is_a_fair_share() -> None:
    big: Endpoint = endpoint(max_output=100_000, price=price(input=0, output=1))
    fit = within(20_000 * 1000, request(), (big,), PromptRatios(), NOW)
    small = within(5000 * 1000, request(), (big,), PromptRatios(), NOW)
    assert fit is not None
    assert small is not None
    assert (fit.output, small.output) == (10_000, 4096)


def test_marks_for_the_cache_and_pictures_cost_extra() -> None:
    offer = endpoint(max_output=1, price=price(input=1, output=0, cache_write_5m=2))
    plain = ceiling(request(), offer, 1000, NOW).amount(1)
    marked = request(messages=[{"role": "user", "content": [{"type": "text", "text": "x", "cache_control": {}}]}])
    assert ceiling(marked, offer, 1000, NOW).amount(1) == 2 * plain


def test_a_ratio_is_learned_from_enough_prompts_and_never_below_the_estimate() -> None:
    ratios = PromptRatios()
    assert ratios.most_tokens("m", 1150) == 4 * without_margin(1150) + 1
    for _ in range(20):
        ratios.learn("m", 1150, 1200)
    assert ratios.most_tokens("m", 1150) == int(without_margin(1150) * 1.25 * 1200 / without_margin(1150)) + 1
    for _ in range(20):
        ratios.learn("sparse", 1150, 100)
    assert ratios.most_tokens("sparse", 1150) == 1150


def test_what_says_nothing_teaches_nothing() -> None:
    ratios = PromptRatios()
    for _ in range(30):
        ratios.learn("m", 0, 10)
        ratios.learn("m", 10, 0)
    assert ratios.most_tokens("m", 115) == 4 * without_margin(115) + 1

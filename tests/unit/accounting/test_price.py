from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from switchboard.accounting.price import DEARER_TIERS, bill, rates_for, unpriced_for
from switchboard.catalog.load import nano_rates
from switchboard.catalog.model import Price, PriceTier, PriceWindow
from switchboard.chat import BUCKETS, COUNTED_ONE_BY_ONE, NO_USAGE, Usage

from tests.examples import request

PRICED = ("input", "output", "cache_read", "cache_write_5m", "cache_write_1h", "reasoning", "input_audio")
UNITS = (*PRICED, "output_audio", "cache_read_audio", "output_image", "image", "web_search", "request")


def used(bucket: str, amount: int) -> Usage:
    return replace(NO_USAGE, **{bucket: amount})  # type: ignore[arg-type]  # every bucket is a number


def price(*tiers: PriceTier, **usd: str) -> Price:
    """US dollars as a catalog file has them: for a million tokens, for one request, for one search."""
    return Price(nano_rates(dict(usd)), tiers)


GPT_4_1 = price(input="2.00", output="8.00", cache_read="0.50")
CLAUDE = price(input="3", output="15", cache_read="0.30", cache_write_5m="3.75", cache_write_1h="6", web_search="0.01")

# Worked out by hand: tokens times US dollars for a million tokens are millionths of a dollar, times 1000 nano-dollars.
GOLDEN: dict[str, tuple[Price, Usage, int, int]] = {
    "plain": (GPT_4_1, Usage(input=1000, output=500), 6_000_000, 2_000_000),
    "read from the cache": (GPT_4_1, Usage(input=86, cache_read=1920, output=300), 3_532_000, 1_132_000),
    "written to the cache, and searched": (
        CLAUDE,
        Usage(input=10, cache_read=1000, cache_write_5m=2000, cache_write_1h=100, output=7, web_searches=2),
        # 30 + 300 + 7500 + 600 = 8430 millionths in; 105 millionths and two cents out
        8_430_000 + 105_000 + 20_000_000,
        8_430_000,
    ),
    "reasoning costs what output costs": (GPT_4_1, Usage(output=200, reasoning=100), 2_400_000, 0),
    "reasoning has its own price": (
        price(input="1", output="2", reasoning="3"),
        Usage(output=10, reasoning=10),
        50_000,
        0,
    ),
    "audio": (
        price(input="2.5", output="10", input_audio="40", output_audio="80"),
        Usage(input=20, input_audio=100, output=20, output_audio=70),
        50_000 + 4_000_000 + 200_000 + 5_600_000,
        4_050_000,
    ),
    "each request": (price(input="1", output="1", request="0.005"), Usage(input=1, output=1), 5_002_000, 5_001_000),
    "one token of a cheap model": (price(input="0.05", output="0.08"), Usage(input=1), 50, 50),
    "half a nano-dollar is rounded up": (price(input="0.0005", output="0"), Usage(input=1), 1, 0),
    "less than half is rounded down": (price(input="0.0004", output="0"), Usage(input=1), 0, 0),
    "halves are added before they are rounded": (
        price(input="0.0005", output="0.0005"),
        Usage(input=1, output=1),
        1,
        0,
    ),
    "nothing": (GPT_4_1, NO_USAGE, 0, 0),
}


@pytest.mark.parametrize("name", GOLDEN)
def test_golden(name: str) -> None:
    charged, usage, total, prompt = GOLDEN[name]
    result = bill(usage, charged)
    assert (result.total, result.prompt) == (total, prompt)
    assert result.usage is usage


@pytest.mark.parametrize(
    ("bucket", "unit"),
    [
        ("cache_read", "input"),
        ("cache_write_5m", "input"),
        ("cache_write_1h", "input"),
        ("input_audio", "input"),
        ("reasoning", "output"),
        ("output_audio", "output"),
    ],
)
def test_a_bucket_without_a_price_is_billed_as_the_plainer_unit(bucket: str, unit: str) -> None:
    plain = price(input="2.00", output="8.00")
    assert bill(used(bucket, 5), plain).total == bill(used(unit, 5), plain).total


def test_a_long_write_without_a_price_is_billed_as_a_short_one() -> None:
    short_only = price(input="3", output="15", cache_write_5m="3.75")
    assert bill(Usage(cache_write_1h=4), short_only).total == 15_000


@pytest.mark.parametrize("bucket", BUCKETS)
def test_what_was_used_without_a_known_price_costs_an_unknown_amount(bucket: str) -> None:
    result = bill(used(bucket, 1), Price({}))
    assert (result.total, result.prompt, result.completion) == (None, None, None)


def test_a_price_that_is_zero_is_known() -> None:
    assert bill(Usage(input=5, output=5), price(input="0", output="0")).total == 0


TIERED = price(
    PriceTier(200_000, nano_rates({"input": "2.50", "output": "15"})),
    PriceTier(500_000, nano_rates({"input": "5"})),
    input="1.25",
    output="10",
    cache_read="0.125",
)


@pytest.mark.parametrize(
    ("tokens", "rate"), [(0, "1.25"), (200_000, "1.25"), (200_001, "2.50"), (500_000, "2.50"), (500_001, "5")]
)
def test_a_tier_holds_above_its_bound(tokens: int, rate: str) -> None:
    assert rates_for(TIERED, tokens)["input"] == nano_rates({"input": rate})["input"]


def test_a_tier_holds_for_the_whole_request_and_leaves_the_other_rates() -> None:
    result = bill(Usage(input=150_000, cache_read=100_000, output=1000), TIERED)
    # 150000 x 2.50 + 100000 x 0.125 = 387500 millionths in; 1000 x 15 = 15000 millionths out
    assert (result.prompt, result.completion) == (387_500_000, 15_000_000)


def test_the_whole_prompt_decides_which_tier_holds() -> None:
    cached = bill(Usage(cache_read=200_001, output=100), TIERED)
    assert cached.completion == 1_500_000


def by_decimal(usage: Usage, charged: dict[str, str]) -> int:
    """The bill once more, by somebody else: exact decimals in dollars, rounded once."""
    plainer = {
        "cache_read": ("input",),
        "cache_write_5m": ("input",),
        "cache_write_1h": ("cache_write_5m", "input"),
        "input_audio": ("input",),
        "reasoning": ("output",),
        "output_audio": ("output",),
        "cache_read_audio": ("input_audio", "cache_read", "input"),
        "output_image": ("output",),
    }
    usd = Decimal(charged.get("request", "0")) + usage.web_searches * Decimal(charged.get("web_search", "0"))
    usd += usage.images * Decimal(charged.get("image", "0"))
    for bucket in BUCKETS:
        if bucket not in COUNTED_ONE_BY_ONE:
            rate = next(charged[unit] for unit in (bucket, *plainer.get(bucket, ())) if unit in charged)
            usd += getattr(usage, bucket) * Decimal(rate) / 10**6
    return int((usd * 10**9).quantize(Decimal(1), ROUND_HALF_UP))


amounts = st.integers(0, 10**8)
usages = st.builds(Usage, **dict.fromkeys(BUCKETS, amounts))
usd = st.decimals(0, 9999, places=9, allow_nan=False).map(str)
NEEDED = ("input", "output", "web_search", "image")
prices = st.fixed_dictionaries(dict.fromkeys(NEEDED, usd), optional={unit: usd for unit in UNITS if unit not in NEEDED})


@given(usages, prices)
def test_a_bill_is_exact_to_the_nano_dollar(usage: Usage, charged: dict[str, str]) -> None:
    assert bill(usage, price(**charged)).total == by_decimal(usage, charged)


@given(usages, prices)
def test_a_bill_is_never_negative_and_its_parts_add_up(usage: Usage, charged: dict[str, str]) -> None:
    result = bill(usage, price(**charged))
    assert result.total is not None
    assert result.prompt is not None
    assert result.completion is not None
    assert min(result.total, result.prompt, result.completion) >= 0
    assert result.prompt + result.completion == result.total


@given(usages, usages, prices)
def test_two_bills_are_one_for_both_but_for_the_rounding(one: Usage, other: Usage, charged: dict[str, str]) -> None:
    plain = price(**{unit: rate for unit, rate in charged.items() if unit != "request"})
    both = Usage(**{bucket: getattr(one, bucket) + getattr(other, bucket) for bucket in BUCKETS})
    totals = [bill(usage, plain).total for usage in (one, other, both)]
    assert abs((totals[0] or 0) + (totals[1] or 0) - (totals[2] or 0)) <= 1


@given(usages, usages, prices)
def test_more_of_anything_never_costs_less(one: Usage, more: Usage, charged: dict[str, str]) -> None:
    grown = Usage(**{bucket: getattr(one, bucket) + getattr(more, bucket) for bucket in BUCKETS})
    less, cost = bill(one, price(**charged)).total, bill(grown, price(**charged)).total
    assert less is not None
    assert cost is not None
    assert cost >= less


POSITIVE = st.decimals("0.001", 9999, places=3, allow_nan=False).map(str)
HALF_PRICED = st.dictionaries(st.sampled_from(UNITS), POSITIVE)


@given(usages, HALF_PRICED)
def test_tokens_are_never_free_by_omission(usage: Usage, charged: dict[str, str]) -> None:
    """L7: whatever field of a price is missing, the cost is unknown, and says why, or above zero."""
    result = bill(usage, price(**charged))
    tokens = usage.prompt_tokens + usage.completion_tokens
    assert (result.total is None) == bool(result.unpriced)
    assert result.total is None or result.total > 0 or tokens == 0


FAST = replace(GPT_4_1, service_tiers={"priority": nano_rates({"input": "3.5", "output": "14", "cache_read": "0.875"})})
BATCHED = replace(
    price(
        PriceTier(200_000, nano_rates({"input": "2.50", "output": "15"})), input="1.25", output="10", cache_read="0.3"
    ),
    service_tiers={"batch": nano_rates({"input": "0.625", "output": "5"})},
)


def test_a_service_tier_has_prices_of_its_own() -> None:
    # 100 x 3.5 + 1000 x 0.875 + 10 x 14 = 1365 millionths
    assert bill(Usage(input=100, cache_read=1000, output=10, service_tier="priority"), FAST).total == 1_365_000
    assert bill(Usage(input=100, cache_read=1000, output=10, service_tier="default"), FAST).total == 780_000


@pytest.mark.parametrize("tier", sorted(DEARER_TIERS))
def test_a_dearer_tier_without_a_price_is_an_unknown_cost(tier: str) -> None:
    result = bill(Usage(input=1, output=1, service_tier=tier), GPT_4_1)
    assert (result.total, result.unpriced) == (None, (f"service_tier={tier}",))


@pytest.mark.parametrize("tier", ["flex", "batch", "standard", "on_demand", "new"])
def test_any_other_tier_without_a_price_costs_the_usual(tier: str) -> None:
    assert bill(Usage(input=1, output=1, service_tier=tier), GPT_4_1).total == 10_000


def test_a_service_tier_takes_the_same_share_off_a_long_prompt() -> None:
    """Google: batch is half of 2.50 and of 15 above 200,000 tokens; what is cached is not reduced."""
    long = Usage(input=200_000, cache_read=1, output=1, service_tier="batch")
    assert bill(long, BATCHED).total == 200_000 * 1250 + 300 + 7500


PEAK = replace(
    price(input="1", output="2"),
    windows=(
        PriceWindow(3600, 7200, nano_rates({"input": "3"})),
        PriceWindow(82_800, 1800, nano_rates({"output": "5"})),
    ),
)
MIDNIGHT = 1_799_971_200  # 2027-01-15 00:00 UTC


@pytest.mark.parametrize(
    ("second", "input_rate", "output_rate"),
    [(1800, 1, 2), (3599, 1, 2), (3600, 3, 2), (7199.9, 3, 2), (7200, 1, 2), (82_800, 1, 5), (0, 1, 5), (1799, 1, 5)],
)
def test_the_hour_at_which_a_request_begins_decides_its_rates(second: float, input_rate: int, output_rate: int) -> None:
    one = bill(Usage(input=1, output=1), PEAK, MIDNIGHT + second)
    assert (one.prompt, one.completion) == (input_rate * 1000, output_rate * 1000)


def test_without_an_hour_the_base_rates_hold() -> None:
    assert bill(Usage(input=1, output=1), PEAK).total == 3000


def test_what_has_no_price_is_named() -> None:
    used = Usage(input=1, output=1, web_searches=1)
    assert bill(used, price(input="1")).unpriced == ("output", "web_search")


@pytest.mark.parametrize(
    ("fields", "missing"),
    [
        ({}, ()),
        ({"web_search_options": {}}, ("web_search",)),
        ({"tools": [{"type": "function", "function": {"name": "web_search"}}]}, ()),
        ({"service_tier": "priority"}, ("service_tier=priority",)),
        ({"service_tier": "flex"}, ()),
    ],
)
def test_what_a_request_may_use_without_a_price_is_known_beforehand(fields: Any, missing: tuple[str, ...]) -> None:
    assert unpriced_for(request(**fields), GPT_4_1) == missing


@pytest.mark.parametrize("tool", [{"type": "web_search_20250305", "name": "web_search"}, {"googleSearch": {}}])
def test_searches_of_every_dialect_are_seen(tool: Any) -> None:
    asked = replace(request(), parameters={"tools": [tool]})
    assert unpriced_for(asked, GPT_4_1) == ("web_search",)
    assert unpriced_for(asked, CLAUDE) == ()


def test_an_endpoint_without_a_price_can_bill_nothing() -> None:
    assert unpriced_for(request(), Price({})) == ("input", "output")

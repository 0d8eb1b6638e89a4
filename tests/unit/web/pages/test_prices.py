from dataclasses import replace

from switchboard.catalog.model import Price, PriceTier, PriceWindow
from switchboard.web.pages.prices import estimate, price_rows

from tests.examples import endpoint, price

USD = 10**9


def test_every_row_says_when_it_holds() -> None:
    whole = replace(
        price(),
        tiers=(PriceTier(200_000, {"input": 4 * USD}),),
        windows=(PriceWindow(16 * 3600 + 1800, 0, {"output": 4 * USD}),),
        service_tiers={"priority": {"input": 3 * USD + USD // 2}},
    )
    assert price_rows(whole) == [
        {"when": "standard", "rates": {"input": "2", "output": "8"}},
        {"when": "prompt above 200,000 tokens", "rates": {"input": "4"}},
        {"when": "16:30 to 00:00 UTC", "rates": {"output": "4"}},
        {"when": "service tier priority", "rates": {"input": "3.5"}},
    ]


def test_a_web_search_is_priced_one_by_one() -> None:
    (row,) = price_rows(Price({"web_search": 25_000 * USD}))
    assert row == {"when": "standard", "rates": {"web_search": "0.025"}}


def test_an_estimate_is_what_would_be_billed() -> None:
    shown = estimate(endpoint(), 1000, 500, 12)
    assert (shown["usd"], shown["usd_per_thousand"]) == ("0.006", "6")


def test_the_hour_decides_where_the_price_depends_on_it() -> None:
    dear = replace(price(), windows=(PriceWindow(3600, 7200, {"input": 4 * USD}),))
    found = [estimate(endpoint(price=dear), 1_000_000, 0, hour)["usd"] for hour in (0, 1, 2)]
    assert found == ["2", "4", "2"]


def test_an_unknown_price_stays_unknown() -> None:
    shown = estimate(endpoint(price=Price({})), 1000, 500, 0)
    assert (shown["usd"], shown["usd_per_thousand"]) == (None, None)


def test_a_request_larger_than_the_context_does_not_fit() -> None:
    small = endpoint(context=1000, max_output=400)
    assert [estimate(small, prompt, output, 0)["fits"] for prompt, output in ((600, 400), (601, 400), (1, 401))] == [
        True,
        False,
        False,
    ]

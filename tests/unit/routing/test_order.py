import random
from collections.abc import Mapping
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from switchboard.catalog.model import Endpoint, Price
from switchboard.chat import ChatRequest, Message, Other, Thinking
from switchboard.health.breaker import ALL_WELL, Signals
from switchboard.health.estimates import STRANGER
from switchboard.health.figures import NO_FIGURES, Estimate, Rankings, Spread
from switchboard.routing.expected import Size
from switchboard.routing.order import Pins, in_order, is_below, ranked
from switchboard.routing.outlook import Outlook
from switchboard.routing.preferences import preferences

from tests.examples import endpoint, price, request
from tests.fakes import SteadyChance

NOW = 1_800_000_000.0
CHEAP = endpoint("cheap", price=price(input=1, output=1))
DEAR = endpoint("dear", price=price(input=5, output=5))
FREE = endpoint("free", price=price(input=0, output=0))
UNPRICED = endpoint("unpriced", price=Price({}))
GOOD = replace(STRANGER, success=0.999, attempts=100.0)


def outlook(
    chance: random.Random | None = None,
    signals: Mapping[str, Signals] | None = None,
    warm: Mapping[str, float] | None = None,
    **estimates: Estimate,
) -> Outlook:
    """What is expected and what was seen, by tag."""
    figures = {f"lab/one@{tag}": replace(NO_FIGURES, estimate=estimate) for tag, estimate in estimates.items()}
    seen = {f"lab/one@{tag}": found for tag, found in (signals or {}).items()}
    kept = {f"lab/one@{tag}": tokens for tag, tokens in (warm or {}).items()}
    return Outlook(Rankings(1, figures), seen, NOW, chance or SteadyChance(), kept)


QUIET = outlook()


def tags(*offers: Endpoint, by: Outlook = QUIET, asked: ChatRequest | None = None) -> list[str]:
    asked = asked or request()
    models = dict.fromkeys(offer.model for offer in offers)
    fitting = [
        one for name in models for one in ranked([o for o in offers if o.model == name], Size.of(asked, NOW), by)
    ]
    return [one.endpoint.tag for one in in_order(fitting, asked, preferences(asked), by)]


def test_where_nothing_else_is_known_the_cheapest_goes_first() -> None:
    assert tags(DEAR, CHEAP, FREE) == ["free", "cheap", "dear"]


def test_an_endpoint_without_a_price_goes_last() -> None:
    assert tags(UNPRICED, DEAR) == ["dear", "unpriced"]
    assert tags(UNPRICED, DEAR, by=outlook(dear=replace(GOOD, first_token_s=5.0))) == ["dear", "unpriced"]


def test_without_any_price_the_quicker_goes_first() -> None:
    other = endpoint("other", price=Price({}))
    assert tags(UNPRICED, other, by=outlook(other=replace(GOOD, first_token_s=0.1))) == ["other", "unpriced"]


def test_what_fails_is_dearer_than_what_costs_more() -> None:
    assert tags(CHEAP, DEAR, by=outlook(cheap=replace(GOOD, success=0.3), dear=GOOD)) == ["dear", "cheap"]


def test_a_second_is_worth_some_money() -> None:
    slow = replace(GOOD, first_token_s=4.0)
    assert tags(CHEAP, DEAR, by=outlook(cheap=slow, dear=GOOD)) == ["dear", "cheap"]
    assert tags(CHEAP, DEAR, by=outlook(cheap=replace(GOOD, first_token_s=1.0), dear=GOOD)) == ["cheap", "dear"]


def test_the_last_attempts_count_before_the_rankings_know_of_them() -> None:
    failed = ALL_WELL.failed(NOW, 0.5).failed(NOW, 0.5)
    assert tags(CHEAP, DEAR, by=outlook(signals={"cheap": failed}, cheap=GOOD, dear=GOOD)) == ["dear", "cheap"]


def test_what_is_left_in_a_cache_makes_a_conversation_stay() -> None:
    rates = {"input": 5, "output": 5, "cache_read": 0.5}
    home, other = endpoint("home", price=price(**rates)), endpoint("other", price=price(input=4, output=4))
    asked = request(messages=[{"role": "user", "content": "x" * 40_000}])
    assert tags(home, other, asked=asked) == ["other", "home"]
    assert tags(home, other, asked=asked, by=outlook(warm={"home": 9000.0})) == ["home", "other"]
    assert tags(other, home, asked=asked, by=outlook(warm={"other": 9000.0})) == ["other", "home"], "it reads no cache"


def test_who_sorts_by_price_gets_the_cheapest_whatever_its_uptime() -> None:
    asked = request(provider={"sort": "price"})
    assert tags(CHEAP, FREE, by=outlook(free=replace(GOOD, success=0.1)), asked=asked) == ["free", "cheap"]


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


def test_a_shut_door_goes_behind_an_open_one_even_if_it_is_listed_first() -> None:
    shut = replace(ALL_WELL, failures=3, shut_until=NOW + 5, noted=NOW)
    asked = request(provider={"order": ["cheap"]})
    assert tags(CHEAP, DEAR, by=outlook(signals={"cheap": shut}), asked=asked) == ["dear", "cheap"]


def test_whoever_is_rate_limited_is_not_called_early_even_if_nobody_else_is_there() -> None:
    limited = {"cheap": ALL_WELL.limited(NOW, 30.0)}
    assert tags(CHEAP, DEAR, by=outlook(signals=limited)) == ["dear"]
    assert tags(CHEAP, by=outlook(signals=limited)) == []
    assert tags(CHEAP, by=outlook(signals=limited), asked=request(provider={"order": ["cheap"]})) == []
    assert tags(CHEAP, by=replace(outlook(signals=limited), now=NOW + 30.0)) == ["cheap"]


@given(st.permutations([endpoint(name) for name in ("a", "b", "lab", "c")] + [CHEAP, DEAR, UNPRICED]))
def test_the_order_does_not_depend_on_how_the_catalog_lists_them(offers: list[Endpoint]) -> None:
    assert tags(*offers) == ["cheap", "dear", "lab", "a", "b", "c", "unpriced"]


def test_first_tries_are_shared_among_those_that_are_nearly_as_good() -> None:
    """5 % dearer: a seventh of the best one's share; and one in a hundred goes anywhere."""
    near = endpoint("near", price=price(input=1.05, output=1.05))
    instant = replace(GOOD, first_token_s=0.0, token_s=0.0)
    by = outlook(random.Random(1), cheap=instant, near=instant)
    firsts = [tags(CHEAP, near, DEAR, by=by)[0] for _ in range(4000)]
    assert 0.08 < firsts.count("near") / 4000 < 0.18
    assert 0 < firsts.count("dear") / 4000 < 0.01


@pytest.mark.parametrize(
    "wishes",
    [{"sort": "price"}, {"order": ["cheap"]}, {"allow_fallbacks": False}],
)
def test_nobody_explores_on_the_account_of_a_caller_who_says_how_to_order(wishes: dict[str, object]) -> None:
    asked, by = request(provider=wishes), outlook(random.Random(1))
    assert {tags(CHEAP, endpoint("twin", price=CHEAP.price), asked=asked, by=by)[0] for _ in range(300)} == {"cheap"}


def test_a_conversation_that_is_at_home_somewhere_is_not_explored_with() -> None:
    by = outlook(random.Random(1), warm={"cheap": 10.0})
    assert {tags(CHEAP, endpoint("twin", price=CHEAP.price), by=by)[0] for _ in range(300)} == {"cheap"}


def test_without_fallbacks_there_is_one_try() -> None:
    assert tags(CHEAP, DEAR, asked=request(provider={"allow_fallbacks": False})) == ["cheap"]


def test_the_second_model_comes_after_all_of_the_first_but_before_its_shut_doors() -> None:
    other = endpoint("acme", model="lab/two", price=price(input=0, output=0))
    assert tags(CHEAP, DEAR, other) == ["cheap", "dear", "acme"]
    shut = replace(ALL_WELL, failures=3, shut_until=NOW + 5, noted=NOW)
    assert tags(CHEAP, DEAR, other, by=outlook(signals={"cheap": shut, "dear": shut})) == ["acme", "cheap", "dear"]


def said(*blocks: Thinking | Other) -> ChatRequest:
    return replace(request(), messages=(*request().messages, Message("assistant", blocks)))


def test_whoever_signed_the_thoughts_is_asked_again_whatever_it_costs() -> None:
    asked, by = said(Thinking("hm", "sealed", "dear")), outlook(random.Random(1))
    assert {tags(CHEAP, DEAR, asked=asked, by=by)[0] for _ in range(300)} == {"dear"}


def test_thoughts_without_a_signature_bind_nobody() -> None:
    assert tags(CHEAP, DEAR, asked=said(Thinking("hm", None, "dear"))) == ["cheap", "dear"]
    assert tags(CHEAP, DEAR, asked=said(Thinking("hm", "sealed", None))) == ["cheap", "dear"]


def test_what_only_one_dialect_can_say_stays_with_it() -> None:
    native = endpoint("claude", price=DEAR.price)
    native = replace(native, provider=replace(native.provider, protocol="anthropic-messages"))
    searched = replace(said(Other({"type": "server_tool_use"})), protocol="anthropic-messages")
    assert tags(CHEAP, native, asked=replace(request(), protocol="anthropic-messages")) == ["cheap", "claude"]
    assert tags(CHEAP, native, asked=searched) == ["claude", "cheap"]
    searching = replace(request(tools=[{"type": "web_search_20250305"}]), protocol="anthropic-messages")
    assert Pins.of(searching).distance(native) == 0
    assert Pins.of(searching).distance(CHEAP) == 1


def test_the_parts_of_an_index_say_what_decided() -> None:
    best, *_ = ranked([CHEAP], Size.of(request(), NOW), outlook(cheap=GOOD))
    assert (best.endpoint, best.estimate) == (CHEAP, GOOD)
    assert best.price == pytest.approx(0.0005, rel=0.02)
    assert best.time == pytest.approx(0.002 * (0.9 + 500 * 0.022))
    assert best.failures > 0


SPEEDS = {
    "slow": replace(GOOD, first_token_s=3.0, token_s=0.01),
    "quick": replace(GOOD, first_token_s=0.2, token_s=0.05),
}
SLOW, QUICK = endpoint("slow", price=price(input=1, output=1)), endpoint("quick", price=price(input=9, output=9))


@pytest.mark.parametrize(
    ("by", "expected"), [("latency", "quick"), ("throughput", "slow"), ("price", "slow"), ("exacto", "quick")]
)
def test_who_sorts_gets_the_best_in_that_alone(by: str, expected: str) -> None:
    seen = outlook(slow=replace(SPEEDS["slow"], tool_faults=0.1), quick=SPEEDS["quick"])
    assert tags(SLOW, QUICK, by=seen, asked=request(provider={"sort": by}))[0] == expected


def test_across_models_the_best_of_any_goes_first() -> None:
    other = endpoint("free", model="lab/two", price=price(input=0, output=0))
    asked = request(provider={"sort": {"by": "price", "partition": "none"}})
    assert tags(CHEAP, DEAR, other, asked=asked) == ["free", "cheap", "dear"]
    assert tags(CHEAP, DEAR, other, asked=request(provider={"sort": "price"})) == ["cheap", "dear", "free"]


def test_a_tier_that_is_paid_for_is_served_by_whoever_offers_it_first() -> None:
    offers = endpoint("offers", price=replace(DEAR.price, service_tiers={"priority": {"input": 1}}))
    assert tags(CHEAP, offers, asked=request(service_tier="priority")) == ["offers", "cheap"]
    assert tags(CHEAP, offers, asked=request(service_tier="auto")) == ["cheap", "offers"]


SPREAD = Spread(9, 100.0, 9000.0, 600.0, 500.0, 800.0, 1000.0, 4000.0)
FIGURES = replace(NO_FIGURES, latency_30m=SPREAD, throughput_30m=replace(SPREAD, p50=50.0, p90=20.0))


@pytest.mark.parametrize(
    ("wishes", "below"),
    [
        ({"preferred_max_latency": 0.4}, True),
        ({"preferred_max_latency": 0.5}, False),
        ({"preferred_max_latency": {"p50": 1, "p99": 3.9}}, True),
        ({"preferred_min_throughput": 51}, True),
        ({"preferred_min_throughput": {"p50": 50, "p90": 20}}, False),
        ({"preferred_min_throughput": {"p90": 21}}, True),
        ({}, False),
    ],
)
def test_a_speed_that_the_caller_would_rather_have(wishes: dict[str, object], below: bool) -> None:
    asked = preferences(request(provider=wishes))
    assert is_below(FIGURES, asked) is below
    assert not is_below(None, asked), "nothing is known of it"


def test_whoever_is_too_slow_goes_to_the_end_but_is_tried() -> None:
    by = outlook()
    by = replace(by, rankings=replace(by.rankings, endpoints={CHEAP.id: FIGURES}))
    assert tags(CHEAP, DEAR, by=by, asked=request(provider={"preferred_max_latency": 0.1})) == ["dear", "cheap"]

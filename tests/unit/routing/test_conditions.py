"""What a caller asks for is asked of every endpoint, and what an endpoint does not say counts as the worst."""

from dataclasses import replace
from typing import Any

import pytest
from switchboard.catalog.model import DataPolicy, Endpoint, Price, PriceTier, PriceWindow
from switchboard.routing.conditions import Asked, data_policy, price, providers, quantization
from switchboard.routing.expected import Size
from switchboard.routing.preferences import Preferences, preferences

from tests.examples import USD_PER_MILLION, endpoint, request
from tests.examples import price as priced

MIDNIGHT = 1_799_971_200.0


def asked(prompt: str = "hello", **provider: Any) -> Asked:  # Any: JSON that tests make up
    given = request(messages=[{"role": "user", "content": prompt}], provider=provider)
    return Asked(given, preferences(given), Size.of(given, MIDNIGHT))


@pytest.mark.parametrize(
    ("wishes", "policy", "code"),
    [
        ({"data_collection": "deny"}, DataPolicy(training=False, retention_days=0), None),
        ({"data_collection": "deny"}, DataPolicy(training=True, retention_days=0), "data_policy:training"),
        ({"data_collection": "deny"}, DataPolicy(training=None, retention_days=0), "data_policy:training"),
        ({"data_collection": "deny"}, DataPolicy(training=False, retention_days=30), "data_policy:zdr"),
        ({"data_collection": "deny"}, DataPolicy(training=False, retention_days=None), "data_policy:zdr"),
        ({"data_collection": "allow"}, DataPolicy(training=True, retention_days=30), None),
        ({"zdr": True}, DataPolicy(training=None, retention_days=0), None),
        ({"zdr": True}, DataPolicy(training=False, retention_days=1), "data_policy:zdr"),
        ({"zdr": True}, DataPolicy(training=False, retention_days=None), "data_policy:zdr"),
        ({"zdr": False}, DataPolicy(), None),
        ({"enforce_distillable_text": True}, DataPolicy(), "data_policy:distillable"),
    ],
)
def test_how_prompts_are_treated(wishes: Any, policy: DataPolicy, code: str | None) -> None:
    broken = data_policy(asked(**wishes), endpoint(data_policy=policy))
    assert (broken[0] if broken else None) == code


def test_a_reason_names_the_field_and_the_fact() -> None:
    kept = data_policy(asked(zdr=True), endpoint(data_policy=DataPolicy(retention_days=30)))
    assert kept == ("data_policy:zdr", "it keeps prompts 30 days (`provider.zdr`)")


@pytest.mark.parametrize(
    ("known", "wanted", "fits"),
    [
        ("fp8", ["fp8"], True),
        ("fp8", ["bf16"], False),
        (None, ["unknown"], True),
        (None, ["fp8"], False),
        ("x", [], True),
    ],
)
def test_how_exact_it_is(known: str | None, wanted: list[str], fits: bool) -> None:
    broken = quantization(asked(quantizations=wanted), endpoint(quantization=known))
    assert (broken is None) is fits


@pytest.mark.parametrize(
    ("bound", "fits"),
    [
        ({"prompt": 2}, True),
        ({"prompt": "1.99"}, False),
        ({"prompt": 2, "completion": 8}, True),
        ({"completion": 7}, False),
        ({"request": 0}, True),
        ({"audio": 0, "image": 0}, True),
    ],
)
def test_what_it_may_cost(bound: Any, fits: bool) -> None:
    broken = price(asked(max_price=bound), endpoint(price=priced(input=2, output=8)))
    assert (broken is None) is fits
    assert broken is None or broken[0] == "max_price"


def test_what_has_no_price_may_cost_anything() -> None:
    assert price(asked(max_price={"prompt": 9}), endpoint(price=Price({}))) == (
        "max_price",
        "its price for prompt is not known",
    )
    assert price(asked(), endpoint(price=Price({}))) is None


def test_the_price_is_that_of_this_prompt_and_this_hour() -> None:
    tiers = (PriceTier(1000, {"input": 9 * USD_PER_MILLION}),)
    offer = endpoint(price=replace(priced(input=1, output=1), tiers=tiers))
    assert price(asked(max_price={"prompt": 1}), offer) is None
    assert price(asked("x" * 8000, max_price={"prompt": 1}), offer) is not None
    night = (PriceWindow(0, 3600, {"input": 9 * USD_PER_MILLION}),)
    assert price(asked(max_price={"prompt": 1}), endpoint(price=replace(priced(input=1, output=1), windows=night)))


def named(offer: Endpoint, **wishes: Any) -> str | None:
    broken = providers(replace(asked(), wishes=Preferences(**wishes)), offer)
    return broken[1] if broken else None


def test_a_model_s_name_may_ask_for_a_provider_or_for_nothing_to_pay() -> None:
    assert named(endpoint("acme/eu"), pinned="acme") is None
    assert named(endpoint("other"), pinned="acme") == "the model's name asks for acme"
    free = replace(asked(), wishes=Preferences(free=True))
    assert price(free, endpoint(price=priced(input=0, output=0))) is None
    assert price(free, endpoint(price=priced(input=0, output=1))) == ("max_price", "it is not free")

"""Which model the gateway chooses: one that is capable enough, and of those the one that answers well for the least."""

from typing import Any

import pytest
from switchboard.catalog.model import Catalog, Model
from switchboard.errors import InvalidRequest
from switchboard.health.figures import NO_RANKINGS
from switchboard.providers.dialects import UpstreamDialects
from switchboard.routing.auto import MOST_MODELS, Brief, capabilities, is_auto
from switchboard.routing.outlook import Outlook
from switchboard.routing.plan import Plan, Reach, make_plan

from tests.examples import catalog, endpoint, model, price, request
from tests.fakes import FakeClock, SteadyChance

# Any: JSON that tests make up.
NOW = 1_800_000_000.0


def offered(slug: str, dollars: float, **scores: float) -> Model:
    name = f"lab/{slug}"
    facts = {"benchmarks": [{"name": bench, "score": score} for bench, score in scores.items()]}
    return model(endpoint("acme", model=name, price=price(input=dollars, output=dollars)), name=name, facts=facts)


SMALL, MIDDLE, LARGE = offered("small", 0.1), offered("middle", 1, code=50), offered("large", 9, code=70)
BARGAIN = offered("bargain", 0.9, code=69, prose=40)
CATALOG = catalog(SMALL, MIDDLE, LARGE, BARGAIN)


def plan(catalog: Catalog = CATALOG, config: Any = None, **fields: Any) -> Plan:
    asked = request(model="switchboard/auto", model_routing_config=config, **fields)
    reach = Reach(frozenset({"acme"}), UpstreamDialects(FakeClock()))
    return make_plan(asked, catalog, Outlook(NO_RANKINGS, {}, NOW, SteadyChance()), reach)


def chosen(config: Any = None, **fields: Any) -> list[str]:
    return [offer.model.removeprefix("lab/") for offer in plan(config=config, **fields).endpoints]


def test_each_benchmark_and_the_price_is_a_vote_for_a_rank() -> None:
    able = capabilities([SMALL, MIDDLE, LARGE, BARGAIN])
    assert able["lab/small"] == 0.0
    assert able["lab/large"] == 1.0
    assert able["lab/bargain"] == pytest.approx((0.5 + 1.0 + 1 / 3) / 3)
    assert able["lab/middle"] == pytest.approx((0.0 + 2 / 3) / 2)


@pytest.mark.parametrize(
    ("config", "first"),
    [
        (None, "bargain"),
        ({}, "bargain"),
        ({"preference": "price"}, "small"),
        ({"preference": "performance"}, "large"),
        ({"task_info": {"task_type": "chat", "complexity": "high"}}, "large"),
        ({"preference": "price", "available_models": ["lab/middle", "lab/large"]}, "middle"),
    ],
)
def test_the_cheapest_of_those_that_are_able_enough(config: Any, first: str) -> None:
    assert chosen(config)[0] == first


def test_the_next_best_stand_behind_it_and_then_those_that_the_caller_names() -> None:
    assert chosen() == ["bargain", "large", "middle"]
    assert len(chosen()) == MOST_MODELS
    assert chosen({"available_models": ["lab/large"]}, models=["lab/small"]) == ["large", "small"]


def test_a_model_that_cannot_take_the_request_is_not_chosen() -> None:
    narrow = endpoint("acme", model="lab/small", price=price(input=0.1, output=0.1), context=5)
    made = plan(catalog(model(narrow, name="lab/small"), LARGE), {"preference": "price"})
    assert [offer.model for offer in made.endpoints] == ["lab/large"]
    assert made.rejected[0].code == "context_length"


def test_what_has_no_price_is_never_chosen_for_anybody() -> None:
    unpriced = model(endpoint("acme", model="lab/x", price=price(input=1)), name="lab/x")
    assert [offer.model for offer in plan(catalog(unpriced, LARGE)).endpoints] == ["lab/large"]


@pytest.mark.parametrize(
    ("config", "field"),
    [
        ("fast", "model_routing_config"),
        ({"speed": 1}, "model_routing_config.speed"),
        ({"preference": "best"}, "model_routing_config.preference"),
        ({"available_models": []}, "model_routing_config.available_models"),
        ({"available_models": "lab/small"}, "model_routing_config.available_models"),
        ({"task_info": {"complexity": "extreme"}}, "model_routing_config.task_info.complexity"),
        ({"task_info": {"task_type": "poetry"}}, "model_routing_config.task_info.task_type"),
    ],
)
def test_a_wish_that_cannot_be_understood_is_refused_by_its_name(config: Any, field: str) -> None:
    with pytest.raises(InvalidRequest) as caught:
        Brief.of(request(model_routing_config=config))
    assert caught.value.param == field


def test_it_goes_by_three_names() -> None:
    assert all(map(is_auto, ("switchboard/auto", "zenmux/auto", "openrouter/auto")))
    assert not is_auto("lab/auto")

from typing import Any

import pytest
from switchboard.catalog.model import Catalog
from switchboard.errors import InvalidRequest, ModelNotFound, NoEndpointFits
from switchboard.health.figures import NO_RANKINGS
from switchboard.key_policy import KeyPolicy
from switchboard.providers.dialects import UpstreamDialects
from switchboard.routing.outlook import Outlook
from switchboard.routing.plan import Plan, Reach, make_plan

from tests.examples import catalog, endpoint, model, price, request
from tests.fakes import FakeClock, SteadyChance

CHEAP = endpoint("cheap", price=price(input=1, output=1), context=8000)
DEAR = endpoint("dear", price=price(input=5, output=5), context=100_000)
OTHER = endpoint("dear", model="lab/two", price=price(input=0, output=0))
CATALOG = catalog(
    model(DEAR, CHEAP, aliases=("one",)),
    model(OTHER, name="lab/two"),
    model(name="openai/gpt-4.1"),
    model(name="lab/none"),
)
DIALECTS = UpstreamDialects(FakeClock())
ALL = frozenset({"cheap", "dear"})
NOON = 1_800_000_000.0
OUTLOOK = Outlook(NO_RANKINGS, {}, NOON, SteadyChance())


def plan(callable_providers: frozenset[str] = ALL, offered: Catalog = CATALOG, **fields: Any) -> Plan:
    return make_plan(request(**fields), offered, OUTLOOK, Reach(callable_providers, DIALECTS))


def tags(made: Plan) -> list[str]:
    return [offer.id for offer in made.endpoints]


def nothing_fits(**fields: Any) -> NoEndpointFits:  # Any: JSON that tests make up
    with pytest.raises(NoEndpointFits) as caught:
        plan(**fields)
    return caught.value


def test_a_plan_lists_what_fits_in_order_and_what_does_not_with_its_reason() -> None:
    made = plan(max_tokens=9000)
    assert tags(made) == ["lab/one@dear"]
    assert [(misfit.endpoint.tag, misfit.code) for misfit in made.rejected] == [("cheap", "context_length")]


def test_the_same_request_makes_the_same_plan() -> None:
    assert plan() == plan()


def test_a_provider_without_a_key_is_rejected() -> None:
    made = plan(frozenset({"dear"}))
    assert tags(made) == ["lab/one@dear"]
    assert made.rejected[0].code == "no_credential"
    assert "no key for Cheap" in made.rejected[0].reason


def test_an_alias_names_its_model() -> None:
    assert tags(plan(model="one")) == tags(plan())


def test_models_to_fall_back_to_come_after_the_first_whatever_they_cost() -> None:
    assert tags(plan(models=["lab/two"])) == ["lab/one@cheap", "lab/one@dear", "lab/two@dear"]


def test_a_model_that_is_named_twice_is_planned_once() -> None:
    assert tags(plan(models=["lab/one", "one"])) == tags(plan())


def test_a_model_of_which_nothing_fits_gives_way_to_the_next() -> None:
    assert tags(plan(model="lab/none", models=["lab/two"])) == ["lab/two@dear"]


def test_without_fallbacks_there_is_one_try() -> None:
    assert tags(plan(provider={"allow_fallbacks": False})) == ["lab/one@cheap"]


def test_without_fallbacks_a_list_is_still_tried_to_its_end() -> None:
    wishes = {"order": ["dear", "cheap"], "allow_fallbacks": False}
    assert tags(plan(provider=wishes)) == ["lab/one@dear", "lab/one@cheap"]


def test_a_soft_parameter_rejects_with_a_reason() -> None:
    tooled = endpoint("dear", supported_parameters=frozenset({"tools"}))
    plain = endpoint("cheap", supported_parameters=frozenset())
    tool = {"type": "function", "function": {"name": "now"}}
    made = plan(offered=catalog(model(tooled, plain)), tools=[tool])
    assert tags(made) == ["lab/one@dear"]
    assert made.rejected[0].reason == "it does not support tools"


def test_if_nothing_fits_every_endpoint_says_why() -> None:
    error = nothing_fits(max_tokens=9000, provider={"ignore": ["dear"]})
    assert error.status == 404
    assert "dear: it is in `provider.ignore`" in error.message
    assert "cheap: prompt and output need" in error.message
    assert error.availability is not None
    assert error.availability["code"] == "constraint_filtered"
    assert error.availability["excluded_by"] == ["allowed_providers", "context_length"]
    assert error.availability["affected_providers"] == ["dear", "cheap"]
    assert error.availability["requested_models"] == ["lab/one"]
    assert error.availability["retryable"] is False


def test_a_model_without_endpoints_says_so() -> None:
    error = nothing_fits(model="lab/none")
    assert "it has no endpoints" in error.message
    assert error.availability is not None
    assert error.availability["code"] == "no_endpoints"


def test_a_wish_that_cannot_be_understood_is_refused_first() -> None:
    with pytest.raises(InvalidRequest):
        plan(model="no/such", provider={"sort": "beauty"})


@pytest.mark.parametrize(("named", "others"), [("lab/gone", ["lab/two"]), ("lab/two", ["lab/gone"])])
def test_one_unknown_name_in_a_chain_does_not_fail_the_others(named: str, others: list[str]) -> None:
    assert tags(plan(model=named, models=others)) == ["lab/two@dear"]


def test_a_chain_of_unknown_names_is_told_the_first() -> None:
    with pytest.raises(ModelNotFound, match="`lab/gone`"):
        plan(model="lab/gone", models=["lab/lost"])


def test_what_the_key_may_not_use_is_rejected_with_the_reason_and_the_rest_is_used() -> None:
    policy = KeyPolicy(ignored_providers=("cheap",))
    made = make_plan(request(), CATALOG, OUTLOOK, Reach(ALL, DIALECTS, policy))
    assert tags(made) == ["lab/one@dear"]
    assert [(misfit.endpoint.tag, misfit.code) for misfit in made.rejected] == [("cheap", "key_policy")]


def test_a_model_that_the_key_may_not_use_is_refused_in_words() -> None:
    policy = KeyPolicy(allowed_models=("lab/two",))
    with pytest.raises(NoEndpointFits, match="this API key may not use the model `lab/one`") as caught:
        make_plan(request(), CATALOG, OUTLOOK, Reach(ALL, DIALECTS, policy))
    assert caught.value.availability is not None
    assert caught.value.availability["excluded_by"] == ["key_policy"]


def test_a_fallback_model_is_held_to_the_policy_too() -> None:
    policy = KeyPolicy(ignored_models=("lab/two",))
    made = make_plan(request(models=["lab/two"]), CATALOG, OUTLOOK, Reach(ALL, DIALECTS, policy))
    assert {endpoint.model for endpoint in made.endpoints} == {"lab/one"}

"""What a caller is told when nobody can be asked: each endpoint's own reason, and whether waiting helps."""

import pytest
from switchboard.errors import AtCapacity
from switchboard.health.breaker import ALL_WELL
from switchboard.health.figures import NO_RANKINGS
from switchboard.providers.dialects import UpstreamDialects
from switchboard.routing.outlook import Outlook
from switchboard.routing.plan import Plan, Reach, make_plan

from tests.examples import catalog, endpoint, model, request
from tests.fakes import FakeClock, SteadyChance

NOW = 1_800_000_000.0
OFFERED = catalog(model(endpoint("one"), endpoint("two")))
REACH = Reach(frozenset({"one", "two"}), UpstreamDialects(FakeClock()))


def plan(**seconds: float) -> Plan:
    """Each named endpoint has just asked to be let alone for so many seconds."""
    signals = {f"lab/one@{tag}": ALL_WELL.limited(NOW, wait) for tag, wait in seconds.items()}
    return make_plan(request(), OFFERED, Outlook(NO_RANKINGS, signals, NOW, SteadyChance()), REACH)


def test_an_endpoint_at_its_rate_limit_is_left_out_and_says_for_how_long() -> None:
    made = plan(one=11.2)
    assert [offer.tag for offer in made.endpoints] == ["two"]
    assert [(misfit.endpoint.tag, misfit.code, misfit.reason) for misfit in made.rejected] == [
        ("one", "rate_limited", "it takes no requests for another 12 s")
    ]


def test_if_all_are_the_caller_is_told_when_the_first_may_be_asked_again() -> None:
    with pytest.raises(AtCapacity, match="one: it takes no requests for another 12 s; two: ") as caught:
        plan(one=11.2, two=40)
    error = caught.value
    assert (error.status, error.code, error.retry_after) == (429, "rate_limit_exceeded", 12)
    assert error.availability is not None
    assert error.availability["code"] == "capacity_exhausted"
    assert error.availability["retryable"] is True
    assert error.availability["retry_after"] == 12
    assert error.availability["excluded_by"] == ["rate_limited"]

"""What is told of a plan is what decided it."""

from dataclasses import replace

import orjson
import pytest
from switchboard.accounting.generation import Attempt
from switchboard.health.breaker import ALL_WELL
from switchboard.health.figures import NO_RANKINGS
from switchboard.providers.dialects import UpstreamDialects
from switchboard.routing.explain import explained, metadata
from switchboard.routing.outlook import Outlook
from switchboard.routing.plan import Plan, Reach, make_plan

from tests.examples import catalog, endpoint, model, price, request
from tests.fakes import FakeClock, SteadyChance

NOW = 1_800_000_000.0
CHEAP, DEAR, TINY = (
    endpoint("cheap", price=price(input=1, output=1)),
    endpoint("dear", price=price(input=5, output=5)),
    endpoint("tiny", context=1),
)
REACH = Reach(frozenset({"cheap", "dear", "tiny"}), UpstreamDialects(FakeClock()))
FAILED = Attempt("lab/one@cheap", "cheap", "server", 500, 10, None, None)


def plan() -> Plan:
    shut = replace(ALL_WELL, failures=3, shut_until=NOW + 5, noted=NOW)
    outlook = Outlook(NO_RANKINGS, {"lab/one@dear": shut}, NOW, SteadyChance())
    return make_plan(request(), catalog(model(DEAR, CHEAP, TINY)), outlook, REACH)


def test_the_order_with_its_reasons_and_the_rejections_with_theirs() -> None:
    told = orjson.loads(orjson.dumps(explained(plan())))
    assert [(one["endpoint"], one["door"]) for one in told["endpoints"]] == [
        ("lab/one@cheap", "open_to_all"),
        ("lab/one@dear", "shut"),
    ]
    first = told["endpoints"][0]
    parts = first["index"]
    assert parts["total"] == pytest.approx(parts["price"] + parts["time"] + parts["failures"], abs=1e-8)
    assert first["estimate"]["success"] == 0.98
    assert first["estimate"]["tokens_per_s"] == pytest.approx(45.5)
    assert [(one["tag"], one["code"]) for one in told["rejected"]] == [("tiny", "context_length")]


@pytest.mark.parametrize(
    ("requested", "attempts", "strategy"),
    [("lab/one", (), "direct"), ("lab/one", (FAILED,), "fallback"), ("switchboard/auto", (), "auto")],
)
def test_openrouter_s_metadata_says_who_was_tried_and_who_answers(
    requested: str, attempts: tuple[Attempt, ...], strategy: str
) -> None:
    told = metadata(requested, plan(), attempts, DEAR)
    assert (told["requested"], told["strategy"], told["attempt"]) == (requested, strategy, len(attempts) + 1)
    found = orjson.loads(orjson.dumps(told))
    assert found["endpoints"]["total"] == 3
    assert [(one["provider"], one["selected"]) for one in found["endpoints"]["available"]] == [
        ("cheap", False),
        ("dear", True),
    ]
    assert [one["outcome"] for one in found["attempts"]] == ["server"] * len(attempts)


def test_nobody_answers_where_nobody_was_reached() -> None:
    assert metadata("lab/one", plan(), (), None)["attempt"] == 0

from dataclasses import replace
from typing import Any

from switchboard.catalog.model import DataPolicy
from switchboard.health.figures import NO_FIGURES, Rankings, Spread, Uptime
from switchboard.health.pauses import Pause
from switchboard.storage.rollups import Bucket
from switchboard.web.pages.calculator import Question
from switchboard.web.pages.model_page import Measured, page_object
from switchboard.web.pages.series import endpoint_stats

from tests.examples import endpoint, model

FACTS = {"moderation": "by the developer", "sources": {"agreement": "all", "date": "2026-11-22"}, "aggregator": True}
TOLD = endpoint("acme", facts=FACTS, data_policy=DataPolicy(False, 30, True))
UNTOLD = endpoint("b")
FIGURES = Rankings(
    60, {TOLD.id: replace(NO_FIGURES, uptime_30m=Uptime(1, 2), latency_30m=Spread(3, 1, 9, 5, 5, 6, 7, 8))}
)


def shown() -> Any:
    stats: Any = {
        "as_of": 1,
        "tokens_per_day": [],
        "endpoints": [endpoint_stats(one, [Bucket(0, None)]) for one in (TOLD, UNTOLD)],
    }
    measured = Measured(FIGURES, stats, {TOLD.id: Pause("failures", 61.5)})
    return page_object(model(TOLD, UNTOLD, aliases=("one",)), measured, Question(10, 5, 3), "https://here.test")


def test_a_card_has_the_apis_figures_and_the_pages_own() -> None:
    card = shown()["endpoints"][0]
    assert (card["uptime_last_30m"], card["latency_last_30m"]["p50"], card["uptime_last_1d"]) == (50.0, 5, None)
    assert (card["provider"], card["moderation"], card["aggregator"]) == ("acme", "by the developer", True)
    assert card["data_policy"] == {"training": False, "retention_days": 30, "verified": True}
    assert card["sources"]["agreement"] == "all"


def test_an_endpoint_that_is_paused_says_until_when_and_why() -> None:
    paused = [card["paused"] for card in shown()["endpoints"]]
    assert paused == [{"reason": "failures", "until": 62}, None]


def test_what_nobody_said_is_null_on_a_card() -> None:
    card = shown()["endpoints"][1]
    assert (card["moderation"], card["sources"], card["status_page_url"], card["latency_last_30m"]) == (None,) * 4
    assert card["data_policy"]["training"] is None


def test_the_calculator_answers_what_was_asked() -> None:
    asked = shown()["calculator"]
    assert (asked["prompt_tokens"], asked["output_tokens"], asked["hour"], len(asked["data"])) == (10, 5, 3, 2)


def test_a_benchmark_that_says_little_is_null_elsewhere() -> None:
    named = replace(model(), facts={"benchmarks": [{"name": "IFEval", "note": "x"}, "nonsense"]})
    measured = Measured(FIGURES, {"as_of": 1, "tokens_per_day": [], "endpoints": []}, {})
    page: Any = page_object(named, measured, Question(1, 1, 1), "")
    nothing = {"score": None, "metric": None, "source": None, "date": None}
    assert page["benchmarks"] == [{"name": "IFEval", **nothing}]


def test_the_head_says_who_made_it_and_what_it_is_called() -> None:
    page = shown()
    assert (page["title"], page["author"], page["aliases"], page["measured_until"]) == ("lab/one", "lab", ["one"], 3600)

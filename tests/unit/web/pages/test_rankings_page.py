from dataclasses import replace
from typing import Any

from switchboard.catalog.model import Price
from switchboard.health.figures import NO_FIGURES, Rankings, Spread
from switchboard.health.rollup import Observation, Rollup
from switchboard.storage.rollups import Bucket, model_series
from switchboard.web.pages.rankings_page import measured_models, rankings_object

from tests.examples import catalog, endpoint, model, price

QUICK = endpoint("quick")
SLOW = endpoint("slow", model="lab/two", price=price(input=1, output=1))
FREE = endpoint("free", model="lab/two", price=price(input=0, output=0))
UNKNOWN = endpoint("x", model="lab/three", price=Price({}))
CATALOG = catalog(model(QUICK), model(SLOW, FREE, name="lab/two"), model(UNKNOWN, name="lab/three"))
FIGURES = Rankings(
    7,
    {
        QUICK.id: replace(NO_FIGURES, throughput_30m=Spread(4, 1, 90, 50, 50, 60, 70, 80)),
        SLOW.id: replace(NO_FIGURES, throughput_30m=Spread(2, 1, 9, 5, 5, 6, 7, 8)),
    },
)
WEEK = {
    model_series("lab/one"): [Bucket(0, Rollup.of([Observation("ok", 10, 5)])), Bucket(86_400, None)],
    model_series("lab/two"): [Bucket(0, Rollup.of([Observation("ok", 100, 50)]))],
}


def shown() -> Any:
    return rankings_object(CATALOG, FIGURES, WEEK, 0.0)


def test_only_models_that_were_asked_are_looked_up() -> None:
    assert measured_models(CATALOG, FIGURES) == ["lab/one", "lab/two"]


def test_models_are_ranked_by_their_tokens_and_those_without_are_left_out() -> None:
    assert [(row["id"], row["tokens"]) for row in shown()["by_tokens"]] == [("lab/two", 150), ("lab/one", 15)]


def test_endpoints_are_ranked_by_median_throughput_with_their_samples() -> None:
    rows = shown()["by_throughput"]
    assert [(row["tag"], row["throughput_last_30m"]["count"]) for row in rows] == [("quick", 4), ("slow", 2)]
    assert rows[0]["latency_last_30m"] is None


def test_models_are_ranked_by_their_cheapest_price_that_is_known_and_not_free() -> None:
    assert [(row["id"], row["tag"], row["usd"]) for row in shown()["by_price"]] == [
        ("lab/two", "slow", "0.002"),
        ("lab/one", "quick", "0.01"),
    ]


def test_the_formula_is_shown_with_the_figures_that_routing_uses() -> None:
    assert shown()["formula"].startswith("I = P")
    assert shown()["second_usd"]["balanced"] == 0.002

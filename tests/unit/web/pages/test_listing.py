from dataclasses import replace
from typing import Any

import pytest
from switchboard.catalog.model import DataPolicy, Price
from switchboard.errors import InvalidRequest
from switchboard.health.figures import NO_FIGURES, NO_RANKINGS, Rankings, Spread
from switchboard.web.pages.listing import SORTS, filters_of, list_object

from tests.examples import catalog, endpoint, model, price

KEEPS_NONE = DataPolicy(retention_days=0)
ALPHA = endpoint("acme", model="lab/alpha", supported_parameters=frozenset({"tools"}), data_policy=KEEPS_NONE)
BETA = endpoint("b", model="lab/beta", price=price(input=0.5, output=1))
GAMMA = endpoint("b", model="other/gamma", price=Price({}))
MODELS = catalog(
    model(ALPHA, name="lab/alpha", created=1, context=1000, input_modalities=("text", "image"), aliases=("first",)),
    model(BETA, name="lab/beta", created=3, context=5000, description="Writes <b>poems</b>"),
    model(GAMMA, name="other/gamma", created=2),
)
FIGURES = Rankings(
    1,
    {
        ALPHA.id: replace(NO_FIGURES, throughput_30m=Spread(1, 5, 5, 5, 5, 5, 5, 5)),
        BETA.id: replace(
            NO_FIGURES,
            throughput_30m=Spread(1, 9, 9, 9, 9, 9, 9, 9),
            latency_30m=Spread(1, 70, 70, 70, 70, 70, 70, 70),
        ),
    },
)


def listed(query: dict[str, str], rankings: Rankings = NO_RANKINGS) -> list[str]:
    shown: Any = list_object(MODELS, rankings, filters_of(query, MODELS))
    assert shown["count"] == len(shown["data"])
    return [row["id"] for row in shown["data"]]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({}, ["lab/alpha", "lab/beta", "other/gamma"]),
        ({"q": "POEMS lab"}, ["lab/beta"]),
        ({"q": "first"}, ["lab/alpha"]),
        ({"q": "nothing like that"}, []),
        ({"author": "other"}, ["other/gamma"]),
        ({"provider": "b"}, ["lab/beta", "other/gamma"]),
        ({"input": "image"}, ["lab/alpha"]),
        ({"parameter": "tools"}, ["lab/alpha"]),
        ({"max_price": "0.5"}, ["lab/beta"]),
        ({"context": "2000"}, ["lab/beta"]),
        ({"policy": "keeps none"}, ["lab/alpha"]),
        ({"policy": "does not train"}, []),
        ({"author": "", "max_price": " ", "sort": ""}, ["lab/alpha", "lab/beta", "other/gamma"]),
    ],
)
def test_a_filter_leaves_what_fits_it(query: dict[str, str], found: list[str]) -> None:
    assert listed(query) == found


@pytest.mark.parametrize(
    ("sort", "found"),
    [
        ("name", ["lab/alpha", "lab/beta", "other/gamma"]),
        ("newest", ["lab/beta", "other/gamma", "lab/alpha"]),
        ("price", ["lab/beta", "lab/alpha", "other/gamma"]),
        ("context", ["lab/beta", "lab/alpha", "other/gamma"]),
        ("throughput", ["lab/beta", "lab/alpha", "other/gamma"]),
        ("latency", ["lab/beta", "lab/alpha", "other/gamma"]),
    ],
)
def test_an_order_puts_the_unknown_last(sort: str, found: list[str]) -> None:
    assert listed({"sort": sort}, FIGURES) == found


def test_every_order_is_tested_above_and_offered() -> None:
    assert SORTS == ("name", "newest", "price", "context", "throughput", "latency")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("sort", "random"),
        ("author", "nobody"),
        ("provider", "nobody"),
        ("input", "smell"),
        ("parameter", "magic"),
        ("max_price", "-1"),
        ("max_price", "NaN"),
        ("max_price", "1e999"),
        ("max_price", "cheap"),
        ("context", "-5"),
        ("policy", "burns them"),
        ("q", "x" * 201),
    ],
)
def test_an_absurd_filter_is_refused_by_its_name(name: str, value: str) -> None:
    with pytest.raises(InvalidRequest) as refused:
        filters_of({name: value}, MODELS)
    assert refused.value.param == name

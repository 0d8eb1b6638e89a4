from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from switchboard.catalog.model import DataPolicy
from switchboard.errors import InvalidRequest
from switchboard.health.figures import NO_FIGURES, Spread
from switchboard.json_types import Json
from switchboard.web.model_query import (
    BOUNDS,
    CODING_INDEX,
    LISTS,
    NOT_ANSWERED,
    SORTS,
    SORTS_NOT_ANSWERED,
    Traffic,
    model_query,
    query_parameters,
    selected,
)

from tests.examples import catalog, endpoint, model, price

NOW = 1_800_000_000.0
DAY = 86_400
CHEAP = endpoint(
    "acme",
    model="lab/cheap",
    price=price(input=0.1, output=0.4),
    supported_parameters=frozenset({"tools", "seed"}),
    data_policy=DataPolicy(False, 0, True),
)
FAST = endpoint("swift", model="big/fast", supported_parameters=frozenset({"tools"}), region="eu")
UNKNOWN = endpoint("b", model="lab/dark", price=price(output=1))
SCORES: list[Json] = [{"name": "IFEval", "score": 9}, {"name": CODING_INDEX, "score": 61.5}, "nonsense"]
CATALOG = catalog(
    model(CHEAP, name="lab/cheap", created=int(NOW) - 10 * DAY, context=8_000, description="Small and neat"),
    model(FAST, name="big/fast", created=int(NOW) - 100 * DAY, context=200_000, input_modalities=("text", "image")),
    model(UNKNOWN, name="lab/dark", facts={"tokenizer": "GPT", "benchmarks": SCORES}, output_modalities=("embedding",)),
)
SPREAD = Spread(9, 1, 9, 5, 5, 6, 7, 8)
FIGURES = {
    FAST.id: replace(NO_FIGURES, latency_30m=SPREAD, throughput_30m=replace(SPREAD, p50=90)),
    CHEAP.id: replace(NO_FIGURES, latency_30m=replace(SPREAD, p50=7), throughput_30m=SPREAD),
}

TOKENS = {"lab/dark": 5, "big/fast": 70}


def found(**given: str) -> list[str]:
    query = model_query(given, CATALOG)
    return [one.id for one in selected(CATALOG.models.values(), query, Traffic(FIGURES, TOKENS), NOW)]


@pytest.mark.parametrize(
    ("given", "ids"),
    [
        ({"q": "neat SMALL"}, ["lab/cheap"]),
        ({"supported_parameters": "tools,seed"}, ["lab/cheap"]),
        ({"supported_parameters": "tools"}, ["lab/cheap", "big/fast"]),
        ({"input_modalities": "text,image"}, ["big/fast"]),
        ({"output_modalities": "embedding"}, ["lab/dark"]),
        ({"output_modalities": "all"}, ["lab/cheap", "big/fast", "lab/dark"]),
        ({"model_authors": "lab, big"}, ["lab/cheap", "big/fast", "lab/dark"]),
        ({"providers": "swift"}, ["big/fast"]),
        ({"arch": "GPT"}, ["lab/dark"]),
        ({"context": "10000"}, ["big/fast"]),
        ({"max_price": "0.1"}, ["lab/cheap"]),
        ({"min_price": "0.2"}, ["big/fast"]),
        ({"max_output_price": "0.4"}, ["lab/cheap"]),
        ({"min_output_price": "8"}, ["big/fast"]),
        ({"max_age_days": "30"}, ["lab/cheap"]),
        ({"min_age_days": "30"}, ["big/fast"]),
        ({"min_coding_index": "61.5"}, ["lab/dark"]),
        ({"max_coding_index": "61.4"}, []),
        ({"zdr": "true"}, ["lab/cheap"]),
        ({"zdr": "false", "region": "eu"}, ["big/fast"]),
        ({"model_authors": "lab", "max_price": "9"}, ["lab/cheap"]),
    ],
)
def test_each_filter_leaves_what_it_says(given: dict[str, str], ids: list[str]) -> None:
    assert found(**given) == ids


@pytest.mark.parametrize(
    ("sort", "ids"),
    [
        ("newest", ["lab/cheap", "big/fast", "lab/dark"]),
        ("pricing-low-to-high", ["lab/cheap", "big/fast", "lab/dark"]),
        ("pricing-high-to-low", ["big/fast", "lab/cheap", "lab/dark"]),
        ("context-high-to-low", ["big/fast", "lab/cheap", "lab/dark"]),
        ("throughput-high-to-low", ["big/fast", "lab/cheap", "lab/dark"]),
        ("latency-low-to-high", ["big/fast", "lab/cheap", "lab/dark"]),
        ("coding-high-to-low", ["lab/dark", "big/fast", "lab/cheap"]),
        ("most-popular", ["big/fast", "lab/dark", "lab/cheap"]),
        ("top-weekly", ["big/fast", "lab/dark", "lab/cheap"]),
    ],
)
def test_what_is_not_known_comes_last_in_every_order(sort: str, ids: list[str]) -> None:
    assert found(sort=sort) == ids


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("sort", "best"),
        ("context", "-1"),
        ("max_price", "NaN"),
        ("min_price", "1e400"),
        ("max_age_days", "soon"),
        ("providers", "acme,nobody"),
        ("model_authors", "<script>"),
        ("zdr", "perhaps"),
        ("region", "mars"),
        ("q", "x" * 201),
    ],
)
def test_an_absurd_filter_is_named(name: str, value: str) -> None:
    with pytest.raises(InvalidRequest) as told:
        model_query({name: value}, CATALOG)
    assert told.value.param == name


@pytest.mark.parametrize(
    ("name", "value", "reason"),
    [
        *((name, "programming", reason) for name, reason in NOT_ANSWERED.items()),
        *(("sort", value, reason) for value, reason in SORTS_NOT_ANSWERED.items()),
    ],
)
def test_what_nothing_can_answer_is_refused_with_the_reason(name: str, value: str, reason: str) -> None:
    with pytest.raises(InvalidRequest, match=reason) as told:
        model_query({name: value}, CATALOG)
    assert told.value.param == name


def test_a_field_that_was_left_empty_asks_for_nothing() -> None:
    assert not model_query({name: " " for name in ("q", "sort", "zdr", *LISTS, *BOUNDS)}, CATALOG).asks_for_anything()


def test_the_document_names_every_filter() -> None:
    named = {one["name"] for one in query_parameters() if isinstance(one, dict)}
    assert named == {"q", "sort", "zdr", "region", *LISTS, *BOUNDS}


@given(st.dictionaries(st.sampled_from(["q", "sort", "zdr", "region", *LISTS, *BOUNDS]), st.text(max_size=8)))
def test_whatever_is_asked_is_answered_or_refused_by_name(given: dict[str, str]) -> None:
    refused: InvalidRequest | None = None
    try:
        ids = found(**given)
    except InvalidRequest as error:
        ids, refused = [], error
    assert set(ids) <= set(CATALOG.models)
    assert refused is None or refused.param in given


def test_every_order_is_one_of_openrouters() -> None:
    assert all(sort == "newest" or sort.endswith(("-to-high", "-to-low")) for sort in SORTS)

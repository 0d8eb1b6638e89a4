"""A value is read as what it must be, or refused by the name of its field: nothing is guessed, nothing raises else."""

from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st
from switchboard.errors import InvalidRequest
from switchboard.json_types import Json, JsonObject
from switchboard.routing.preference_fields import cutoffs, most_paid
from switchboard.routing.preferences import preferences

from tests.examples import request

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63) | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(("p50", "by", "prompt")), inner),
    max_leaves=4,
)
FIELDS = (
    *("order", "only", "ignore", "allow_fallbacks", "require_parameters", "data_collection", "zdr", "quantizations"),
    *("sort", "max_price", "preferred_min_throughput", "preferred_max_latency", "routing", "fallback"),
)


@given(st.dictionaries(st.sampled_from(FIELDS), JSON, max_size=3))
def test_any_json_is_read_or_refused_by_name(provider: JsonObject) -> None:
    param = None
    try:
        preferences(request(provider=provider))
    except InvalidRequest as refusal:
        param = refusal.param
    assert param is None or param.startswith("provider.")


def test_a_bare_number_is_the_median_s() -> None:
    assert cutoffs({"c": 40}, "c") == cutoffs({"c": {"p50": 40, "p90": None}}, "c") == {"p50": 40.0}
    assert cutoffs({"c": {"p50": 40, "p99": 5.5}}, "c") == {"p50": 40.0, "p99": 5.5}


def test_prices_are_dollars_for_a_million_tokens_or_for_one_of_anything_else() -> None:
    bounds = most_paid({"max_price": {"prompt": 1, "completion": "2.5", "request": "0.01", "image": 0, "audio": None}})
    assert bounds == {"input": 10**9, "output": 25 * 10**8, "request": 10**13, "image": 0}


@pytest.mark.parametrize("price", [-1, "-1", "cheap", "NaN", "Infinity", True, [], 1e300])
def test_what_is_no_price_is_refused(price: object) -> None:
    with pytest.raises(InvalidRequest) as caught:
        most_paid({"max_price": {"prompt": cast(Json, price)}})
    assert caught.value.param == "provider.max_price.prompt"

from typing import Any

import pytest
from switchboard.errors import InvalidRequest, ModelNotFound
from switchboard.health.figures import NO_RANKINGS
from switchboard.web.pages.calculator import Question
from switchboard.web.pages.compare_page import compare_object, compared_models

from tests.examples import catalog, endpoint, model, price

SMALL = endpoint("small", model="lab/one", context=1000, price=price(input=0.1, output=0.1))
WIDE = endpoint("wide", model="lab/one", context=200_000, supported_parameters=frozenset({"tools", "seed"}))
ONE = model(SMALL, WIDE, aliases=("uno",))
TWO = model(endpoint("b", model="lab/two"), name="lab/two")
KNOWN = catalog(ONE, TWO)


def compared(*names: str) -> Any:
    return compare_object(KNOWN, NO_RANKINGS, compared_models(KNOWN, names), Question(2000, 100, 5))


def test_a_model_named_twice_is_there_once_and_empty_fields_are_none() -> None:
    assert [one.id for one in compared_models(KNOWN, ["lab/two", "", " uno ", "lab/one"])] == ["lab/two", "lab/one"]


def test_more_than_four_are_too_many() -> None:
    with pytest.raises(InvalidRequest, match="At most 4"):
        compared_models(KNOWN, ["a", "b", "c", "d", "e"])


def test_an_unknown_model_is_named_with_its_near_matches() -> None:
    with pytest.raises(ModelNotFound) as told:
        compared_models(KNOWN, ["lab/onne"])
    assert told.value.metadata["near_matches"] == ["lab/one", "lab/two"]


def test_the_request_is_priced_where_it_fits() -> None:
    (one,) = compared("lab/one")["data"]
    assert (one["request_tag"], one["request_usd"]) == ("wide", "0.0048")


def test_parameters_of_all_are_rows_and_there_are_always_four_fields() -> None:
    page = compared("lab/one", "lab/two")
    assert page["parameters"] == ["seed", "tools"]
    assert page["fields"] == ["lab/one", "lab/two", "", ""]
    assert compared()["data"] == []

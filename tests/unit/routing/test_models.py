"""What a name means: a model, an alias, or either with a suffix that says how to route."""

from typing import Any

import pytest
from switchboard.errors import InvalidRequest, ModelNotFound
from switchboard.routing.models import Named, asked_models, find_model, models_for, named, providers_of

from tests.examples import catalog, endpoint, model, request

ONE = model(endpoint("dear"), endpoint("cheap/eu"), aliases=("one",))
TWO = model(endpoint("dear", model="lab/two"), name="lab/two")
FREE = model(endpoint("dear", model="lab/two:free"), name="lab/two:free")
CATALOG = catalog(ONE, TWO, FREE, model(name="openai/gpt-4.1"), model(name="lab/none"))


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("lab/one", Named(ONE)),
        ("one", Named(ONE)),
        ("lab/one:nitro", Named(ONE, sort="throughput")),
        ("one:floor", Named(ONE, sort="price")),
        ("lab/one:exacto", Named(ONE, sort="exacto")),
        ("lab/one:free", Named(ONE, free=True)),
        ("lab/two:free", Named(FREE)),
        ("lab/one:dear", Named(ONE, pinned="dear")),
        ("lab/one:cheap", Named(ONE, pinned="cheap")),
        ("lab/one:cheap/eu", Named(ONE, pinned="cheap/eu")),
        ("lab/one:cheap/us", None),
        ("lab/one:nobody", None),
        ("lab/one:", None),
        ("lab/three:nitro", None),
    ],
)
def test_a_name_and_its_suffix(name: str, expected: Named | None) -> None:
    assert named(CATALOG, name) == expected


def test_a_model_that_is_named_twice_is_meant_as_it_was_first() -> None:
    asked = asked_models(CATALOG, request(model="one:nitro"), ["lab/one", "lab/gone", "lab/two"])
    assert asked == [Named(ONE, sort="throughput"), Named(TWO)]


def test_a_chain_of_unknown_names_is_told_the_first() -> None:
    with pytest.raises(ModelNotFound, match="`lab/gone`"):
        asked_models(CATALOG, request(model="lab/gone"), ["lab/lost"])


def auto(**config: Any) -> list[str]:  # Any: JSON that tests make up
    asked = request(model="switchboard/auto", model_routing_config=config)
    return [meant.model.id for meant in asked_models(CATALOG, asked, []) if meant.by_auto]


def test_auto_may_mean_any_model_or_one_of_those_that_are_listed() -> None:
    assert auto() == list(CATALOG.models)
    assert auto(available_models=["lab/two", "one"]) == ["lab/two", "lab/one"]
    with pytest.raises(InvalidRequest, match="`lab/gone`"):
        auto(available_models=["lab/two", "lab/gone"])


def unknown(name: str) -> ModelNotFound:
    with pytest.raises(ModelNotFound) as caught:
        find_model(CATALOG, name)
    return caught.value


def test_an_unknown_model_is_not_found() -> None:
    error = unknown("qqqq/zzzz")
    assert (error.status, error.param) == (404, "model")
    assert error.message == "There is no model `qqqq/zzzz`. GET /api/v1/models lists all of them."
    assert error.metadata == {"near_matches": []}
    assert error.availability == {"code": "model_not_found", "retryable": False, "requested_models": ["qqqq/zzzz"]}


@pytest.mark.parametrize("name", ["openai/gpt4.1", "gpt-4.1", "gpt-4-1", "azure/gpt-4.1", "openai/gpt-4.1-mini"])
def test_a_slip_of_the_pen_gets_the_right_name(name: str) -> None:
    error = unknown(name)
    assert "Did you mean `openai/gpt-4.1`" in error.message
    assert error.metadata["near_matches"] == ["openai/gpt-4.1"]


def test_no_more_than_three_names_are_suggested() -> None:
    many = catalog(*(model(name=f"lab/model-{number}") for number in range(9)))
    with pytest.raises(ModelNotFound) as caught:
        find_model(many, "lab/model")
    near = caught.value.metadata["near_matches"]
    assert isinstance(near, list)
    assert len(near) == 3
    assert len(set(map(str, near))) == 3


def test_everybody_who_might_serve_is_asked_for_a_key_once() -> None:
    asked = request(models=["lab/two", "no/such", "one"])
    models = models_for(asked, CATALOG)
    assert models == (ONE, TWO)
    assert [maker.id for maker in providers_of(models)] == ["dear", "cheap"]
    assert models_for(request(model="no/such"), CATALOG) == ()

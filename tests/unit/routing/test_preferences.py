from typing import Any

import pytest
from switchboard.errors import InvalidRequest
from switchboard.routing.preferences import Preferences, names_endpoint, preferences

from tests.examples import request


def wishes(**provider: Any) -> Preferences:  # Any: JSON that tests make up
    return preferences(request(provider=provider))


def refused(**provider: Any) -> InvalidRequest:
    with pytest.raises(InvalidRequest) as caught:
        wishes(**provider)
    return caught.value


def test_without_wishes_everything_is_open() -> None:
    assert preferences(request()) == Preferences()
    assert wishes() == Preferences()


def test_every_wish_is_read() -> None:
    assert preferences(
        request(
            models=["lab/two"],
            provider={
                "order": ["a"],
                "only": ["a", "b"],
                "ignore": ["c"],
                "sort": "price",
                "allow_fallbacks": False,
                "require_parameters": True,
                "data_collection": "deny",
                "zdr": True,
                "enforce_distillable_text": True,
                "quantizations": ["fp8", "unknown"],
                "max_price": {"prompt": 1},
                "preferred_min_throughput": 20,
                "preferred_max_latency": {"p90": 3},
            },
        )
    ) == Preferences(
        models=("lab/two",),
        order=("a",),
        only=("a", "b"),
        ignore=("c",),
        sort="price",
        allow_fallbacks=False,
        require_parameters=True,
        no_collection=True,
        zero_retention=True,
        distillable=True,
        quantizations=frozenset({"fp8", "unknown"}),
        max_price={"input": 10**9},
        least_throughput={"p50": 20.0},
        most_latency={"p90": 3.0},
    )


@pytest.mark.parametrize(
    ("fields", "sort", "across"),
    [
        ({"provider": {"sort": {"by": "latency", "partition": "none"}}}, "latency", True),
        ({"provider": {"sort": {"by": "throughput", "partition": "model"}}}, "throughput", False),
        ({"provider": {"sort": {"by": "exacto"}}}, "exacto", False),
        ({"provider": {"sort": {"partition": "none"}}}, None, True),
        ({"route": "sort"}, None, True),
        ({"route": "fallback"}, None, False),
        ({"route": "sort", "provider": {"sort": {"by": "price", "partition": "model"}}}, "price", False),
    ],
)
def test_what_to_sort_by_and_whether_across_models(fields: Any, sort: str | None, across: bool) -> None:
    found = preferences(request(**fields))
    assert (found.sort, found.across_models) == (sort, across)


def test_a_fallback_in_zenmux_s_words_comes_after_the_models_of_openrouter_s() -> None:
    assert preferences(request(models=["lab/two"], provider={"fallback": "lab/three"})).models == (
        "lab/two",
        "lab/three",
    )


@pytest.mark.parametrize("fields", [{"route": "best"}, {"session_id": "x" * 257}])
def test_what_stands_beside_the_provider_object_is_checked_too(fields: Any) -> None:
    with pytest.raises(InvalidRequest) as caught:
        preferences(request(**fields))
    assert caught.value.param == next(iter(fields))


@pytest.mark.parametrize("name", ["order", "only", "ignore", "sort", "allow_fallbacks", "require_parameters"])
def test_null_counts_as_absent(name: str) -> None:
    assert wishes(**{name: None}) == Preferences()


def test_an_unknown_wish_is_refused_not_ignored() -> None:
    error = refused(colour="red")
    assert error.param == "provider.colour"
    assert "allow_fallbacks" in error.message


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("sort", "beauty"),
        ("sort", ["price"]),
        ("order", "openai"),
        ("only", [7]),
        ("ignore", {}),
        ("allow_fallbacks", "no"),
        ("require_parameters", 1),
        ("data_collection", "never"),
        ("zdr", "yes"),
        ("quantizations", ["fp7"]),
        ("quantizations", "fp8"),
    ],
)
def test_a_wish_of_the_wrong_type_is_refused_by_its_name(name: str, value: Any) -> None:
    assert refused(**{name: value}).param == f"provider.{name}"


@pytest.mark.parametrize(
    ("name", "tag", "named"),
    [
        ("azure", "azure", True),
        ("azure", "azure/eu", True),
        ("azure/eu", "azure/eu", True),
        ("azure/eu", "azure", False),
        ("azure/eu", "azure/us", False),
        ("azur", "azure", False),
        ("", "azure", False),
    ],
)
def test_a_provider_names_every_variant_of_itself(name: str, tag: str, named: bool) -> None:
    assert names_endpoint(name, tag) is named

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
            },
        )
    ) == Preferences(("lab/two",), ("a",), ("a", "b"), ("c",), "price", allow_fallbacks=False, require_parameters=True)


@pytest.mark.parametrize("name", ["order", "only", "ignore", "sort", "allow_fallbacks", "require_parameters"])
def test_null_counts_as_absent(name: str) -> None:
    assert wishes(**{name: None}) == Preferences()


def test_an_unknown_wish_is_refused_not_ignored() -> None:
    error = refused(zdr=True)
    assert error.param == "provider.zdr"
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

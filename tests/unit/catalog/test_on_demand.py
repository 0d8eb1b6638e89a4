"""A catalog's models are made when they are asked for, each once."""

import pytest
from switchboard.catalog.on_demand import OnDemand


def test_a_value_is_made_once_and_only_when_it_is_asked_for() -> None:
    made: list[str] = []

    def make(name: str) -> str:
        made.append(name)
        return name.upper()

    values = OnDemand(["a", "b"], make)
    assert list(values) == ["a", "b"]
    assert "a" in values
    assert "c" not in values
    assert len(values) == 2
    assert made == []
    assert [values["b"], values["b"]] == ["B", "B"]
    assert made == ["b"]
    assert dict(values) == {"a": "A", "b": "B"}


def test_what_is_not_there_is_missing_as_from_any_mapping() -> None:
    values = OnDemand(["a"], str.upper)
    assert values.get("z") is None
    with pytest.raises(KeyError):
        values["z"]

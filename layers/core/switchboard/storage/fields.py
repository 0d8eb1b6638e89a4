"""Read attributes of an item under the type they were written with. An attribute that is missing is None."""

from collections.abc import Mapping

from switchboard.storage.database import Item, Value


def present(attributes: Mapping[str, Value]) -> Item:
    """The attributes worth writing: those that are not None."""
    return {name: value for name, value in attributes.items() if value is not None}


def text(item: Mapping[str, Value], name: str) -> str | None:
    value = item.get(name)
    return None if value is None else str(value)


def whole(item: Mapping[str, Value], name: str) -> int | None:
    value = item.get(name)
    return int(value) if isinstance(value, int | float) else None


def number(item: Mapping[str, Value], name: str) -> float | None:
    value = item.get(name)
    return float(value) if isinstance(value, int | float) else None


def items(item: Mapping[str, Value], name: str) -> list[Item]:
    value = item.get(name)
    return [row for row in value if isinstance(row, dict)] if isinstance(value, list) else []


def strings(item: Mapping[str, Value], name: str) -> list[str]:
    value = item.get(name)
    return [entry for entry in value if isinstance(entry, str)] if isinstance(value, list) else []


def table(item: Mapping[str, Value], name: str) -> Item:
    value = item.get(name)
    return value if isinstance(value, dict) else {}

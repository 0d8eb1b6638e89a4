"""JSON as types."""

from typing import TypeAlias, Union

# Union, not |: the members that are still to be defined are texts, which | cannot join.
Json: TypeAlias = Union[str, int, float, bool, list["Json"], dict[str, "Json"], None]  # noqa: UP007
JsonObject: TypeAlias = dict[str, Json]

"""What orjson reads and writes, as types. Used at the borders, where a dialect is taken apart or put together."""

from typing import TypeAlias, Union

# Union, not |: the members that are still to be defined are texts, which | cannot join.
Json: TypeAlias = Union[str, int, float, bool, list["Json"], dict[str, "Json"], None]  # noqa: UP007
JsonObject: TypeAlias = dict[str, Json]

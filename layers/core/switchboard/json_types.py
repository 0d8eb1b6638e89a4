"""What orjson reads and writes, as types. Used at the borders, where a dialect is taken apart or put together."""

from typing import TypeAlias

Json: TypeAlias = "str | int | float | bool | list[Json] | dict[str, Json] | None"
JsonObject: TypeAlias = "dict[str, Json]"

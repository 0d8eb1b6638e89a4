"""What a caller asks of routing, in OpenRouter's `provider` object. Unknown values are refused, never ignored."""

from dataclasses import dataclass
from typing import cast

from switchboard.chat import ChatRequest
from switchboard.errors import InvalidRequest
from switchboard.json_types import Json, JsonObject

SORTS = ("price",)


@dataclass(frozen=True, slots=True)
class Preferences:
    """`order`, `only` and `ignore` hold provider ids or endpoint tags; `models` are models to fall back to."""

    models: tuple[str, ...] = ()
    order: tuple[str, ...] = ()
    only: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    sort: str | None = None
    allow_fallbacks: bool = True
    require_parameters: bool = False


def preferences(request: ChatRequest) -> Preferences:
    """Raises InvalidRequest, naming the field."""
    given = request.gateway.get("provider")
    wishes: JsonObject = given if isinstance(given, dict) else {}
    unknown = sorted(set(wishes) - _FIELDS)
    if unknown:
        raise InvalidRequest(
            f"`provider.{unknown[0]}` is not known here; known are {', '.join(sorted(_FIELDS))}.",
            param=f"provider.{unknown[0]}",
        )
    sort = wishes.get("sort")
    if sort is not None and sort not in SORTS:
        raise InvalidRequest(f"`provider.sort` must be one of {', '.join(SORTS)}.", param="provider.sort")
    return Preferences(
        models=tuple(cast("list[str]", request.gateway.get("models", []))),
        order=_names(wishes, "order"),
        only=_names(wishes, "only"),
        ignore=_names(wishes, "ignore"),
        sort=sort if isinstance(sort, str) else None,
        allow_fallbacks=_flag(wishes, "allow_fallbacks", default=True),
        require_parameters=_flag(wishes, "require_parameters", default=False),
    )


_FIELDS = frozenset({"order", "only", "ignore", "sort", "allow_fallbacks", "require_parameters"})


def names_endpoint(name: str, tag: str) -> bool:
    """A bare provider id names every variant of it: `amazon-bedrock` is also `amazon-bedrock/us`."""
    return tag == name or tag.startswith(name + "/")


def _names(wishes: JsonObject, name: str) -> tuple[str, ...]:
    value: Json = wishes.get(name)
    if value is None:
        return ()
    if not isinstance(value, list) or not all(isinstance(entry, str) for entry in value):
        raise InvalidRequest(f"`provider.{name}` must be a list of provider names.", param=f"provider.{name}")
    return tuple(str(entry) for entry in value)


def _flag(wishes: JsonObject, name: str, *, default: bool) -> bool:
    value = wishes.get(name)
    if value is None:
        return default
    if not isinstance(value, bool):
        raise InvalidRequest(f"`provider.{name}` must be true or false.", param=f"provider.{name}")
    return value

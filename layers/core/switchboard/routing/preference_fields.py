"""Reading the fields of a `provider` object: each returns a value of its type, or refuses by the field's name."""

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation

from switchboard.catalog.model import NANO, TOKENS_PER_PRICE
from switchboard.errors import InvalidRequest
from switchboard.json_types import Json, JsonObject

PERCENTILES = ("p50", "p75", "p90", "p99")
# What `max_price` calls a unit, what the catalog calls it, and for how many units its price stands.
PRICE_UNITS: Mapping[str, tuple[str, int]] = {
    "prompt": ("input", 1),
    "completion": ("output", 1),
    "audio": ("input_audio", 1),
    "request": ("request", TOKENS_PER_PRICE),
    "image": ("image", TOKENS_PER_PRICE),
}


def refuse(where: str, wanted: str) -> InvalidRequest:
    return InvalidRequest(f"`{where}` must be {wanted}.", param=where)


def table(value: Json, where: str, known: tuple[str, ...]) -> JsonObject:
    """An object with none but these fields; empty for null. Raises InvalidRequest."""
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise refuse(where, "an object")
    unknown = sorted(set(value) - set(known))
    if unknown:
        field = f"{where}.{unknown[0]}"
        raise InvalidRequest(f"`{field}` is not known here; known are {', '.join(known)}.", param=field)
    return value


def names(fields: JsonObject, name: str, where: str = "provider") -> tuple[str, ...]:
    value = fields.get(name)
    if value is None:
        return ()
    if not isinstance(value, list) or not all(isinstance(entry, str) for entry in value):
        raise refuse(f"{where}.{name}", "a list of provider names")
    return tuple(str(entry) for entry in value)


def flag(fields: JsonObject, name: str, *, default: bool) -> bool:
    value = fields.get(name)
    if value is None:
        return default
    if not isinstance(value, bool):
        raise refuse(f"provider.{name}", "true or false")
    return value


def word(value: Json, where: str, known: tuple[str, ...]) -> str | None:
    """One of these words; None for null."""
    if value is None:
        return None
    if not isinstance(value, str) or value not in known:
        raise refuse(where, f"one of {', '.join(known)}")
    return value


def words(fields: JsonObject, name: str, known: tuple[str, ...]) -> frozenset[str]:
    value = fields.get(name)
    if value is None:
        return frozenset()
    if not isinstance(value, list) or any(not isinstance(entry, str) or entry not in known for entry in value):
        raise refuse(f"provider.{name}", f"a list of {', '.join(known)}")
    return frozenset(map(str, value))


def cutoffs(fields: JsonObject, name: str) -> Mapping[str, float]:
    """By percentile; a bare number is the median's."""
    value, where = fields.get(name), f"provider.{name}"
    given = {"p50": value} if _is_number(value) else table(value, where, PERCENTILES)
    for percentile, bound in given.items():
        if bound is not None and not _is_number(bound):
            raise refuse(f"{where}.{percentile}", "a number of 0 or more")
    return {p: float(bound) for p, bound in given.items() if isinstance(bound, int | float)}


def most_paid(fields: JsonObject) -> Mapping[str, int]:
    """The catalog's units, each with nano-dollars for a million of them. Numbers may be written as text."""
    given = table(fields.get("max_price"), "provider.max_price", tuple(PRICE_UNITS))
    bounds: dict[str, int] = {}
    for name, value in given.items():
        unit, factor = PRICE_UNITS[name]
        if value is not None:
            bounds[unit] = int(_dollars(value, f"provider.max_price.{name}") * NANO * factor)
    return bounds


def _is_number(value: Json) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and value >= 0


def _dollars(value: Json, where: str) -> Decimal:
    try:
        amount = Decimal(str(value)) if _is_number(value) or isinstance(value, str) else Decimal("NaN")
    except InvalidOperation:
        amount = Decimal("NaN")
    if not amount.is_finite() or amount < 0 or amount > NANO:
        raise refuse(where, "a price in US dollars")
    return amount

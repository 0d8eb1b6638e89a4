"""The simplest JSON value that satisfies a JSON schema: for tool arguments and structured output."""

from collections.abc import Mapping

from local.simulator.json_types import Json, JsonObject

MAX_DEPTH = 6  # below it a recursive schema is cut off: no optional members, no array items
_FORMATS: Mapping[str, str] = {
    "date": "2026-01-01",
    "date-time": "2026-01-01T00:00:00Z",
    "time": "00:00:00Z",
    "duration": "P1D",
    "email": "example@example.com",
    "hostname": "example.com",
    "ipv4": "192.0.2.1",
    "ipv6": "2001:db8::1",
    "uri": "https://example.com",
    "uuid": "00000000-0000-4000-8000-000000000000",
}
_COMBINED = ("anyOf", "oneOf")


def sample(schema: Json) -> Json:
    """A value for a schema; an absent or boolean schema gives an empty object."""
    return _Sampler(schema).value(schema, 0) if isinstance(schema, dict) else {}


class _Sampler:
    """Knows the root, against which $ref is resolved."""

    def __init__(self, root: Json) -> None:
        self._root = root

    def value(self, schema: Json, depth: int) -> Json:
        if not isinstance(schema, dict):
            return {}
        schema = self._resolved(schema)
        if "const" in schema:
            return schema["const"]
        if isinstance(schema.get("enum"), list) and schema["enum"]:
            return _first(schema["enum"])
        for key in _COMBINED:
            options = schema.get(key)
            if isinstance(options, list) and options:
                return self.value(self._simplest(options, depth), depth)
        return self._typed(schema, depth)

    def _resolved(self, schema: JsonObject) -> JsonObject:
        """Follow $ref and merge allOf."""
        for _ in range(MAX_DEPTH):
            reference = schema.get("$ref")
            if not isinstance(reference, str):
                break
            schema = self._look_up(reference)
        parts = schema.get("allOf")
        for part in parts if isinstance(parts, list) else []:
            if isinstance(part, dict):
                schema = _merged(schema, self._resolved(part))
        return schema

    def _look_up(self, reference: str) -> JsonObject:
        place = self._root
        for name in reference.removeprefix("#").split("/")[1:]:
            place = place.get(name.replace("~1", "/").replace("~0", "~")) if isinstance(place, dict) else None
        return place if isinstance(place, dict) else {}

    def _simplest(self, options: list[Json], depth: int) -> Json:
        """The first option; deep down the first that cannot recurse."""
        flat = (
            option for option in options if isinstance(option, dict) and _type_of(option) not in ("object", "array")
        )
        return (
            next((option for option in flat if "$ref" not in option), options[0]) if depth > MAX_DEPTH else options[0]
        )

    def _typed(self, schema: JsonObject, depth: int) -> Json:
        match _type_of(schema):
            case "string":
                return _string(schema)
            case "integer":
                return int(_number(schema))
            case "number":
                return _number(schema)
            case "boolean" | "null" as kind:
                return True if kind == "boolean" else None
            case "array":
                return self._array(schema, depth)
            case _:
                return self._object(schema, depth)

    def _array(self, schema: JsonObject, depth: int) -> Json:
        least = _integer(schema, "minItems", 0)
        prefix = schema.get("prefixItems")
        items: list[Json] = [self.value(item, depth + 1) for item in prefix] if isinstance(prefix, list) else []
        wanted = least if depth >= MAX_DEPTH else max(least, min(1, _integer(schema, "maxItems", 1)))
        while len(items) < wanted:
            items.append(self.value(schema.get("items"), depth + 1))
        return items

    def _object(self, schema: JsonObject, depth: int) -> Json:
        properties = schema.get("properties")
        if not isinstance(properties, dict):
            return {}
        required = schema.get("required")
        names = required if isinstance(required, list) else []
        wanted = [name for name in properties if depth < MAX_DEPTH or name in names]
        return {name: self.value(properties[name], depth + 1) for name in wanted}


def _first(values: Json) -> Json:
    assert isinstance(values, list)
    return values[0]


def _merged(schema: JsonObject, part: JsonObject) -> JsonObject:
    merged = {**part, **schema}
    for key in ("properties", "required"):
        ours, theirs = schema.get(key), part.get(key)
        if isinstance(ours, dict) and isinstance(theirs, dict):
            merged[key] = {**theirs, **ours}
        if isinstance(ours, list) and isinstance(theirs, list):
            merged[key] = [*theirs, *ours]
    return merged


def _type_of(schema: JsonObject) -> Json:
    kind = schema.get("type")
    return _first(kind) if isinstance(kind, list) and kind else kind


def _string(schema: JsonObject) -> str:
    text = _FORMATS.get(str(schema.get("format")), "example")
    least = _integer(schema, "minLength", 0)
    return text.ljust(least, "e")[: _integer(schema, "maxLength", max(least, len(text)))]


def _number(schema: JsonObject) -> float | int:
    """1, or the nearest number that the bounds allow."""
    number = _bound(schema, "maximum", "exclusiveMaximum", -1)
    number = 1 if number is None else min(1, number)
    low = _bound(schema, "minimum", "exclusiveMinimum", 1)
    number = number if low is None else max(number, low)
    step = schema.get("multipleOf")
    return number if not isinstance(step, int | float) or number % step == 0 else step * (number // step + 1)


def _bound(schema: JsonObject, inclusive: str, exclusive: str, inward: int) -> float | int | None:
    if isinstance(limit := schema.get(inclusive), int | float):
        return limit
    if isinstance(limit := schema.get(exclusive), int | float):
        return limit + inward
    return None


def _integer(schema: JsonObject, key: str, default: int) -> int:
    value = schema.get(key)
    return value if isinstance(value, int) else default

"""Google's OpenAPI dialect of schemas (type: OBJECT, nullable) as JSON Schema."""

from switchboard.json_types import Json, JsonObject

_NESTED = ("items", "additionalProperties", "not")
_LISTS = ("anyOf", "oneOf", "allOf", "prefixItems")
_NUMBERS = ("minItems", "maxItems", "minLength", "maxLength", "minProperties", "maxProperties")
_SNAKE = {"any_of": "anyOf", "min_items": "minItems", "max_items": "maxItems", "property_ordering": "propertyOrdering"}


def json_schema(schema: JsonObject) -> JsonObject:
    """What is JSON Schema already stays as it is."""
    said: JsonObject = {}
    for written, value in schema.items():
        name = _SNAKE.get(written, written)
        if name in ("nullable", "propertyOrdering"):
            continue
        said[name] = _member(name, value)
    if schema.get("nullable") is True and isinstance(said.get("type"), str):
        said["type"] = [said["type"], "null"]
        if isinstance(said.get("enum"), list):
            said["enum"] = [*_list(said["enum"]), None]
    return said


def _member(name: str, value: Json) -> Json:
    if name == "type" and isinstance(value, str):
        return value.lower()
    if name == "properties" and isinstance(value, dict):
        return {key: json_schema(member) if isinstance(member, dict) else member for key, member in value.items()}
    if name in _NESTED and isinstance(value, dict):
        return json_schema(value)
    if name in _LISTS and isinstance(value, list):
        return [json_schema(member) if isinstance(member, dict) else member for member in value]
    if name in _NUMBERS and isinstance(value, str) and value.isdigit():  # protobuf writes 64-bit numbers as texts
        return int(value)
    return value


def _list(value: Json) -> list[Json]:
    return value if isinstance(value, list) else []

"""JSON Schemas as Gemini takes them: without references, or cut down to the OpenAPI subset of older endpoints.

One keyword that Gemini's protobuf Schema does not know refuses the whole request
(https://ai.google.dev/api/caching#Schema); `parametersJsonSchema` takes real JSON Schema, but no $ref to follow.
"""

from typing import cast

from switchboard.json_types import Json, JsonObject

_STRIPPED = frozenset({"$schema", "$id", "$comment", "$defs", "definitions"})
_KEPT = frozenset(
    {
        "title",
        "description",
        "default",
        "minItems",
        "maxItems",
        "minLength",
        "maxLength",
        "minProperties",
        "maxProperties",
        "minimum",
        "maximum",
        "pattern",
        "example",
        "propertyOrdering",
    }
)
_FORMATS = frozenset({"date-time", "enum", "float", "double", "int32", "int64"})


def self_contained(schema: JsonObject) -> JsonObject:
    """Every $ref replaced by what it points to; one that leads back into itself becomes "anything"."""
    return cast(JsonObject, _inlined(schema, schema, ()))


def openapi_subset(schema: JsonObject) -> JsonObject:
    """The same values as nearly as the subset can say; what it has no word for is left out."""
    return _reduced(self_contained(schema))


def is_empty(schema: JsonObject) -> bool:
    """True for a function without parameters: Gemini wants none declared rather than an empty object."""
    return schema.get("type", "object") == "object" and not schema.get("properties")


def _inlined(node: Json, root: JsonObject, open_references: tuple[str, ...]) -> Json:
    if isinstance(node, list):
        return [_inlined(member, root, open_references) for member in node]
    if not isinstance(node, dict):
        return node
    reference = node.get("$ref")
    rest = {name: value for name, value in node.items() if name not in _STRIPPED and name != "$ref"}
    if not isinstance(reference, str):
        return {name: _inlined(value, root, open_references) for name, value in rest.items()}
    target = None if reference in open_references else _target(reference, root)
    found = _inlined(target, root, (*open_references, reference)) if target is not None else {}
    beside = {name: _inlined(value, root, open_references) for name, value in rest.items()}
    return {**(found if isinstance(found, dict) else {}), **beside}


def _target(reference: str, root: JsonObject) -> Json:
    """What `#/a/b` points to in `root`; None for another document or a path that leads nowhere."""
    place: Json = root
    if not reference.startswith("#"):
        return None
    for step in reference.removeprefix("#").strip("/").split("/"):
        if step:
            name = step.replace("~1", "/").replace("~0", "~")
            place = place.get(name) if isinstance(place, dict) else None
    return place


def _reduced(node: Json) -> JsonObject:
    if not isinstance(node, dict):
        return {}  # `true` and its kin: anything goes
    merged = _with_all_of(node)
    kept: JsonObject = {name: value for name, value in merged.items() if name in _KEPT}
    kept.update(_type(merged))
    kept.update(_choices(merged))
    kept.update(_members(merged))
    if merged.get("format") in _FORMATS:
        kept["format"] = merged["format"]
    for exclusive, plain in (("exclusiveMinimum", "minimum"), ("exclusiveMaximum", "maximum")):
        if isinstance(merged.get(exclusive), int | float) and plain not in kept:
            kept[plain] = merged[exclusive]
    return kept


def _with_all_of(node: JsonObject) -> JsonObject:
    """`allOf` folded into its node: properties and required names are joined, the rest is overlaid."""
    merged: JsonObject = {}
    for part in [*_objects(node.get("allOf")), node]:
        whole = _with_all_of(part) if part is not node else part
        properties = {**_object(merged.get("properties")), **_object(whole.get("properties"))}
        required = [*_texts(merged.get("required")), *_texts(whole.get("required"))]
        merged.update({name: value for name, value in whole.items() if name != "allOf"})
        merged.update({"properties": properties} if properties else {})
        merged.update({"required": list(dict.fromkeys(required))} if required else {})
    return merged


def _type(node: JsonObject) -> JsonObject:
    """A list of types is one type, perhaps nullable, or a choice between several."""
    types = node.get("type")
    if not isinstance(types, list):
        return {"type": types} if isinstance(types, str) else {}
    others = [kind for kind in types if kind != "null"]
    said: JsonObject = {"nullable": True} if len(others) < len(types) else {}
    if len(others) == 1:
        return {**said, "type": others[0]}
    return {**said, "anyOf": [{"type": kind} for kind in others]} if others else {"type": "null"}


def _choices(node: JsonObject) -> JsonObject:
    """`const` is an enum of one; enums are of texts only; "or null" is `nullable`."""
    said: JsonObject = {}
    values = [node["const"]] if "const" in node else node.get("enum")
    if isinstance(values, list) and values and all(isinstance(value, str) for value in values):
        said.update({"type": "string", "enum": values})
    options = _objects(node.get("anyOf")) or _objects(node.get("oneOf"))
    real = [option for option in options if option.get("type") != "null"]
    if len(real) < len(options):
        said["nullable"] = True
    if len(real) == 1:
        said.update(_reduced(real[0]))
    elif real:
        said["anyOf"] = [_reduced(option) for option in real]
    return said


def _members(node: JsonObject) -> JsonObject:
    said: JsonObject = {}
    properties = _object(node.get("properties"))
    if properties:
        said["properties"] = {name: _reduced(value) for name, value in properties.items()}
        required: list[Json] = [name for name in _texts(node.get("required")) if name in properties]
        said.update({"required": required} if required else {})
    if isinstance(node.get("items"), dict):
        said["items"] = _reduced(node["items"])
    elif node.get("type") == "array":
        said["items"] = {"type": "string"}  # an array must say of what
    return said


def _object(value: Json) -> JsonObject:
    return value if isinstance(value, dict) else {}


def _objects(value: Json) -> list[JsonObject]:
    return [member for member in value if isinstance(member, dict)] if isinstance(value, list) else []


def _texts(value: Json) -> list[str]:
    return [member for member in value if isinstance(member, str)] if isinstance(value, list) else []

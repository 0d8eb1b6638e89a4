"""Field names as Google's JSON takes them: `mimeType` and `mime_type` are one (protobuf.dev/programming-guides/json).

Google's own SDK mixes both in one request.
"""

import re

from local.simulator.json_types import Json, JsonObject

# What the caller made up himself: its names mean what they say.
_FREE = {"args", "response", "parametersJsonSchema", "responseJsonSchema", "labels", "properties"}
_LETTER = re.compile(r"_([a-z])")


def in_camel_case(body: JsonObject) -> JsonObject:
    return {_camel(name): _value(_camel(name), value) for name, value in body.items()}


def _value(name: str, value: Json) -> Json:
    if name in _FREE:
        return value
    if isinstance(value, list):
        return [_value("", member) for member in value]
    return in_camel_case(value) if isinstance(value, dict) else value


def _camel(name: str) -> str:
    return _LETTER.sub(lambda found: found[1].upper(), name)

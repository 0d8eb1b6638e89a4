"""Errors in the shape that OpenAI's SDKs raise from, with OpenRouter's details added."""

import orjson

from switchboard.errors import SwitchboardError
from switchboard.json_types import JsonObject


def error_object(error: SwitchboardError) -> JsonObject:
    """`code` is a string as OpenAI's is; details are in `metadata` and, when nothing fits, in `availability`."""
    shown: JsonObject = {
        "message": error.message,
        "type": error.type,
        "param": error.param,
        "code": error.code,
        "metadata": {"error_type": error.code, **error.metadata},
    }
    if error.availability is not None:
        shown["availability"] = error.availability
    return shown


def error_body(error: SwitchboardError, generation_id: str | None) -> bytes:
    body: JsonObject = {"error": error_object(error)}
    if generation_id:
        body["generation_id"] = generation_id
    return orjson.dumps(body)

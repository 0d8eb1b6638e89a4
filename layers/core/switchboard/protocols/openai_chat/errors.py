"""Errors in the shape that OpenAI's SDKs raise from, with OpenRouter's details added."""

import orjson

from switchboard.errors import SwitchboardError
from switchboard.json_types import JsonObject


def error_object(error: SwitchboardError, *, numbered: bool = False) -> JsonObject:
    """`code` is a string as OpenAI's is, or the HTTP status as OpenRouter's is where `numbered`.

    Details are in `metadata` and, when nothing fits, in `availability`.
    """
    shown: JsonObject = {
        "message": error.message,
        "type": error.type,
        "param": error.param,
        "code": error.status if numbered else error.code,
        "metadata": {"error_type": error.code, **error.metadata},
    }
    if error.availability is not None:
        shown["availability"] = error.availability
    return shown


def error_body(error: SwitchboardError, generation_id: str | None, *, numbered: bool = False) -> bytes:
    body: JsonObject = {"error": error_object(error, numbered=numbered)}
    if generation_id:
        body["generation_id"] = generation_id
    return orjson.dumps(body)

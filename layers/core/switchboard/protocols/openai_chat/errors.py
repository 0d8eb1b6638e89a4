"""Errors in the shape that OpenAI's SDKs raise from, with OpenRouter's details added."""

import orjson

from switchboard.errors import SwitchboardError
from switchboard.json_types import JsonObject
from switchboard.protocols.overflow import CODE, is_overflow, sent_and_fitting


def error_object(error: SwitchboardError, *, numbered: bool = False) -> JsonObject:
    """`code` is a string as OpenAI's is, or the HTTP status as OpenRouter's is where `numbered`.

    Details are in `metadata` and, when nothing fits, in `availability`.
    """
    too_long = is_overflow(error)
    code = CODE if too_long else error.code
    shown: JsonObject = {
        "message": _too_long(error.message) if too_long else error.message,
        "type": error.type,
        "param": error.param,
        "code": status_of(error) if numbered else code,
        "metadata": {"error_type": code, **error.metadata},
    }
    if error.availability is not None:
        shown["availability"] = error.availability
    return shown


def status_of(error: SwitchboardError) -> int:
    """OpenAI's is 400 for a prompt that fits nowhere."""
    return 400 if is_overflow(error) else error.status


def _too_long(message: str) -> str:
    """OpenAI's words, in which clients look for the reason; ours follow, for they name the endpoints."""
    if "maximum context length" in message.lower():
        return message
    figures = sent_and_fitting(message)
    if figures is None:
        return f"The prompt exceeds the maximum context length. {message}"
    return f"The maximum context length is {figures[1]} tokens, the request needs about {figures[0]}. {message}"


def error_body(error: SwitchboardError, generation_id: str | None, *, numbered: bool = False) -> bytes:
    body: JsonObject = {"error": error_object(error, numbered=numbered)}
    if generation_id:
        body["generation_id"] = generation_id
    return orjson.dumps(body)

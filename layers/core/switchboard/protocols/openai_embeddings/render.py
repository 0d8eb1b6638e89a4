"""Embeddings in OpenAI's shape: the provider's vectors in the encoding that was asked for, and what they cost."""

import base64
import sys
from array import array

import orjson

from switchboard.accounting.price import Bill
from switchboard.chat import Chunk, Served
from switchboard.json_types import Json, JsonObject
from switchboard.protocols.openai_chat.render import usage_object


def render_reply(served: Served, chunk: Chunk, bill: Bill) -> bytes:
    rows = chunk.native.get("data")
    wanted = served.request.native.get("encoding_format") if served.request else None
    usage = usage_object(bill, None)
    for name in ("completion_tokens", "completion_tokens_details"):  # nothing is written, so nothing is counted
        usage.pop(name)
    return orjson.dumps(
        {
            "object": "list",
            "id": served.generation_id,
            "model": served.model,
            "provider": served.provider_name,
            "data": [_row(row, place, wanted == "base64") for place, row in enumerate(rows)]
            if isinstance(rows, list)
            else [],
            "usage": usage,
        }
    )


def _row(row: Json, place: int, in_base64: bool) -> JsonObject:
    given = row if isinstance(row, dict) else {}
    vector = given.get("embedding")
    return {
        **given,
        "object": "embedding",
        "index": given.get("index", place),
        "embedding": _base64(vector) if in_base64 else _floats(vector),
    }


def _base64(vector: Json) -> Json:
    """Compatible servers answer in floats whatever was asked; OpenAI's SDK asks for base64 by itself."""
    if not isinstance(vector, list):
        return vector
    numbers = array("f", [float(number) for number in vector if isinstance(number, int | float)])
    return base64.b64encode(_little_endian(numbers).tobytes()).decode()


def _floats(vector: Json) -> Json:
    if not isinstance(vector, str):
        return vector
    numbers: array[float] = array("f")
    numbers.frombytes(base64.b64decode(vector))
    return list(_little_endian(numbers))


def _little_endian(numbers: "array[float]") -> "array[float]":
    if sys.byteorder == "big":
        numbers.byteswap()
    return numbers

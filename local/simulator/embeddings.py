"""Simulated embeddings: the same unit vector for the same input, every time. Faults do not apply to this route."""

import base64
import hashlib
import json
import math
import random
import struct

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from local.simulator.json_types import Json, JsonObject
from local.simulator.tokens import CHARACTERS_PER_TOKEN

DIMENSIONS = {"text-embedding-3-small": 1536, "text-embedding-3-large": 3072}
USUAL_DIMENSIONS = 1536
KNOWN = {"model", "input", "dimensions", "encoding_format", "user"}


async def embeddings(request: Request) -> Response:
    """OpenAI's answer, or its refusal of what OpenAI refuses."""
    try:
        body = json.loads(await request.body())
        return JSONResponse(embed(body if isinstance(body, dict) else {}))
    except ValueError as error:  # of the body, or of ours
        words = {"message": str(error), "type": "invalid_request_error", "param": None, "code": None}
        return JSONResponse({"error": words}, 400)


def embed(body: JsonObject) -> JsonObject:
    """Raises ValueError for what OpenAI refuses."""
    unknown = sorted(set(body) - KNOWN)
    if unknown:
        raise ValueError(f"Unrecognized request argument supplied: {unknown[0]}")
    model, inputs = str(body.get("model")), _inputs(body.get("input"))
    if not inputs:
        raise ValueError("'$.input' is invalid. Please check the API reference.")
    most = DIMENSIONS.get(model, USUAL_DIMENSIONS)
    size = body.get("dimensions", most)
    if not isinstance(size, int) or not 0 < size <= most:
        raise ValueError(f"Invalid value for 'dimensions' = {size}. Must be between 1 and {most}.")
    vectors: list[Json] = []
    for entry in inputs:
        vector = _vector(model, entry, size)
        vectors.append(_packed(vector) if body.get("encoding_format") == "base64" else list(vector))
    rows: list[Json] = [
        {"object": "embedding", "index": index, "embedding": vector} for index, vector in enumerate(vectors)
    ]
    tokens = sum(_tokens(entry) for entry in inputs)
    usage: JsonObject = {"prompt_tokens": tokens, "total_tokens": tokens}
    return {"object": "list", "data": rows, "model": model, "usage": usage}


def _inputs(given: Json) -> list[Json]:
    if isinstance(given, str):
        return [given] if given else []
    if not isinstance(given, list):
        return []
    return [given] if all(isinstance(entry, int) for entry in given) and given else given


def _vector(model: str, entry: Json, size: int) -> list[float]:
    chance = random.Random(hashlib.sha256(f"{model} {entry!r}".encode()).digest())
    raw = [chance.gauss(0, 1) for _ in range(size)]
    length = math.sqrt(sum(number * number for number in raw))
    return [number / length for number in raw]


def _packed(vector: list[float]) -> str:
    return base64.b64encode(struct.pack(f"<{len(vector)}f", *vector)).decode()


def _tokens(entry: Json) -> int:
    return len(entry) if isinstance(entry, list) else max(1, math.ceil(len(str(entry)) / CHARACTERS_PER_TOKEN))

"""Plain values for tests of the Responses dialect: requests, upstream events, and what a client reads of a stream."""

from typing import Any

import orjson
from switchboard.accounting.price import Bill
from switchboard.chat import ChatRequest, Served, Usage
from switchboard.json_types import JsonObject
from switchboard.protocols.openai_responses.parse import parse

# Any: a JSON body, and what is read out of one, is whatever a test says it is.

GENERATION = "gen-01JABCDEFGHJKMNPQRSTVWXYZ0"
BILL = Bill(Usage(input=8, cache_read=4, output=6, reasoning=2), 5_000_000, 2_000_000)
WEATHER: JsonObject = {
    "type": "function",
    "name": "get_weather",
    "description": "The weather of a city.",
    "parameters": {"type": "object", "properties": {"city": {"type": "string"}}},
    "strict": False,
}
PATCH: JsonObject = {
    "type": "custom",
    "name": "apply_patch",
    "description": "Edit files.",
    "format": {"type": "grammar", "syntax": "lark", "definition": "start: /.+/"},
}


def body(**fields: Any) -> JsonObject:
    """A Responses request."""
    return {"model": "lab/one", "input": "hello", **fields}


def request(**fields: Any) -> ChatRequest:
    """The same, as the hub has it."""
    return parse(orjson.dumps(body(**fields)))


def served(dialect: str = "anthropic-messages", asked: ChatRequest | None = None) -> Served:
    return Served(GENERATION, 1_800_000_000, "lab/one", "acme", "Acme", dialect, 0, asked)


def events(stream: bytes) -> list[Any]:
    """The data of each event; every one is named after its type."""
    found: list[Any] = []
    for block in stream.split(b"\n\n"):
        if not block or block.startswith(b":"):
            continue
        name, _, data = block.partition(b"\n")
        event = orjson.loads(data.removeprefix(b"data: "))
        assert name.removeprefix(b"event: ").decode() == event["type"]
        found.append(event)
    return found

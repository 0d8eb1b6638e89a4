"""A generateContent request, from path and body to the hub; every refusal names the field and what belongs there."""

from typing import cast

import orjson

from switchboard.accounting.estimate import text_tokens, with_margin, without_margin
from switchboard.chat import ChatRequest
from switchboard.errors import InvalidRequest, NotFound
from switchboard.protocols.checks import json_object
from switchboard.protocols.google_generate.config import parameters_of
from switchboard.protocols.google_generate.contents import ContentsReader
from switchboard.protocols.google_generate.fields import GATEWAY_FIELDS, field, is_object
from switchboard.protocols.interface import Arrival

PROTOCOL = "google-generate"
WHOLE, STREAMED, COUNT = "generateContent", "streamGenerateContent", "countTokens"
ALT = "alt"


def parse(arrival: Arrival) -> ChatRequest:
    """Raises InvalidRequest, or NotFound for a method that is none of ours."""
    model, method = target_of(arrival)
    if method not in (WHOLE, STREAMED):
        raise NotFound(f"There is no method `{method}` here: call {WHOLE}, {STREAMED} or {COUNT}.")
    native = json_object(arrival.body, "`contents`")
    reader, parameters = ContentsReader(), parameters_of(native)
    system = reader.system(field(native, "systemInstruction"))
    messages = (*system, *reader.messages(native.get("contents")))
    tools = parameters.get("tools")
    reader.tokens += text_tokens(orjson.dumps(tools).decode()) if tools else 0
    gateway = {name: value for name, value in native.items() if name in GATEWAY_FIELDS and value is not None}
    return ChatRequest(
        protocol=PROTOCOL,
        model=model,
        messages=messages,
        parameters=parameters,
        gateway={**gateway, ALT: arrival.query.get(ALT, "")},
        native=native,
        stream=method == STREAMED,
        include_usage=True,
        max_output=cast("int | None", parameters.get("max_tokens")),
        modalities=frozenset(reader.modalities),
        prompt_tokens=with_margin(reader.tokens),
    )


def count_tokens(body: bytes) -> bytes:
    """The answer to countTokens, estimated as for any prompt. Raises InvalidRequest."""
    native = json_object(body, "`contents`")
    inner = field(native, "generateContentRequest")
    whole = inner if is_object(inner) else native
    reader, parameters = ContentsReader(), parameters_of(whole)
    reader.system(field(whole, "systemInstruction"))
    reader.messages(whole.get("contents"))
    tools = parameters.get("tools")
    reader.tokens += text_tokens(orjson.dumps(tools).decode()) if tools else 0
    return orjson.dumps({"totalTokens": without_margin(with_margin(reader.tokens))})


def target_of(arrival: Arrival) -> tuple[str, str]:
    """Model and method of the path: `openai/gpt-4.1:generateContent`; Vertex's paths name the author apart."""
    model, colon, method = arrival.path.get("target", "").rpartition(":")
    publisher = arrival.path.get("publisher")
    if not colon or not model:
        raise InvalidRequest("The path must name a model and a method: models/{model}:generateContent.", param="model")
    return (f"{publisher}/{model}" if publisher else model), method

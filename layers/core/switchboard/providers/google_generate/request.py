"""The request for Gemini, at Google AI or at Vertex: model and method in the path, everything else in the body."""

from dataclasses import replace
from typing import cast
from urllib.parse import quote

import orjson

from switchboard.catalog.model import Endpoint
from switchboard.chat import ChatRequest
from switchboard.json_types import Json, JsonObject
from switchboard.parameters import dropped_parameters
from switchboard.providers.authorization import authorization
from switchboard.providers.google_generate.contents import contents_of
from switchboard.providers.google_generate.generation import generation_config, prompted_format
from switchboard.providers.google_generate.native import native_body
from switchboard.providers.google_generate.replay import PROTOCOL
from switchboard.providers.google_generate.tools import tool_fields
from switchboard.providers.google_generate.words import WORDS
from switchboard.secret import Secret
from switchboard.wire.http import HttpRequest

WHOLE = ":generateContent"
STREAMED = ":streamGenerateContent?alt=sse"


def build(request: ChatRequest, endpoint: Endpoint, secret: Secret | None) -> HttpRequest:
    """Raises UpstreamFailure for what Gemini cannot be told."""
    provider = endpoint.provider
    headers = {
        "content-type": "application/json",
        "accept": "text/event-stream" if request.stream else "application/json",
        **provider.headers,
        **authorization(provider, secret),
    }
    url = f"{provider.base_url}/models/{quote(endpoint.upstream_id, safe='')}{STREAMED if request.stream else WHOLE}"
    body = native_body(request, endpoint) if request.protocol == PROTOCOL else _body(request, endpoint)
    return HttpRequest("POST", url, headers, orjson.dumps(body))


def _body(request: ChatRequest, endpoint: Endpoint) -> JsonObject:
    dropped = dropped_parameters(request, endpoint, WORDS)
    parameters = {name: value for name, value in request.parameters.items() if name not in dropped}
    wanted = replace(request, parameters=parameters)
    system, contents = contents_of(wanted, endpoint)
    format_in_words = prompted_format(wanted, endpoint)
    if format_in_words:
        system = [*system, {"text": format_in_words}]
    body: JsonObject = {"contents": cast(Json, contents), **tool_fields(wanted, endpoint)}
    if system:
        body["systemInstruction"] = {"parts": cast(Json, system)}
    config = generation_config(wanted, endpoint)
    if config:
        body["generationConfig"] = config
    return body

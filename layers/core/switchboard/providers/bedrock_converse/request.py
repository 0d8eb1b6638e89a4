"""The request for Converse and ConverseStream: the model in the path, everything else in the body."""

from typing import cast

import orjson

from switchboard.catalog.model import Endpoint
from switchboard.chat import ChatRequest
from switchboard.json_types import Json, JsonObject
from switchboard.parameters import dropped_parameters, without
from switchboard.providers.authorization import authorization
from switchboard.providers.bedrock_converse.messages import messages_of
from switchboard.providers.bedrock_converse.parameters import (
    asks_by_tool,
    inference_config,
    model_fields,
    output_config,
    prompted_format,
    thinking_budget,
)
from switchboard.providers.bedrock_converse.tools import tool_config
from switchboard.providers.bedrock_converse.words import WORDS
from switchboard.providers.json_answer import asked_by_tool
from switchboard.requested import json_format_of
from switchboard.secret import Secret
from switchboard.wire.http import HttpRequest
from switchboard.wire.sigv4 import encode_segment

EVENT_STREAM = "application/vnd.amazon.eventstream"


def build(request: ChatRequest, endpoint: Endpoint, secret: Secret | None) -> HttpRequest:
    """Not signed yet. Raises UpstreamFailure for what Bedrock cannot be told."""
    asked = without(request, dropped_parameters(request, endpoint, WORDS))
    wanted = json_format_of(asked)
    if wanted is not None and asks_by_tool(wanted, endpoint):
        asked = asked_by_tool(asked)
    return to_bedrock("converse-stream" if request.stream else "converse", _body(asked, endpoint), endpoint, secret)


def to_bedrock(method: str, body: JsonObject, endpoint: Endpoint, secret: Secret | None) -> HttpRequest:
    """To a method of the endpoint's model, not signed yet."""
    provider = endpoint.provider
    headers = {
        "content-type": "application/json",
        "accept": EVENT_STREAM if method.endswith("-stream") else "application/json",
        **provider.headers,
        **authorization(provider, secret),
    }
    url = f"{provider.base_url}/model/{encode_segment(endpoint.upstream_id)}/{method}"
    return HttpRequest("POST", url, headers, orjson.dumps(body))


def _body(request: ChatRequest, endpoint: Endpoint) -> JsonObject:
    """Fields with nothing in them are left out: Bedrock refuses an empty `system` as well as empty `tools`.

    What excludes what is settled already (exclusions.py).
    """
    system, messages = messages_of(request, endpoint)
    tools, no_calls = tool_config(request, endpoint, messages)
    budget = thinking_budget(request, endpoint)
    words: list[JsonObject] = [{"text": text} for text in (no_calls, prompted_format(request, endpoint)) if text]
    body: JsonObject = {
        "messages": cast(Json, messages),
        "system": cast(Json, [*system, *words]),
        "inferenceConfig": inference_config(request, endpoint, budget),
        "toolConfig": tools,
        "additionalModelRequestFields": model_fields(request, endpoint, budget),
        "outputConfig": output_config(request, endpoint),
    }
    return {name: value for name, value in body.items() if value}

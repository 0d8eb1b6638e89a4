"""The request for Converse and ConverseStream: the model in the path, everything else in the body."""

from dataclasses import replace
from typing import cast

import orjson

from switchboard.catalog.model import Endpoint
from switchboard.chat import ChatRequest
from switchboard.json_types import Json, JsonObject
from switchboard.parameters import dropped_parameters
from switchboard.providers.authorization import authorization
from switchboard.providers.bedrock_converse.messages import messages_of
from switchboard.providers.bedrock_converse.parameters import (
    inference_config,
    model_fields,
    output_config,
    prompted_format,
    thinking_budget,
)
from switchboard.providers.bedrock_converse.tools import tool_config
from switchboard.providers.bedrock_converse.words import WORDS
from switchboard.secret import Secret
from switchboard.wire.http import HttpRequest
from switchboard.wire.sigv4 import encode_segment

EVENT_STREAM = "application/vnd.amazon.eventstream"


def build(request: ChatRequest, endpoint: Endpoint, secret: Secret | None) -> HttpRequest:
    """Not signed yet. Raises UpstreamFailure for what Bedrock cannot be told."""
    dropped = dropped_parameters(request, endpoint, WORDS)
    parameters = {name: value for name, value in request.parameters.items() if name not in dropped}
    body = _body(replace(request, parameters=parameters), endpoint)
    return to_bedrock("converse-stream" if request.stream else "converse", body, endpoint, secret)


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
    """Fields with nothing in them are left out: Bedrock refuses an empty `system` as well as empty `tools`."""
    system, messages = messages_of(request, endpoint)
    tools, no_calls = tool_config(request, endpoint, messages)
    budget = _affordable(thinking_budget(request, endpoint), messages)
    if budget is not None and tools:
        tools.pop("toolChoice", None)  # Claude cannot be made to call a tool while it thinks
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


def _affordable(budget: int | None, messages: list[JsonObject]) -> int | None:
    """No thinking if the model's last calls come back without the thoughts that led to them: Claude would refuse."""
    last = next((message for message in reversed(messages) if message["role"] == "assistant"), None)
    blocks = cast("list[JsonObject]", last["content"]) if last else []
    called = any("toolUse" in block for block in blocks)
    return None if called and "reasoningContent" not in blocks[0] else budget

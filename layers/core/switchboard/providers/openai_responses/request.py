"""The body for a server that speaks Responses: the client's own where it is one, else written from the hub."""

from typing import cast

import orjson

from switchboard.catalog.model import Endpoint
from switchboard.chat import ChatRequest
from switchboard.json_types import Json, JsonObject
from switchboard.parameters import dropped_parameters
from switchboard.providers.authorization import authorization
from switchboard.providers.openai_responses.items import cannot_say, input_items
from switchboard.providers.openai_responses.native import native_body
from switchboard.providers.openai_responses.reasoning import included, reasoning_object
from switchboard.providers.openai_responses.words import SAME
from switchboard.requested import Tool, native_tools_of, tool_choice_of, tools_of, user_of
from switchboard.secret import Secret
from switchboard.wire.http import HttpRequest

PROTOCOL = "openai-responses"
PATH = "/responses"
LEAST_OUTPUT = 16
_LOGPROBS = "message.output_text.logprobs"


def build(request: ChatRequest, endpoint: Endpoint, secret: Secret | None) -> HttpRequest:
    """Raises UpstreamFailure (bad_request) for what this dialect cannot say, naming it."""
    provider = endpoint.provider
    headers = {
        "content-type": "application/json",
        "accept": "text/event-stream" if request.stream else "application/json",
        **provider.headers,
        **authorization(provider, secret),
    }
    body = native_body(request, endpoint) if request.protocol == PROTOCOL else _hub_body(request, endpoint)
    body |= {"model": endpoint.upstream_id, "store": False}  # the conversation is the caller's, not the provider's
    body.pop("stream", None)
    if request.stream:
        body["stream"] = True
    return HttpRequest("POST", provider.base_url + PATH, headers, orjson.dumps(body))


def _hub_body(request: ChatRequest, endpoint: Endpoint) -> JsonObject:
    dropped = dropped_parameters(request, endpoint)
    body: JsonObject = {"input": input_items(request.messages, endpoint.provider.id)}
    body |= {name: request.parameters[name] for name in SAME if name in request.parameters and name not in dropped}
    user = user_of(request)
    if user is not None:
        body["user"] = user
    if request.max_output is not None:
        body["max_output_tokens"] = max(LEAST_OUTPUT, request.max_output)  # OpenAI refuses less
    text = _text(request, dropped)
    if text:
        body["text"] = text
    if "tools" not in dropped:
        body |= _tools(request)
    _set_reasoning(body, request, endpoint)
    if request.parameters.get("logprobs") is True and "logprobs" not in dropped:
        body["include"] = [*cast("list[Json]", body.get("include", [])), _LOGPROBS]
        body |= {"top_logprobs": request.parameters["top_logprobs"]} if "top_logprobs" in request.parameters else {}
    return body


def _set_reasoning(body: JsonObject, request: ChatRequest, endpoint: Endpoint) -> None:
    """A caller of another dialect who asks for reasoning means to see some: here that is the summary."""
    include = included(None, request, endpoint)
    if include:
        body["include"] = include
    reasoning = reasoning_object(request, endpoint)
    if reasoning is None or not {"reasoning", "reasoning_effort"}.isdisjoint(dropped_parameters(request, endpoint)):
        return
    given = request.parameters.get("reasoning")
    if isinstance(given, dict) and given.get("exclude") is not True and reasoning.get("effort") != "none":
        reasoning.setdefault("summary", "auto")
    body["reasoning"] = reasoning


def _text(request: ChatRequest, dropped: frozenset[str]) -> JsonObject:
    text: JsonObject = {}
    wanted = request.parameters.get("response_format")
    if isinstance(wanted, dict) and "response_format" not in dropped:
        described = wanted.get("json_schema")
        if wanted.get("type") == "json_schema" and isinstance(described, dict):
            text["format"] = {"name": "response", **described, "type": "json_schema"}
        elif wanted.get("type") == "json_object":
            text["format"] = {"type": "json_object"}
    if "verbosity" in request.parameters and "verbosity" not in dropped:
        text["verbosity"] = request.parameters["verbosity"]
    return text


def _tools(request: ChatRequest) -> JsonObject:
    for tool in native_tools_of(request):
        raise cannot_say(f"A tool of type `{tool.get('type')}`")
    tools = [_tool(tool) for tool in tools_of(request)]
    if not tools:
        return {}
    said: JsonObject = {"tools": list[Json](tools)}
    choice = tool_choice_of(request)
    if choice is None:
        return said
    if choice.mode == "named":
        said["tool_choice"] = {"type": "function", "name": choice.name}
    elif "tool_choice" in request.parameters:
        said["tool_choice"] = choice.mode
    if choice.parallel is not None:
        said["parallel_tool_calls"] = choice.parallel
    return said


def _tool(tool: Tool) -> JsonObject:
    """`strict` is always said: here a function is strict unless told otherwise, everywhere else it is the reverse."""
    return {
        "type": "function",
        "name": tool.name,
        "description": tool.description or None,
        "parameters": tool.parameters,
        "strict": tool.strict or False,
    }

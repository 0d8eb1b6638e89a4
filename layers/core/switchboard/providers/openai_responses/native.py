"""The body of a client that speaks Responses itself: its own, less what is not meant for the provider."""

from collections.abc import Callable, Mapping

from switchboard.catalog.model import Endpoint
from switchboard.chat import ChatRequest
from switchboard.json_types import JsonObject
from switchboard.parameters import dropped_parameters
from switchboard.providers.openai_responses.reasoning import included, reasoning_object, reasons, returned_items

# Names of the hub, or of Chat Completions, that OpenAI answers with 400 here; where they say something it is moved.
_NOT_HERE = ("reasoning_effort", "logprobs", "max_tokens", "max_completion_tokens")


def native_body(request: ChatRequest, endpoint: Endpoint) -> JsonObject:
    body: JsonObject = {
        name: value
        for name, value in request.native.items()
        if value is not None and name not in request.gateway and name not in _NOT_HERE
    }
    body["input"] = returned_items(body["input"], endpoint.provider.id)
    reasoning = reasoning_object(request, endpoint)
    if reasoning is not None:
        body["reasoning"] = reasoning
    if endpoint.supported_parameters is not None and not reasons(request, endpoint):
        body.pop("reasoning", None)  # a summary of what is not there is refused too
    _set_include(body, request, endpoint)
    _set_stream_options(body)
    for name in dropped_parameters(request, endpoint):
        _DROP.get(name, _drop_of(name))(body)
    if not body.get("tools"):
        for name in ("tools", "tool_choice", "parallel_tool_calls"):
            body.pop(name, None)
    return body


def _set_include(body: JsonObject, request: ChatRequest, endpoint: Endpoint) -> None:
    body["include"] = included(body.get("include"), request, endpoint)
    if not body["include"]:
        del body["include"]


def _set_stream_options(body: JsonObject) -> None:
    """Usage always comes here: `include_usage` belongs to Chat Completions, and is refused."""
    options = body.pop("stream_options", None)
    kept = {k: v for k, v in options.items() if k != "include_usage"} if isinstance(options, dict) else {}
    if kept:
        body["stream_options"] = kept


def _drop_of(name: str) -> Callable[[JsonObject], None]:
    def drop(body: JsonObject) -> None:
        body.pop(name, None)

    return drop


def _drop_text(part: str) -> Callable[[JsonObject], None]:
    def drop(body: JsonObject) -> None:
        text = body.get("text")
        if isinstance(text, dict):
            body["text"] = {name: value for name, value in text.items() if name != part}
            if not body["text"]:
                del body["text"]

    return drop


def _drop_logprobs(body: JsonObject) -> None:
    body.pop("top_logprobs", None)
    names = body.get("include")
    if isinstance(names, list):
        body["include"] = [name for name in names if name != "message.output_text.logprobs"]


# Where this dialect keeps a parameter that the hub knows by another name.
_DROP: Mapping[str, Callable[[JsonObject], None]] = {
    "response_format": _drop_text("format"),
    "verbosity": _drop_text("verbosity"),
    "reasoning_effort": _drop_of("reasoning"),
    "logprobs": _drop_logprobs,
}

"""A body for a client of another dialect, built from the hub."""

from typing import cast

from switchboard.catalog.model import Endpoint
from switchboard.chat import ChatRequest
from switchboard.json_types import Json, JsonObject
from switchboard.parameters import dropped_parameters, without
from switchboard.providers.anthropic_messages.cache_marks import limit_marks, mark_last
from switchboard.providers.anthropic_messages.conversation import CONTINUE, Conversation, Turn, conversation
from switchboard.providers.anthropic_messages.exclusions import TIERS
from switchboard.providers.anthropic_messages.limits import output_limit
from switchboard.providers.anthropic_messages.structured import native_format
from switchboard.providers.anthropic_messages.thinking import thinking_fields
from switchboard.providers.anthropic_messages.tools import placeholder_tool, tool_choice, tools
from switchboard.providers.anthropic_messages.words import WORDS
from switchboard.providers.json_answer import asked_by_tool
from switchboard.requested import ToolChoice, json_format_of, reasoning_of, stop_of, tool_choice_of, user_of


def hub_body(request: ChatRequest, endpoint: Endpoint) -> JsonObject:
    """Raises UpstreamFailure (bad_request) for what this dialect cannot say."""
    request = without(request, dropped_parameters(request, endpoint, WORDS))
    talk = conversation(request.messages, endpoint.provider)
    limit = output_limit(request, endpoint)
    body: JsonObject = {"model": endpoint.upstream_id, "max_tokens": limit}
    if talk.system:
        body["system"] = cast("list[Json]", talk.system)
    body.update(_tools_and_format(request, endpoint, talk))
    _add_thinking(body, request, endpoint)
    _end_with_user(talk, endpoint, thinking=_thinks(body))
    body["messages"] = cast("list[Json]", talk.messages)
    body.update(_sampling(request))
    body.update(_envelope(request))
    mark_last(body, request.gateway.get("cache_control"))
    limit_marks(body)
    return body


def _tools_and_format(request: ChatRequest, endpoint: Endpoint, talk: Conversation) -> JsonObject:
    wanted = json_format_of(request)
    native = native_format(wanted, endpoint) if wanted else None
    asked = request if native else asked_by_tool(request)
    offered = tools(asked, strict="structured_outputs" in (endpoint.supported_parameters or frozenset()))
    choice = tool_choice_of(asked) if offered else None
    if not request.parameters.get("tools") and talk.has_tools:
        # A conversation with calls in it is refused unless their tools are named.
        offered, choice = [*map(placeholder_tool, talk.tool_names), *offered], choice or ToolChoice("none")
    fields: JsonObject = {"output_config": {"format": native}} if native else {}
    if offered:
        fields["tools"] = cast("list[Json]", offered)
        chosen = tool_choice(choice)
        fields.update({"tool_choice": chosen} if chosen else {})
    return fields


def _add_thinking(body: JsonObject, request: ChatRequest, endpoint: Endpoint) -> None:
    """Where thinking is excluded the wish for it is gone already (exclusions.py)."""
    fields = thinking_fields(reasoning_of(request), endpoint, cast(int, body["max_tokens"]))
    config = {**cast(JsonObject, body.get("output_config", {})), **cast(JsonObject, fields.pop("output_config", {}))}
    body.update(fields)
    if config:
        body["output_config"] = config


def _thinks(body: JsonObject) -> bool:
    thinking = body.get("thinking")
    return isinstance(thinking, dict) and thinking["type"] != "disabled"


def _end_with_user(talk: Conversation, endpoint: Endpoint, *, thinking: bool) -> None:
    """Newer models, and all while thinking, do not continue an answer that the caller has begun: ask them to."""
    if talk.turns[-1].role == "assistant" and (thinking or endpoint.facts.get("prefill") is False):
        talk.turns.append(Turn("user", [dict(CONTINUE)]))


def _sampling(request: ChatRequest) -> JsonObject:
    fields: JsonObject = {
        name: request.parameters[name] for name in ("temperature", "top_p", "top_k") if name in request.parameters
    }
    stops: list[Json] = [stop for stop in stop_of(request) if stop.strip()]
    return {**fields, **({"stop_sequences": stops} if stops else {})}


def _envelope(request: ChatRequest) -> JsonObject:
    fields: JsonObject = {"stream": True} if request.stream else {}
    user = user_of(request)
    if user is not None:
        fields["metadata"] = {"user_id": user}
    tier = request.parameters.get("service_tier")
    if tier in TIERS:
        fields["service_tier"] = TIERS[tier]
    return fields

"""A body for a client of another dialect, built from the hub."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import cast

from switchboard.catalog.model import Endpoint
from switchboard.chat import ChatRequest
from switchboard.json_types import Json, JsonObject
from switchboard.parameters import dropped_parameters
from switchboard.providers.anthropic_messages.cache_marks import limit_marks, mark_last
from switchboard.providers.anthropic_messages.conversation import CONTINUE, Conversation, Turn, conversation
from switchboard.providers.anthropic_messages.limits import output_limit
from switchboard.providers.anthropic_messages.structured import JSON_TOOL, json_tool, native_format
from switchboard.providers.anthropic_messages.thinking import breaks_off, is_adaptive, thinking_fields
from switchboard.providers.anthropic_messages.tools import placeholder_tool, tool_choice, tools
from switchboard.providers.anthropic_messages.words import WORDS
from switchboard.requested import JsonFormat, ToolChoice, json_format_of, reasoning_of, stop_of, tool_choice_of

_TIERS: Mapping[Json, str] = {"auto": "auto", "priority": "auto", "default": "standard_only"}
_FORCING = ("any", "tool")
_LEAST_TOP_P_WITH_THINKING = 0.95


def hub_body(request: ChatRequest, endpoint: Endpoint) -> JsonObject:
    """Raises UpstreamFailure (bad_request) for what this dialect cannot say."""
    request = _supported(request, endpoint)
    talk = conversation(request.messages, endpoint.provider)
    limit = output_limit(request, endpoint)
    body: JsonObject = {"model": endpoint.upstream_id, "max_tokens": limit}
    if talk.system:
        body["system"] = cast("list[Json]", talk.system)
    body.update(_tools_and_format(request, endpoint, talk))
    _add_thinking(body, request, endpoint, talk)
    _end_with_user(talk, endpoint, thinking=_thinks(body))
    body["messages"] = cast("list[Json]", talk.messages)
    body.update(_sampling(request, thinking=_thinks(body)))
    body.update(_envelope(request))
    mark_last(body, request.gateway.get("cache_control"))
    limit_marks(body)
    return body


def _supported(request: ChatRequest, endpoint: Endpoint) -> ChatRequest:
    dropped = dropped_parameters(request, endpoint, WORDS)
    return replace(request, parameters={k: v for k, v in request.parameters.items() if k not in dropped})


@dataclass(frozen=True, slots=True)
class _Answer:
    """The shape of the answer: `format` goes into output_config, `as_tool` is offered as a tool."""

    format: JsonObject | None = None
    as_tool: JsonFormat | None = None


def _tools_and_format(request: ChatRequest, endpoint: Endpoint, talk: Conversation) -> JsonObject:
    answer = _answer(request, endpoint)
    listed = endpoint.supported_parameters or frozenset()
    offered = tools(request, strict="structured_outputs" in listed)
    choice = tool_choice_of(request) if offered else None
    if not offered and talk.has_tools:  # a conversation with calls in it is refused unless their tools are named
        offered, choice = [placeholder_tool(name) for name in talk.tool_names], ToolChoice("none")
    if answer.as_tool and not (choice and choice.mode in ("required", "named")):
        choice = _choice_with_json(choice, has_tools=bool(offered))
        offered = [*offered, json_tool(answer.as_tool)]
    fields: JsonObject = {"output_config": {"format": answer.format}} if answer.format else {}
    if offered:
        fields["tools"] = cast("list[Json]", offered)
        chosen = tool_choice(choice)
        fields.update({"tool_choice": chosen} if chosen else {})
    return fields


def _answer(request: ChatRequest, endpoint: Endpoint) -> _Answer:
    wanted = json_format_of(request)
    if wanted is None:
        return _Answer()
    native = native_format(wanted, endpoint)
    return _Answer(format=native) if native else _Answer(as_tool=wanted)


def _choice_with_json(choice: ToolChoice | None, *, has_tools: bool) -> ToolChoice:
    """With tools at hand the model may call one of them first; else the only thing to do is to answer."""
    if has_tools and not (choice and choice.mode == "none"):
        return ToolChoice("required", parallel=choice.parallel if choice else None)
    return ToolChoice("named", JSON_TOOL)


def _add_thinking(body: JsonObject, request: ChatRequest, endpoint: Endpoint, talk: Conversation) -> None:
    """No thinking where a tool is forced (Anthropic refuses both together), or where the thread of it was lost."""
    choice = cast(JsonObject, body.get("tool_choice") or {})
    lost = not is_adaptive(endpoint) and breaks_off(talk.messages)
    if choice.get("type") in _FORCING or lost:
        return
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


def _sampling(request: ChatRequest, *, thinking: bool) -> JsonObject:
    """While thinking only a high top_p may be set."""
    given = request.parameters
    fields: JsonObject = {name: given[name] for name in ("temperature", "top_p", "top_k") if name in given}
    if thinking:
        fields.pop("temperature", None)
        fields.pop("top_k", None)
        if cast(float, fields.get("top_p", 1)) < _LEAST_TOP_P_WITH_THINKING:
            del fields["top_p"]
    stops: list[Json] = [stop for stop in stop_of(request) if stop.strip()]
    return {**fields, **({"stop_sequences": stops} if stops else {})}


def _envelope(request: ChatRequest) -> JsonObject:
    fields: JsonObject = {"stream": True} if request.stream else {}
    user = request.parameters.get("user") or request.native.get("user")
    if isinstance(user, str) and user:
        fields["metadata"] = {"user_id": user}
    tier = request.parameters.get("service_tier")
    if tier in _TIERS:
        fields["service_tier"] = _TIERS[tier]
    return fields

"""The body of a client that speaks Anthropic's dialect itself: its own, less what the endpoint must not see.

Replayed thinking, system blocks and tool schemas are not touched; only our marks are taken off the signatures.
"""

from collections.abc import Collection
from typing import cast

from switchboard.catalog.model import Endpoint
from switchboard.chat import ChatRequest
from switchboard.json_types import Json, JsonObject
from switchboard.parameters import dropped_parameters
from switchboard.providers.anthropic_messages.limits import output_limit
from switchboard.providers.anthropic_messages.replay import replayed
from switchboard.providers.anthropic_messages.thinking import (
    ADAPTIVE,
    breaks_off,
    fitting_budget,
    is_adaptive,
    known_effort,
    thinking_fields,
)
from switchboard.requested import Reasoning, reasoning_of

# Anthropic's fields for the hub's parameters.
_FIELDS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("temperature", ("temperature",)),
    ("top_p", ("top_p",)),
    ("top_k", ("top_k",)),
    ("stop", ("stop_sequences",)),
    ("tools", ("tools", "tool_choice")),
    ("reasoning", ("thinking",)),
)
# A field that is only understood with a beta whose name begins so.
_BETA_FIELDS = (("context_management", "context-management"), ("speed", "fast-mode"))


def native_body(request: ChatRequest, endpoint: Endpoint, betas: Collection[str]) -> JsonObject:
    """`betas` are those that will be sent."""
    body: JsonObject = {k: v for k, v in request.native.items() if v is not None and k not in request.gateway}
    _drop(body, dropped_parameters(request, endpoint))
    _drop_beta_fields(body, request, betas)
    body["model"] = endpoint.upstream_id
    body["max_tokens"] = output_limit(request, endpoint)
    given = cast("list[JsonObject]", body["messages"])
    messages = replayed(given, endpoint.provider, betas)
    body["messages"] = cast("list[Json]", messages)
    _fit_thinking(body, request, endpoint)
    _fit_effort(body, endpoint)
    if messages is not given and not is_adaptive(endpoint) and breaks_off(messages):
        _stop_thinking(body)
    return body


def _drop_beta_fields(body: JsonObject, request: ChatRequest, betas: Collection[str]) -> None:
    """Where the endpoint is not sent a beta that the client asked for, its fields would be refused too."""
    asked = cast("list[str]", request.gateway.get("anthropic_betas") or [])
    for name, beta in _BETA_FIELDS:
        if any(each.startswith(beta) for each in asked) and not any(each.startswith(beta) for each in betas):
            body.pop(name, None)


def _drop(body: JsonObject, dropped: Collection[str]) -> None:
    for parameter, fields in _FIELDS:
        if parameter in dropped:
            for name in fields:
                body.pop(name, None)
    if "response_format" in dropped:
        body.pop("output_format", None)
        _set_config(body, "format", None)
    if "reasoning" in dropped:
        _set_config(body, "effort", None)


def _set_config(body: JsonObject, name: str, value: Json) -> None:
    """None takes it away, and the whole `output_config` with its last member."""
    config = body.get("output_config")
    if not isinstance(config, dict) or name not in config:
        return
    changed: JsonObject = {key: member for key, member in {**config, name: value}.items() if member is not None}
    body["output_config"] = changed
    if not changed:
        del body["output_config"]


def _fit_thinking(body: JsonObject, request: ChatRequest, endpoint: Endpoint) -> None:
    """A budget fits into `max_tokens` (which the gateway may have lowered); `adaptive` only goes where it is known."""
    thinking = body.get("thinking")
    if not isinstance(thinking, dict):
        return
    limit = cast(int, body["max_tokens"])
    if thinking.get("type") == ADAPTIVE and endpoint.facts.get("reasoning_style") == "budget":
        body.pop("thinking")
        body.update(thinking_fields(reasoning_of(request) or Reasoning("medium"), endpoint, limit))
    budget = thinking.get("budget_tokens")
    if isinstance(budget, int) and budget >= limit:
        fitting = fitting_budget(budget, limit)
        if fitting is None:
            _stop_thinking(body)
        else:
            body["thinking"] = {**thinking, "budget_tokens": fitting}


def _fit_effort(body: JsonObject, endpoint: Endpoint) -> None:
    """Models that think by budget know no effort, unless the catalog lists some; others may not know this one."""
    config = body.get("output_config")
    effort = config.get("effort") if isinstance(config, dict) else None
    if not isinstance(effort, str):
        return
    if is_adaptive(endpoint) or "efforts" in endpoint.facts:
        _set_config(body, "effort", known_effort(effort, endpoint))
    elif endpoint.facts.get("reasoning_style") == "budget":
        _set_config(body, "effort", None)


def _stop_thinking(body: JsonObject) -> None:
    """Rules for clearing old thinking are refused without any."""
    body.pop("thinking", None)
    body.pop("context_management", None)

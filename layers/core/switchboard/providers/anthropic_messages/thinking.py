"""Reasoning as Anthropic wants it asked for: a budget of tokens on older models, an effort on newer ones.

An endpoint's facts say which: `reasoning_style = "budget" | "adaptive"`; `efforts` lists the words it knows.
"""

from collections.abc import Sequence
from typing import cast

from switchboard.catalog.model import Endpoint
from switchboard.json_types import JsonObject
from switchboard.requested import LEAST_BUDGET, Reasoning, budget_of, effort_of

ADAPTIVE = "adaptive"
USUAL_EFFORTS = ("low", "medium", "high", "max")
# What comes nearest, for an effort that an endpoint does not know.
_NEAREST = {
    "minimal": ("low",),
    "low": ("medium", "high"),
    "medium": ("high", "low"),
    "high": ("medium",),
    "xhigh": ("max", "high"),
    "max": ("xhigh", "high"),
}
_THOUGHTS = ("thinking", "redacted_thinking")


def is_adaptive(endpoint: Endpoint) -> bool:
    return endpoint.facts.get("reasoning_style") == ADAPTIVE


def thinking_fields(reasoning: Reasoning | None, endpoint: Endpoint, limit: int) -> JsonObject:
    """The body's `thinking` and `output_config`; empty if none was asked for or `limit` tokens leave no room for it."""
    if reasoning is None or reasoning.is_off:
        return {"thinking": {"type": "disabled"}} if reasoning and is_adaptive(endpoint) else {}
    if is_adaptive(endpoint):
        effort = known_effort(effort_of(reasoning, limit), endpoint)
        fields: JsonObject = {"thinking": {"type": ADAPTIVE}, "output_config": {"effort": effort}}
    else:
        budget = fitting_budget(budget_of(reasoning, limit), limit)
        fields = {"thinking": {"type": "enabled", "budget_tokens": budget}} if budget else {}
    if reasoning.exclude and fields:
        cast(JsonObject, fields["thinking"])["display"] = "omitted"
    return fields


def fitting_budget(budget: int, limit: int) -> int | None:
    """`max_tokens` counts thinking too, and some of it has to be left for the answer; None if that cannot be."""
    fitting = min(budget, limit - max(1, limit // 20))
    return fitting if fitting >= LEAST_BUDGET else None


def known_effort(effort: str, endpoint: Endpoint) -> str:
    listed = endpoint.facts.get("efforts")
    known = [str(word) for word in listed] if isinstance(listed, list) else list(USUAL_EFFORTS)
    return next((word for word in (effort, *_NEAREST.get(effort, ())) if word in known), "high")


def breaks_off(messages: Sequence[JsonObject]) -> bool:
    """True if the tool calls that are being answered came without their thinking: no budget is accepted then."""
    if len(messages) < 2 or not _has(messages[-1], ("tool_result",)):
        return False
    content = messages[-2].get("content")
    first = content[0] if isinstance(content, list) and content else None
    return not (isinstance(first, dict) and first.get("type") in _THOUGHTS)


def _has(message: JsonObject, types: tuple[str, ...]) -> bool:
    content = message.get("content")
    parts = content if isinstance(content, list) else []
    return any(isinstance(part, dict) and part.get("type") in types for part in parts)

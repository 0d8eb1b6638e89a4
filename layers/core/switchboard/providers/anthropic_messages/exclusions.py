"""What excludes what at Anthropic: thinking goes with neither a forced call nor a free choice of sampling.

https://docs.anthropic.com/en/docs/build-with-claude/extended-thinking#feature-compatibility
"""

from collections.abc import Mapping

from switchboard.catalog.model import Endpoint
from switchboard.chat import ChatRequest, Thinking
from switchboard.json_types import Json
from switchboard.parameters import Vocabulary, unsupported_parameters, without
from switchboard.providers.anthropic_messages.conversation import conversation
from switchboard.providers.anthropic_messages.limits import output_limit
from switchboard.providers.anthropic_messages.structured import native_format
from switchboard.providers.anthropic_messages.thinking import breaks_off, fitting_budget, is_adaptive
from switchboard.providers.json_answer import shape_misfit
from switchboard.requested import Reasoning, budget_of, json_format_of, reasoning_of, tool_choice_of, tools_of
from switchboard.signatures import is_welcome

# Anthropic's service tiers by OpenAI's. https://docs.anthropic.com/en/api/service-tiers
TIERS: Mapping[Json, str] = {"auto": "auto", "priority": "auto", "default": "standard_only"}
_REASONING = frozenset({"reasoning", "reasoning_effort"})
_TIER = frozenset({"service_tier"})
_LEAST_TOP_P = 0.95
_USUAL_TEMPERATURE = 1


def given_up(request: ChatRequest, endpoint: Endpoint) -> frozenset[str]:
    """Thinking where it is excluded, else what it excludes; and a service tier that is OpenAI's alone."""
    is_foreign = request.protocol != endpoint.dialect and request.parameters.get("service_tier") not in TIERS
    return _around_thinking(request, endpoint) | (_TIER if is_foreign else frozenset())


def _around_thinking(request: ChatRequest, endpoint: Endpoint) -> frozenset[str]:
    reasoning = reasoning_of(request)
    if reasoning is None or reasoning.is_off:
        return frozenset()
    if request.protocol == endpoint.dialect:
        is_lost = _hands_back_foreign_thoughts(request, endpoint) and _lost_its_thread(request, endpoint)
        return _REASONING if is_lost else frozenset()
    is_excluded = (
        _is_forced(request, endpoint)
        or _lost_its_thread(request, endpoint)
        or not _has_room(reasoning, request, endpoint)
    )
    return _REASONING if is_excluded else _fixed_sampling(request)


def unshapely(request: ChatRequest, endpoint: Endpoint, words: Vocabulary) -> str | None:
    """Why the answer cannot have the shape that is asked for, in words for the caller; None if it can.

    A wish to think that the endpoint does not understand anyway keeps no shape out.
    """
    if "response_format" not in request.parameters:
        return None
    kept = without(request, unsupported_parameters(request, endpoint, words))
    return shape_misfit(kept) if _needs_tool(kept, endpoint) else None


def _needs_tool(request: ChatRequest, endpoint: Endpoint) -> bool:
    wanted = json_format_of(request)
    return wanted is not None and native_format(wanted, endpoint) is None


def _is_forced(request: ChatRequest, endpoint: Endpoint) -> bool:
    choice = tool_choice_of(request) if tools_of(request) else None
    return _needs_tool(request, endpoint) or (choice is not None and choice.mode in ("required", "named"))


def _lost_its_thread(request: ChatRequest, endpoint: Endpoint) -> bool:
    """The calls that are being answered came back without the thoughts that led to them."""
    return not is_adaptive(endpoint) and breaks_off(conversation(request.messages, endpoint.provider).messages)


def _hands_back_foreign_thoughts(request: ChatRequest, endpoint: Endpoint) -> bool:
    thoughts = [block for message in request.messages for block in message.blocks if isinstance(block, Thinking)]
    return any(not each.signature or not is_welcome(each.provider, endpoint.provider.id) for each in thoughts)


def _has_room(reasoning: Reasoning, request: ChatRequest, endpoint: Endpoint) -> bool:
    if is_adaptive(endpoint):
        return True
    limit = output_limit(request, endpoint)
    return fitting_budget(budget_of(reasoning, limit), limit) is not None


def _fixed_sampling(request: ChatRequest) -> frozenset[str]:
    given = request.parameters
    fixed = {"top_k"}
    if given.get("temperature") != _USUAL_TEMPERATURE:
        fixed.add("temperature")
    top_p = given.get("top_p")
    if isinstance(top_p, int | float) and top_p < _LEAST_TOP_P:
        fixed.add("top_p")
    return frozenset(fixed)

"""What excludes what at Bedrock: Claude thinks with neither a forced call nor a free choice of sampling."""

from switchboard.catalog.model import Endpoint
from switchboard.chat import ChatRequest, Thinking, ToolCall
from switchboard.parameters import Vocabulary, unsupported_parameters, without
from switchboard.providers.bedrock_converse.parameters import asks_by_tool, thinking_budget
from switchboard.providers.json_answer import shape_misfit
from switchboard.providers.turns import turns_of
from switchboard.requested import json_format_of, tool_choice_of
from switchboard.signatures import is_welcome

_REASONING = frozenset({"reasoning", "reasoning_effort"})
_SAMPLING = frozenset({"temperature", "top_p", "top_k"})


def given_up(request: ChatRequest, endpoint: Endpoint) -> frozenset[str]:
    """Thinking where its thread is lost, or where open-ended JSON is asked for; else what it excludes."""
    if thinking_budget(request, endpoint) is None:
        return frozenset()
    wanted = json_format_of(request)
    if (wanted is not None and asks_by_tool(wanted, endpoint)) or _lost_its_thread(request, endpoint):
        return _REASONING
    choice = tool_choice_of(request)
    is_forced = choice is not None and choice.mode in ("required", "named")
    return _SAMPLING | {"tool_choice"} if is_forced else _SAMPLING


def unshapely(request: ChatRequest, endpoint: Endpoint, words: Vocabulary) -> str | None:
    """Why the answer cannot have the shape that is asked for, in words for the caller; None if it can."""
    if "response_format" not in request.parameters:
        return None
    kept = without(request, unsupported_parameters(request, endpoint, words))
    wanted = json_format_of(kept)
    return shape_misfit(kept) if wanted is not None and asks_by_tool(wanted, endpoint) else None


def _lost_its_thread(request: ChatRequest, endpoint: Endpoint) -> bool:
    """The model's last calls come back without the thoughts that led to them: Claude would refuse."""
    turns = turns_of(request.messages)[1]
    last = next((turn.blocks for turn in reversed(turns) if turn.role == "assistant"), [])
    return any(isinstance(block, ToolCall) for block in last) and not _is_thought(last[0], endpoint)


def _is_thought(block: object, endpoint: Endpoint) -> bool:
    """One that its maker will be sent again."""
    return isinstance(block, Thinking) and bool(block.signature) and is_welcome(block.provider, endpoint.provider.id)

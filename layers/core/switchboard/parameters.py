"""Which request parameters an endpoint must support, and which may be left out (OpenRouter's rules)."""

from switchboard.catalog.model import Endpoint
from switchboard.chat import ChatRequest

# The parameters that catalogs list. A field that is none of these is the provider's own affair and always sent.
KNOWN_PARAMETERS = frozenset(
    {
        "frequency_penalty",
        "logit_bias",
        "logprobs",
        "max_completion_tokens",
        "max_tokens",
        "min_p",
        "parallel_tool_calls",
        "prediction",
        "presence_penalty",
        "reasoning",
        "reasoning_effort",
        "repetition_penalty",
        "response_format",
        "seed",
        "stop",
        "temperature",
        "tool_choice",
        "tools",
        "top_a",
        "top_k",
        "top_logprobs",
        "top_p",
        "verbosity",
        "web_search_options",
    }
)
# Two names for one thing: an endpoint that lists either supports both.
_SYNONYMS = (
    frozenset({"max_tokens", "max_completion_tokens"}),
    frozenset({"reasoning", "reasoning_effort"}),
)
# Every chat endpoint bounds its output, whether or not its catalog row troubles to say so.
_ALWAYS = frozenset({"max_tokens", "max_completion_tokens"})


def unsupported_parameters(request: ChatRequest, endpoint: Endpoint) -> frozenset[str]:
    """Those sent that the endpoint does not list; none if it lists nothing, for then nothing is known."""
    listed = endpoint.supported_parameters
    if listed is None:
        return frozenset()
    return frozenset(name for name in request.parameters if name in KNOWN_PARAMETERS and not _supports(listed, name))


def dropped_parameters(request: ChatRequest, endpoint: Endpoint) -> frozenset[str]:
    """What is left out of the body when the caller did not insist on it."""
    dropped = unsupported_parameters(request, endpoint)
    return dropped | {"tool_choice", "parallel_tool_calls"} if "tools" in dropped else dropped


def _supports(listed: frozenset[str], name: str) -> bool:
    if name in listed or name in _ALWAYS:
        return True
    return any(name in synonyms and not synonyms.isdisjoint(listed) for synonyms in _SYNONYMS)

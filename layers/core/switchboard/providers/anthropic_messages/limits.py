"""How long the answer may be: Anthropic will not answer without being told."""

from switchboard.catalog.model import Endpoint
from switchboard.chat import ChatRequest

FALLBACK = 4096


def output_limit(request: ChatRequest, endpoint: Endpoint) -> int:
    """Tokens: the caller's limit, or the most that the endpoint gives and its context has room for."""
    if request.max_output is not None:
        return request.max_output
    most = endpoint.max_output or FALLBACK
    if endpoint.context is None:
        return most
    return max(1, min(most, endpoint.context - request.prompt_tokens))

"""What is said of reasoning in a Responses body, and which signed reasoning may be sent back."""

from switchboard.catalog.model import Endpoint
from switchboard.chat import ChatRequest
from switchboard.json_types import Json, JsonObject
from switchboard.requested import effort_of, reasoning_of
from switchboard.signatures import is_welcome, unmarked

ENCRYPTED = "reasoning.encrypted_content"
_NAMES = frozenset({"reasoning", "reasoning_effort"})
# OpenRouter's additions to OpenAI's `reasoning`: an effort is made of the first two.
_HUB_ONLY = frozenset({"enabled", "exclude", "max_tokens"})
_USUAL_OUTPUT = 32_000
_SEALED = "encrypted_content"


def reasons(request: ChatRequest, endpoint: Endpoint) -> bool:
    """Asking a model that does not reason for its encrypted reasoning is an error at OpenAI."""
    if endpoint.supported_parameters is None:
        return not _NAMES.isdisjoint(request.parameters)
    return not _NAMES.isdisjoint(endpoint.supported_parameters)


def reasoning_object(request: ChatRequest, endpoint: Endpoint) -> JsonObject | None:
    """None if the caller said nothing of it. An effort stands for a budget: this dialect knows no other measure."""
    asked = reasoning_of(request)
    if asked is None:
        return None
    given = request.parameters.get("reasoning")
    known = given if isinstance(given, dict) else {}
    reasoning: JsonObject = {name: value for name, value in known.items() if name not in _HUB_ONLY}
    if asked.effort is not None or asked.max_tokens is not None:
        reasoning["effort"] = effort_of(asked, request.max_output or endpoint.max_output or _USUAL_OUTPUT)
    return reasoning


def included(native: Json, request: ChatRequest, endpoint: Endpoint) -> list[Json]:
    """`include` with the reasoning that the client has to bring along next time, since nothing is stored."""
    wanted = [name for name in native if name != ENCRYPTED] if isinstance(native, list) else []
    client_wants = isinstance(native, list) and ENCRYPTED in native
    unknown = endpoint.supported_parameters is None
    return [*wanted, ENCRYPTED] if reasons(request, endpoint) or (client_wants and unknown) else wanted


def returned_items(items: Json, provider: str) -> Json:
    """`input` with the gateway's marks taken off, less what another provider sealed: this one could not read it."""
    if not isinstance(items, list):
        return items
    kept = [_unsealed(item, provider) for item in items]
    if None not in kept:
        return kept
    # An id that came with reasoning which is no longer there would be asked for it.
    return [_anonymous(item) if isinstance(item, dict) else item for item in kept if item is not None]


def _unsealed(item: Json, provider: str) -> Json:
    """None for what must not be sent: sealed elsewhere, or only a name for what nobody has stored."""
    if not isinstance(item, dict):
        return item
    sealed = item.get(_SEALED)
    if isinstance(sealed, str):
        signature = unmarked(sealed)
        return {**item, _SEALED: signature.text} if is_welcome(signature.provider, provider) else None
    return None if item.get("type") == "reasoning" and not item.get("content") else item


def _anonymous(item: JsonObject) -> JsonObject:
    if isinstance(item.get(_SEALED), str):
        return item
    return {name: value for name, value in item.items() if name != "id"}

"""A request with a lower limit on its output, in the hub's words and in those of the dialect it came in."""

from collections.abc import Mapping
from dataclasses import replace

from switchboard.chat import ChatRequest
from switchboard.json_types import JsonObject

# Where a dialect has its limit; the first is used if the client named none. OpenAI refuses both names at once.
_FIELDS: Mapping[str, tuple[str, ...]] = {
    "openai-chat": ("max_completion_tokens", "max_tokens"),
    "openai-responses": ("max_output_tokens",),
    "anthropic-messages": ("max_tokens",),
}
_PARAMETERS = ("max_completion_tokens", "max_tokens", "max_output_tokens")
_GOOGLE = "google-generate"
_CONFIGS = ("generationConfig", "generation_config")
_CONFIG_FIELDS = ("maxOutputTokens", "max_output_tokens")


def with_output_limit(request: ChatRequest, limit: int) -> ChatRequest:
    """At most `limit` tokens, thinking included."""
    named = [name for name in _PARAMETERS if name in request.parameters] or ["max_tokens"]
    parameters = {**request.parameters, **dict.fromkeys(named, limit)}
    return replace(request, max_output=limit, parameters=parameters, native=_native(request, limit))


def _native(request: ChatRequest, limit: int) -> JsonObject:
    native = request.native
    if request.protocol == _GOOGLE:
        name = next((each for each in _CONFIGS if isinstance(native.get(each), dict)), _CONFIGS[0])
        given = native.get(name)
        config = given if isinstance(given, dict) else {}
        return {**native, name: _limited(config, _CONFIG_FIELDS, limit)}
    fields = _FIELDS.get(request.protocol)
    return _limited(native, fields, limit) if fields else native


def _limited(given: JsonObject, fields: tuple[str, ...], limit: int) -> JsonObject:
    named = next((name for name in fields if given.get(name) is not None), fields[0])
    return {**given, named: limit}

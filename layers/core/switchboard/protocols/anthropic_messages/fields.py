"""The top-level fields of a Messages request: what each must look like, and which are the gateway's own."""

from switchboard.json_types import Json
from switchboard.protocols.checks import Check, is_number, is_positive, is_texts
from switchboard.protocols.openai_chat.fields import GATEWAY_FIELDS as OPENROUTER_FIELDS

# `cache_control` is Anthropic's own here; `fallbacks` is how OpenRouter spells `models` in this dialect.
GATEWAY_FIELDS = (OPENROUTER_FIELDS - {"cache_control"}) | {"fallbacks"}


def _is_models(value: Json) -> bool:
    """OpenRouter's `fallbacks`: [{"model": "author/slug"}]."""
    return isinstance(value, list) and all(
        isinstance(entry, dict) and isinstance(entry.get("model"), str) for entry in value
    )


_NUMBER: Check = (is_number, "a number")
_OBJECT: Check = (lambda value: isinstance(value, dict), "an object")

FIELD_CHECKS: dict[str, Check] = {
    "fallbacks": (_is_models, 'a list of objects with a `model`, like [{"model": "openai/gpt-4.1"}]'),
    "max_tokens": (is_positive, "a whole number above 0"),
    "metadata": _OBJECT,
    "models": (is_texts, "a list of strings"),
    "output_config": _OBJECT,
    "output_format": _OBJECT,
    "provider": _OBJECT,
    "stop_sequences": (is_texts, "a list of strings"),
    "stream": (lambda value: isinstance(value, bool), "true or false"),
    "temperature": _NUMBER,
    "thinking": _OBJECT,
    "tool_choice": _OBJECT,
    "tools": (lambda value: isinstance(value, list), "a list"),
    "top_k": _NUMBER,
    "top_p": _NUMBER,
}

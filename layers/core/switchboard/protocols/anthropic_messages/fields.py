"""The top-level fields of a Messages request: what each must look like, and which are the gateway's own."""

from collections.abc import Callable

from switchboard.json_types import Json
from switchboard.protocols.openai_chat.fields import GATEWAY_FIELDS as OPENROUTER_FIELDS

# `cache_control` is Anthropic's own here; `fallbacks` is how OpenRouter spells `models` in this dialect.
GATEWAY_FIELDS = (OPENROUTER_FIELDS - {"cache_control"}) | {"fallbacks"}

Check = tuple[Callable[[Json], bool], str]


def _is_number(value: Json) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_positive(value: Json) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value > 0


def _is_texts(value: Json) -> bool:
    return isinstance(value, list) and all(isinstance(entry, str) for entry in value)


def _is_models(value: Json) -> bool:
    """OpenRouter's `fallbacks`: [{"model": "author/slug"}]."""
    return isinstance(value, list) and all(
        isinstance(entry, dict) and isinstance(entry.get("model"), str) for entry in value
    )


_NUMBER: Check = (_is_number, "a number")
_OBJECT: Check = (lambda value: isinstance(value, dict), "an object")

FIELD_CHECKS: dict[str, Check] = {
    "fallbacks": (_is_models, 'a list of objects with a `model`, like [{"model": "openai/gpt-4.1"}]'),
    "max_tokens": (_is_positive, "a whole number above 0"),
    "metadata": _OBJECT,
    "models": (_is_texts, "a list of strings"),
    "output_config": _OBJECT,
    "output_format": _OBJECT,
    "provider": _OBJECT,
    "stop_sequences": (_is_texts, "a list of strings"),
    "stream": (lambda value: isinstance(value, bool), "true or false"),
    "temperature": _NUMBER,
    "thinking": _OBJECT,
    "tool_choice": _OBJECT,
    "tools": (lambda value: isinstance(value, list), "a list"),
    "top_k": _NUMBER,
    "top_p": _NUMBER,
}

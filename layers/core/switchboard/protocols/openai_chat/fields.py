"""The top-level fields of a chat completion request: what each must look like, and who it is for."""

from switchboard.json_types import Json
from switchboard.protocols.checks import (
    Check,
    is_flag,
    is_list,
    is_number,
    is_object,
    is_positive,
    is_text,
    is_texts,
    is_whole,
)

# Meant for the gateway: no provider may see them. OpenRouter's and ZenMux's names.
# https://openrouter.ai/docs/api-reference/parameters
GATEWAY_FIELDS = frozenset(
    {
        "cache_control",
        "debug",
        "include_reasoning",
        "model_routing_config",
        "models",
        "plugins",
        "preset",
        "provider",
        "route",
        "session_id",
        "stop_server_tools_when",
        "trace",
        "transforms",
        "usage",
    }
)
# Not parameters of the model's work: these never decide which endpoint fits.
ENVELOPE_FIELDS = frozenset({"messages", "model", "stream", "stream_options", "user", "store"})


def _is_stop(value: Json) -> bool:
    return isinstance(value, str) or is_texts(value)


def _is_choice(value: Json) -> bool:
    return isinstance(value, dict) or value in ("none", "auto", "required")


_TEXT: Check = (is_text, "a string")
_FLAG: Check = (is_flag, "true or false")
_WHOLE: Check = (is_whole, "a whole number")
_POSITIVE: Check = (is_positive, "a whole number above 0")
_NUMBER: Check = (is_number, "a number")
_OBJECT: Check = (is_object, "an object")
_LIST: Check = (is_list, "a list")
_TEXTS: Check = (is_texts, "a list of strings")

FIELD_CHECKS: dict[str, Check] = {
    "frequency_penalty": _NUMBER,
    "logit_bias": _OBJECT,
    "logprobs": _FLAG,
    "max_completion_tokens": _POSITIVE,
    "max_tokens": _POSITIVE,
    "metadata": _OBJECT,
    "min_p": _NUMBER,
    "models": _TEXTS,
    "n": _POSITIVE,
    "parallel_tool_calls": _FLAG,
    "presence_penalty": _NUMBER,
    "provider": _OBJECT,
    "reasoning": _OBJECT,
    "reasoning_effort": _TEXT,
    "repetition_penalty": _NUMBER,
    "response_format": _OBJECT,
    "seed": _WHOLE,
    "service_tier": _TEXT,
    "session_id": _TEXT,
    "stop": (_is_stop, "a string or a list of strings"),
    "stream": _FLAG,
    "stream_options": _OBJECT,
    "temperature": _NUMBER,
    "tool_choice": (_is_choice, "'none', 'auto', 'required' or an object that names a function"),
    "tools": _LIST,
    "top_k": _NUMBER,
    "top_logprobs": _WHOLE,
    "top_p": _NUMBER,
    "usage": _OBJECT,
    "user": _TEXT,
    "verbosity": _TEXT,
}

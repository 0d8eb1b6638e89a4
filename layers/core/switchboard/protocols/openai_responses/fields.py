"""The top-level fields of a Responses request: what each must look like, and which of them the hub knows by name."""

from collections.abc import Mapping

from switchboard.errors import InvalidRequest
from switchboard.json_types import Json
from switchboard.protocols.checks import Check, is_flag, is_list, is_number, is_object, is_positive, is_text, is_texts

# Fields that mean the same, under the same name, in OpenAI's Chat Completions: the hub has them as they are.
SAME_IN_THE_HUB = frozenset(
    {
        "frequency_penalty",
        "logit_bias",
        "min_p",
        "modalities",
        "parallel_tool_calls",
        "presence_penalty",
        "prompt_cache_key",
        "prompt_cache_options",
        "prompt_cache_retention",
        "reasoning_effort",
        "repetition_penalty",
        "safety_identifier",
        "seed",
        "service_tier",
        "stop",
        "temperature",
        "top_a",
        "top_k",
        "top_p",
        "user",
    }
)


def _is_count(value: Json) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _is_choice(value: Json) -> bool:
    return value in ("none", "auto", "required") or (is_object(value) and isinstance(value.get("type"), str))


def _is_truncation(value: Json) -> bool:
    return value in ("auto", "disabled")


_TEXT: Check = (is_text, "a string")
_FLAG: Check = (is_flag, "true or false")
_POSITIVE: Check = (is_positive, "a whole number above 0")
_NUMBER: Check = (is_number, "a number")
_OBJECT: Check = (is_object, "an object")
_LIST: Check = (is_list, "a list")
_TEXTS: Check = (is_texts, "a list of strings")

FIELD_CHECKS: Mapping[str, Check] = {
    "background": _FLAG,
    "frequency_penalty": _NUMBER,
    "include": _TEXTS,
    "instructions": _TEXT,
    "max_output_tokens": _POSITIVE,
    "max_tool_calls": _POSITIVE,
    "metadata": _OBJECT,
    "models": _TEXTS,
    "parallel_tool_calls": _FLAG,
    "presence_penalty": _NUMBER,
    "prompt_cache_key": _TEXT,
    "provider": _OBJECT,
    "reasoning": _OBJECT,
    "reasoning_effort": _TEXT,
    "safety_identifier": _TEXT,
    "service_tier": _TEXT,
    "session_id": _TEXT,
    "store": _FLAG,
    "stream": _FLAG,
    "stream_options": _OBJECT,
    "temperature": _NUMBER,
    "text": _OBJECT,
    "tool_choice": (_is_choice, "'none', 'auto', 'required' or an object with a `type`"),
    "tools": _LIST,
    "top_logprobs": (_is_count, "a whole number from 0"),
    "top_p": _NUMBER,
    "truncation": (_is_truncation, "'auto' or 'disabled'"),
    "user": _TEXT,
}


def check_fields(given: Mapping[str, Json]) -> None:
    """Raises InvalidRequest, naming the first field that is not what it must be."""
    for name, value in given.items():
        check = FIELD_CHECKS.get(name)
        if check and not check[0](value):
            raise InvalidRequest(f"`{name}` must be {check[1]}.", param=name)

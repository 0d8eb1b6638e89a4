"""Token counts of OpenAI-compatible servers, taken apart into buckets that do not overlap."""

from switchboard.chat import Usage
from switchboard.json_types import Json, JsonObject
from switchboard.providers.openai_chat import quirks


def read_usage(usage: JsonObject, flags: frozenset[str]) -> Usage:
    """OpenAI counts cached tokens inside the prompt and reasoning inside the completion; some others do not."""
    prompt_details = _object(usage.get("prompt_tokens_details"))
    completion_details = _object(usage.get("completion_tokens_details"))
    prompt, completion = _count(usage, "prompt_tokens"), _count(usage, "completion_tokens")
    cached = _cached(usage, prompt_details, flags)
    written = _count(prompt_details, "cache_write_tokens")
    drawn = _count(completion_details, "image_tokens")
    heard, spoken = _count(prompt_details, "audio_tokens"), _count(completion_details, "audio_tokens")
    reasoning = _count(completion_details, "reasoning_tokens")
    inside = 0 if quirks.REASONING_NOT_IN_COMPLETION_TOKENS in flags else reasoning
    apart = cached + written + heard
    if apart > prompt:  # more than there is: xAI counted it beside the prompt
        prompt += apart
    return Usage(
        input=prompt - apart,
        cache_read=cached,
        cache_write_5m=written,
        input_audio=heard,
        output=max(0, completion - inside - spoken - drawn),
        reasoning=reasoning,
        output_audio=spoken,
        output_image=drawn,
    )


def _cached(usage: JsonObject, details: JsonObject, flags: frozenset[str]) -> int:
    if quirks.CACHED_TOKENS_HIT_MISS in flags and "prompt_cache_hit_tokens" in usage:
        return _count(usage, "prompt_cache_hit_tokens")
    return _count(details, "cached_tokens") or _count(usage, "num_cached_tokens")


def _count(table: JsonObject, name: str) -> int:
    """Nothing, null and nonsense count as 0: a bill is never negative."""
    value = table.get(name)
    return max(0, value) if isinstance(value, int) else 0


def _object(value: Json) -> JsonObject:
    return value if isinstance(value, dict) else {}

"""Gemini's token counts, taken apart into buckets that do not overlap (ai.google.dev/api/generate-content)."""

from switchboard.chat import Usage
from switchboard.json_types import Json, JsonObject


def read_usage(usage: JsonObject, searches: int = 0) -> Usage:
    """The prompt includes what was cached; thoughts stand beside the answer; results of its own tools beside both."""
    prompt, cached = _count(usage, "promptTokenCount"), _count(usage, "cachedContentTokenCount")
    cached = min(cached, prompt)
    heard_again = min(cached, _tokens(usage.get("cacheTokensDetails"), "AUDIO"))
    heard = max(0, min(_tokens(usage.get("promptTokensDetails"), "AUDIO") - heard_again, prompt - cached))
    spoken = _tokens(usage.get("candidatesTokensDetails"), "AUDIO")
    drawn = _tokens(usage.get("candidatesTokensDetails"), "IMAGE")
    return Usage(
        input=max(0, prompt - cached - heard) + _count(usage, "toolUsePromptTokenCount"),
        cache_read=cached - heard_again,
        cache_read_audio=heard_again,
        input_audio=heard,
        output=max(0, _count(usage, "candidatesTokenCount") - spoken - drawn),
        reasoning=_count(usage, "thoughtsTokenCount"),
        output_audio=spoken,
        output_image=drawn,
        web_searches=searches,
    )


def _tokens(details: Json, modality: str) -> int:
    members = details if isinstance(details, list) else []
    return sum(
        _count(member, "tokenCount")
        for member in members
        if isinstance(member, dict) and member.get("modality") == modality
    )


def _count(table: JsonObject, name: str) -> int:
    """Nothing, null and nonsense count as 0: a bill is never negative."""
    value = table.get(name)
    return max(0, value) if isinstance(value, int) else 0

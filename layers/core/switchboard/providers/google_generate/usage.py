"""Gemini's token counts, taken apart into buckets that do not overlap (ai.google.dev/api/generate-content)."""

from switchboard.chat import Usage
from switchboard.json_types import Json, JsonObject


def read_usage(usage: JsonObject) -> Usage:
    """The prompt includes what was cached; thoughts stand beside the answer; results of its own tools beside both."""
    prompt, cached = _count(usage, "promptTokenCount"), _count(usage, "cachedContentTokenCount")
    heard = _audio(usage.get("promptTokensDetails")) - _audio(usage.get("cacheTokensDetails"))
    spoken = _audio(usage.get("candidatesTokensDetails"))
    heard = max(0, min(heard, prompt - cached))
    return Usage(
        input=max(0, prompt - cached - heard) + _count(usage, "toolUsePromptTokenCount"),
        cache_read=min(cached, prompt),
        input_audio=heard,
        output=max(0, _count(usage, "candidatesTokenCount") - spoken),
        reasoning=_count(usage, "thoughtsTokenCount"),
        output_audio=spoken,
    )


def _audio(details: Json) -> int:
    members = details if isinstance(details, list) else []
    return sum(
        _count(member, "tokenCount")
        for member in members
        if isinstance(member, dict) and member.get("modality") == "AUDIO"
    )


def _count(table: JsonObject, name: str) -> int:
    """Nothing, null and nonsense count as 0: a bill is never negative."""
    value = table.get(name)
    return max(0, value) if isinstance(value, int) else 0

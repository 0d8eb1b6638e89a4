"""How servers that call themselves OpenAI-compatible differ. A provider's catalog row names those that hold for it."""

MAX_TOKENS_FIELD = "max_tokens_field="
NO_DEVELOPER_ROLE = "no_developer_role"
NO_STREAM_OPTIONS = "no_stream_options"
TOOL_CHOICE_ANY = "tool_choice_any"
TOOL_IDS_9 = "tool_ids_9"
REASONING_NOT_IN_COMPLETION_TOKENS = "reasoning_not_in_completion_tokens"
CACHED_TOKENS_HIT_MISS = "cached_tokens_hit_miss"
REASONING_CONTENT_BACK = "reasoning_content_back"
JSON_OBJECT_ONLY = "json_object_only"

# What each one is for, and the pages that say so: docs/adding-a-provider.md.
QUIRKS = frozenset(
    {
        "max_tokens_field=max_tokens",
        "max_tokens_field=max_completion_tokens",
        NO_DEVELOPER_ROLE,
        NO_STREAM_OPTIONS,
        TOOL_CHOICE_ANY,
        TOOL_IDS_9,
        REASONING_NOT_IN_COMPLETION_TOKENS,
        CACHED_TOKENS_HIT_MISS,
        REASONING_CONTENT_BACK,
        JSON_OBJECT_ONLY,
    }
)


def max_tokens_field(quirks: frozenset[str]) -> str | None:
    """The one name a server knows the output limit by; None if it takes either."""
    return next((q.removeprefix(MAX_TOKENS_FIELD) for q in quirks if q.startswith(MAX_TOKENS_FIELD)), None)

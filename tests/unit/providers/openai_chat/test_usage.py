"""Golden vectors: the counts that each provider sends, and the buckets by hand."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from switchboard.chat import Usage
from switchboard.providers.openai_chat import quirks
from switchboard.providers.openai_chat.usage import read_usage

# Any: JSON that tests make up.
NONE: frozenset[str] = frozenset()
XAI = frozenset({quirks.REASONING_NOT_IN_COMPLETION_TOKENS})
DEEPSEEK = frozenset({quirks.CACHED_TOKENS_HIT_MISS})

GOLDEN: dict[str, tuple[frozenset[str], dict[str, Any], Usage]] = {
    "openai: cached inside the prompt, reasoning inside the completion": (
        NONE,
        {
            "prompt_tokens": 2006,
            "completion_tokens": 300,
            "total_tokens": 2306,
            "prompt_tokens_details": {"cached_tokens": 1920, "audio_tokens": 0},
            "completion_tokens_details": {
                "reasoning_tokens": 128,
                "audio_tokens": 0,
                "accepted_prediction_tokens": 0,
                "rejected_prediction_tokens": 0,
            },
        },
        Usage(input=86, cache_read=1920, output=172, reasoning=128),
    ),
    "openai: audio on both sides": (
        NONE,
        {
            "prompt_tokens": 120,
            "completion_tokens": 90,
            "prompt_tokens_details": {"audio_tokens": 100, "cached_tokens": 0},
            "completion_tokens_details": {"audio_tokens": 70, "reasoning_tokens": 0},
        },
        Usage(input=20, input_audio=100, output=20, output_audio=70),
    ),
    "openai: written to the cache": (
        NONE,
        {
            "prompt_tokens": 3000,
            "completion_tokens": 5,
            "prompt_tokens_details": {"cached_tokens": 1000, "cache_write_tokens": 1500},
        },
        Usage(input=500, cache_read=1000, cache_write_5m=1500, output=5),
    ),
    "azure: as openai, null where nothing was": (
        NONE,
        {
            "completion_tokens": 10,
            "completion_tokens_details": None,
            "prompt_tokens": 50,
            "prompt_tokens_details": None,
            "total_tokens": 60,
        },
        Usage(input=50, output=10),
    ),
    "deepseek: hits and misses": (
        DEEPSEEK,
        {
            "prompt_tokens": 1000,
            "completion_tokens": 120,
            "total_tokens": 1120,
            "prompt_cache_hit_tokens": 896,
            "prompt_cache_miss_tokens": 104,
            "completion_tokens_details": {"reasoning_tokens": 100},
        },
        Usage(input=104, cache_read=896, output=20, reasoning=100),
    ),
    "deepseek: no hit is no hit": (
        DEEPSEEK,
        {"prompt_tokens": 40, "completion_tokens": 1, "prompt_cache_hit_tokens": 0, "prompt_cache_miss_tokens": 40},
        Usage(input=40, output=1),
    ),
    "groq: with times among the counts": (
        NONE,
        {
            "queue_time": 0.05,
            "prompt_tokens": 4641,
            "prompt_time": 0.02,
            "completion_tokens": 12,
            "completion_time": 0.03,
            "total_tokens": 4653,
            "total_time": 0.05,
            "prompt_tokens_details": {"cached_tokens": 4608},
        },
        Usage(input=33, cache_read=4608, output=12),
    ),
    "mistral: num_cached_tokens": (
        NONE,
        {"prompt_tokens": 300, "completion_tokens": 9, "total_tokens": 309, "num_cached_tokens": 256},
        Usage(input=44, cache_read=256, output=9),
    ),
    "mistral: details as openai's": (
        NONE,
        {"prompt_tokens": 300, "completion_tokens": 9, "prompt_tokens_details": {"cached_tokens": 256}},
        Usage(input=44, cache_read=256, output=9),
    ),
    "together: three plain counts": (
        NONE,
        {"prompt_tokens": 31, "completion_tokens": 17, "total_tokens": 48, "cached_tokens": 0},
        Usage(input=31, output=17),
    ),
    "fireworks: details without audio": (
        NONE,
        {
            "prompt_tokens": 700,
            "total_tokens": 720,
            "completion_tokens": 20,
            "prompt_tokens_details": {"cached_tokens": 640},
        },
        Usage(input=60, cache_read=640, output=20),
    ),
    "xai: reasoning beside the completion": (
        XAI,
        {
            "prompt_tokens": 32,
            "completion_tokens": 9,
            "total_tokens": 135,
            "prompt_tokens_details": {"text_tokens": 32, "audio_tokens": 0, "image_tokens": 0, "cached_tokens": 6},
            "completion_tokens_details": {"reasoning_tokens": 94, "audio_tokens": 0},
            "num_sources_used": 0,
        },
        Usage(input=26, cache_read=6, output=9, reasoning=94),
    ),
    "xai: more cached than prompt means beside it": (
        XAI,
        {
            "prompt_tokens": 40,
            "completion_tokens": 9,
            "prompt_tokens_details": {"cached_tokens": 1000},
            "completion_tokens_details": {"reasoning_tokens": 0},
        },
        Usage(input=40, cache_read=1000, output=9),
    ),
}


@pytest.mark.parametrize("name", GOLDEN)
def test_golden(name: str) -> None:
    flags, native, expected = GOLDEN[name]
    assert read_usage(native, flags) == expected


@pytest.mark.parametrize("nonsense", [None, "7", -5, 1.5, [], {}])
def test_nonsense_counts_as_nothing(nonsense: Any) -> None:
    native: dict[str, Any] = {"prompt_tokens": nonsense, "completion_tokens": 3, "prompt_tokens_details": nonsense}
    assert read_usage(native, NONE) == Usage(output=3)


counts = st.integers(0, 10**7)


@given(counts, counts, st.fractions(0, 1), st.fractions(0, 1))
def test_the_buckets_add_up_to_what_the_provider_counted(prompt: int, completion: int, part: Any, share: Any) -> None:
    native: dict[str, Any] = {
        "prompt_tokens": prompt,
        "completion_tokens": completion,
        "prompt_tokens_details": {"cached_tokens": int(prompt * part)},
        "completion_tokens_details": {"reasoning_tokens": int(completion * share)},
    }
    usage = read_usage(native, NONE)
    assert (usage.prompt_tokens, usage.completion_tokens) == (prompt, completion)


@given(
    st.dictionaries(
        st.sampled_from(("prompt_tokens", "completion_tokens", "num_cached_tokens", "prompt_cache_hit_tokens")),
        st.integers(-10, 10**6) | st.none() | st.text(max_size=2),
    ),
    st.dictionaries(st.sampled_from(("cached_tokens", "audio_tokens", "cache_write_tokens")), st.integers(-10, 10**6)),
    st.dictionaries(st.sampled_from(("reasoning_tokens", "audio_tokens")), st.integers(-10, 10**6)),
    st.sampled_from((NONE, XAI, DEEPSEEK)),
)
def test_no_bucket_is_ever_negative(native: Any, prompt: Any, completion: Any, flags: frozenset[str]) -> None:
    usage = read_usage({**native, "prompt_tokens_details": prompt, "completion_tokens_details": completion}, flags)
    assert min(usage.input, usage.cache_read, usage.cache_write_5m, usage.input_audio) >= 0
    assert min(usage.output, usage.reasoning, usage.output_audio) >= 0

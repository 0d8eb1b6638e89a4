"""Golden vectors: what Google counts, and the buckets that it falls into."""

from typing import Any

import pytest
from switchboard.chat import Usage
from switchboard.providers.google_generate.usage import read_usage

AUDIO_IN = [{"modality": "TEXT", "tokenCount": 20}, {"modality": "AUDIO", "tokenCount": 80}]


@pytest.mark.parametrize(
    ("native", "usage"),
    [
        ({"promptTokenCount": 10, "candidatesTokenCount": 5, "totalTokenCount": 15}, Usage(input=10, output=5)),
        (
            {"promptTokenCount": 10, "candidatesTokenCount": 5, "thoughtsTokenCount": 7, "totalTokenCount": 22},
            Usage(input=10, output=5, reasoning=7),
        ),
        (
            {"promptTokenCount": 1200, "cachedContentTokenCount": 1000, "candidatesTokenCount": 5},
            Usage(input=200, cache_read=1000, output=5),
        ),
        ({"promptTokenCount": 10, "toolUsePromptTokenCount": 90}, Usage(input=100)),
        ({"promptTokenCount": 100, "promptTokensDetails": AUDIO_IN}, Usage(input=20, input_audio=80)),
        (
            {
                "promptTokenCount": 100,
                "cachedContentTokenCount": 50,
                "promptTokensDetails": AUDIO_IN,
                "cacheTokensDetails": [{"modality": "AUDIO", "tokenCount": 50}],
            },
            Usage(input=20, cache_read_audio=50, input_audio=30),
        ),
        (
            {"candidatesTokenCount": 30, "candidatesTokensDetails": [{"modality": "AUDIO", "tokenCount": 25}]},
            Usage(output=5, output_audio=25),
        ),
        ({}, Usage()),
        ({"promptTokenCount": None, "candidatesTokenCount": -4, "thoughtsTokenCount": "7"}, Usage()),
        ({"promptTokenCount": 5, "cachedContentTokenCount": 9}, Usage(cache_read=5)),
    ],
)
def test_buckets(native: dict[str, Any], usage: Usage) -> None:
    assert read_usage(native) == usage


def test_the_buckets_add_up_to_googles_total() -> None:
    native = {"promptTokenCount": 1200, "cachedContentTokenCount": 1000, "toolUsePromptTokenCount": 30}
    usage = read_usage({**native, "candidatesTokenCount": 5, "thoughtsTokenCount": 7})
    assert usage.prompt_tokens + usage.completion_tokens == 1200 + 30 + 5 + 7

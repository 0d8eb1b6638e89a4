"""Golden vectors: what Bedrock counts, and the buckets that it falls into."""

from typing import Any

import pytest
from switchboard.chat import Usage
from switchboard.providers.bedrock_converse.usage import read_usage


def written(**by_ttl: int) -> list[dict[str, Any]]:
    return [{"ttl": ttl.removeprefix("t"), "inputTokens": tokens} for ttl, tokens in by_ttl.items()]


@pytest.mark.parametrize(
    ("native", "usage"),
    [
        ({"inputTokens": 10, "outputTokens": 5, "totalTokens": 15}, Usage(input=10, output=5)),
        (
            {"inputTokens": 10, "outputTokens": 5, "cacheReadInputTokens": 900, "totalTokens": 915},
            Usage(input=10, cache_read=900, output=5),
        ),
        ({"inputTokens": 10, "cacheWriteInputTokens": 300}, Usage(input=10, cache_write_5m=300)),
        (
            {"cacheWriteInputTokens": 300, "cacheDetails": written(t5m=100, t1h=200)},
            Usage(cache_write_5m=100, cache_write_1h=200),
        ),
        ({"cacheWriteInputTokens": 300, "cacheDetails": written(t1h=300)}, Usage(cache_write_1h=300)),
        ({"cacheDetails": written(t1h=50)}, Usage(cache_write_1h=50)),
        ({"cacheDetails": None, "inputTokens": None, "outputTokens": -1}, Usage()),
        ({}, Usage()),
    ],
)
def test_buckets(native: dict[str, Any], usage: Usage) -> None:
    assert read_usage(native) == usage

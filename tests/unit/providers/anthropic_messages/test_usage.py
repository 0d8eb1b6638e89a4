"""Golden vectors: what Anthropic counted, and the buckets that it is billed by."""

from typing import Any

import pytest
from switchboard.chat import Usage
from switchboard.providers.anthropic_messages.usage import read_usage

VECTORS: list[tuple[dict[str, Any], Usage]] = [
    ({}, Usage()),
    ({"input_tokens": 10, "output_tokens": 5}, Usage(input=10, output=5)),
    ({"input_tokens": None, "output_tokens": -3, "cache_read_input_tokens": "7"}, Usage()),
    ({"input_tokens": 3, "cache_read_input_tokens": 900, "output_tokens": 1}, Usage(input=3, cache_read=900, output=1)),
    ({"cache_creation_input_tokens": 50}, Usage(cache_write_5m=50)),
    (
        {"cache_creation_input_tokens": 50, "cache_creation": {"ephemeral_1h_input_tokens": 20}},
        Usage(cache_write_5m=30, cache_write_1h=20),
    ),
    (
        {"cache_creation": {"ephemeral_5m_input_tokens": 5, "ephemeral_1h_input_tokens": 6}},
        Usage(cache_write_5m=5, cache_write_1h=6),
    ),
    ({"cache_creation_input_tokens": 0, "cache_creation": None}, Usage()),
    (
        {"output_tokens": 100, "output_tokens_details": {"thinking_tokens": 80}},
        Usage(output=20, reasoning=80),
    ),
    ({"output_tokens": 10, "output_tokens_details": {"thinking_tokens": 80}}, Usage(reasoning=10)),
    ({"server_tool_use": {"web_search_requests": 3, "web_fetch_requests": 1}}, Usage(web_searches=3)),
    (
        {
            "input_tokens": 100,
            "output_tokens": 10,
            "iterations": [
                {"type": "compaction", "input_tokens": 5000, "output_tokens": 300, "cache_read_input_tokens": 7},
                {"type": "message", "input_tokens": 100, "output_tokens": 10},
            ],
        },
        Usage(input=5100, cache_read=7, output=310),
    ),
]


@pytest.mark.parametrize(("told", "usage"), VECTORS)
def test_counts_fall_into_buckets_that_do_not_overlap(told: dict[str, Any], usage: Usage) -> None:
    assert read_usage(told) == usage

from typing import Any

import pytest
from switchboard.chat import Usage
from switchboard.providers.openai_responses.usage import read_usage

# Any: usage as providers send it.


@pytest.mark.parametrize(
    ("given", "usage"),
    [
        ({"input_tokens": 10, "output_tokens": 4, "total_tokens": 14}, Usage(input=10, output=4)),
        (
            {"input_tokens": 10, "input_tokens_details": {"cached_tokens": 6}, "output_tokens": 4},
            Usage(input=4, cache_read=6, output=4),
        ),
        (
            {
                "input_tokens": 100,
                "input_tokens_details": {"cached_tokens": 60, "cache_write_tokens": 30},
                "output_tokens": 50,
                "output_tokens_details": {"reasoning_tokens": 45},
            },
            Usage(input=10, cache_read=60, cache_write_5m=30, output=5, reasoning=45),
        ),
        ({"input_tokens": 5, "input_tokens_details": None, "output_tokens": 1}, Usage(input=5, output=1)),
        ({"input_tokens": 5, "input_tokens_details": {"cached_tokens": 9}}, Usage(cache_read=9)),
        ({"output_tokens": 3, "output_tokens_details": {"reasoning_tokens": 8}}, Usage(reasoning=8)),
        ({"input_tokens": None, "output_tokens": "many"}, Usage()),
        ({"input_tokens": -4, "output_tokens": 2}, Usage(output=2)),
    ],
)
def test_buckets_do_not_overlap(given: Any, usage: Usage) -> None:
    assert read_usage({"usage": given}) == usage


def test_searches_are_in_the_output() -> None:
    output: Any = [{"type": "web_search_call"}, {"type": "message"}, {"type": "web_search_call"}, None]
    assert read_usage({"usage": {"input_tokens": 1}, "output": output}) == Usage(input=1, web_searches=2)


@pytest.mark.parametrize("response", [{}, {"usage": None}, {"usage": 3}])
def test_nothing_counted_is_nothing_known(response: Any) -> None:
    assert read_usage(response) is None

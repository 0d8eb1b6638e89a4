"""What Responses can say. https://platform.openai.com/docs/api-reference/responses/create"""

from switchboard.parameters import Vocabulary

# Of Chat Completions' parameters these mean the same here; stop, seed, penalties and their like have no counterpart.
SAME = (
    "metadata",
    "temperature",
    "top_p",
    "service_tier",
    "user",
    "safety_identifier",
    "prompt_cache_key",
    "prompt_cache_options",
    "prompt_cache_retention",
)
WORDS = Vocabulary(
    parameters=frozenset(
        {
            *SAME,
            "logprobs",
            "max_completion_tokens",
            "max_tokens",
            "parallel_tool_calls",
            "reasoning",
            "reasoning_effort",
            "response_format",
            "tool_choice",
            "tools",
            "top_logprobs",
            "verbosity",
        }
    ),
    ranges={"temperature": (0.0, 2.0), "top_p": (0.0, 1.0), "top_logprobs": (0, 20)},
    places={"max_completion_tokens": (("max_output_tokens",),), "max_tokens": (("max_output_tokens",),)},
)

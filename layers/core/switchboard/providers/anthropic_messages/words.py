"""What Messages can say. https://docs.anthropic.com/en/api/messages"""

from switchboard.parameters import Vocabulary
from switchboard.providers.anthropic_messages.exclusions import given_up

WORDS = Vocabulary(
    parameters=frozenset(
        {
            "max_completion_tokens",
            "max_tokens",
            "parallel_tool_calls",
            "reasoning",
            "reasoning_effort",
            "response_format",
            "service_tier",
            "stop",
            "temperature",
            "tool_choice",
            "tools",
            "top_k",
            "top_p",
            "user",
        }
    ),
    emulated=frozenset({"response_format"}),
    ranges={"temperature": (0.0, 1.0), "top_p": (0.0, 1.0)},
    gives_up=given_up,
)

"""What Converse can say. https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html"""

from switchboard.parameters import Vocabulary
from switchboard.providers.bedrock_converse.exclusions import given_up

WORDS = Vocabulary(
    parameters=frozenset(
        {
            "max_completion_tokens",
            "max_tokens",
            "reasoning",
            "reasoning_effort",
            "response_format",
            "stop",
            "temperature",
            "tool_choice",
            "tools",
            "top_k",
            "top_p",
        }
    ),
    emulated=frozenset({"response_format"}),
    ranges={"temperature": (0.0, 1.0), "top_p": (0.0, 1.0)},
    gives_up=given_up,
)

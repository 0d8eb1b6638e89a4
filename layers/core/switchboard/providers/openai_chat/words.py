"""What Chat Completions can say. https://platform.openai.com/docs/api-reference/chat/create"""

from switchboard.parameters import Vocabulary

# The hub's parameters have OpenAI's names: these go over as they are. `tools` and the reasoning need an eye on them.
SAME = (
    "frequency_penalty",
    "logit_bias",
    "logprobs",
    "min_p",
    "n",
    "parallel_tool_calls",
    "presence_penalty",
    "repetition_penalty",
    "response_format",
    "seed",
    "service_tier",
    "stop",
    "temperature",
    "tool_choice",
    "top_a",
    "top_k",
    "top_logprobs",
    "top_p",
    "verbosity",
)
_PENALTY = (-2.0, 2.0)
WORDS = Vocabulary(
    parameters=frozenset(
        {*SAME, "max_completion_tokens", "max_tokens", "reasoning", "reasoning_effort", "tools", "user"}
    ),
    ranges={
        "temperature": (0.0, 2.0),
        "top_p": (0.0, 1.0),
        "presence_penalty": _PENALTY,
        "frequency_penalty": _PENALTY,
        "top_logprobs": (0, 20),
    },
    places={name: (("max_tokens",), ("max_completion_tokens",)) for name in ("max_tokens", "max_completion_tokens")},
)

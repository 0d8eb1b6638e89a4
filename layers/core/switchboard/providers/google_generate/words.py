"""What generateContent can say. https://ai.google.dev/api/generate-content"""

from switchboard.parameters import Vocabulary

_CONFIG = ("generationConfig", "generation_config")
# Which field of generationConfig says what.
FIELDS = {
    "temperature": "temperature",
    "top_p": "topP",
    "top_k": "topK",
    "seed": "seed",
    "presence_penalty": "presencePenalty",
    "frequency_penalty": "frequencyPenalty",
    "n": "candidateCount",
    "logprobs": "responseLogprobs",
    "top_logprobs": "logprobs",
}
_SNAKE = {"topP": "top_p", "maxOutputTokens": "max_output_tokens", "stopSequences": "stop_sequences"}


def _places(field: str) -> tuple[tuple[str, str], ...]:
    """Google reads its own names in snake case, too."""
    return tuple((config, name) for config in _CONFIG for name in {field, _SNAKE.get(field, field)})


WORDS = Vocabulary(
    parameters=frozenset(
        {
            *FIELDS,
            "max_completion_tokens",
            "max_tokens",
            "reasoning",
            "reasoning_effort",
            "response_format",
            "stop",
            "tool_choice",
            "tools",
        }
    ),
    emulated=frozenset({"response_format"}),
    ranges={"temperature": (0.0, 2.0), "top_p": (0.0, 1.0)},
    most_stops=5,
    places={
        "temperature": _places("temperature"),
        "top_p": _places("topP"),
        "max_tokens": _places("maxOutputTokens"),
        "stop": _places("stopSequences"),
    },
)

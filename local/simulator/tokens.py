"""Token counting by rule of thumb, the same every time, and the memory behind cached prompt tokens."""

import hashlib
import json
import math
from dataclasses import dataclass, field

from local.simulator.json_types import Json, JsonObject
from local.simulator.prompt import count_images, text_of

CHARACTERS_PER_TOKEN = 4
TOKENS_PER_IMAGE = 85
TOKENS_PER_MESSAGE = 3
CACHE_MINIMUM = 1024  # https://platform.openai.com/docs/guides/prompt-caching
CACHE_STEP = 128
CACHE_SECONDS = 300.0
_CACHE_SIZE = 10_000


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens of one completion; `reasoning` is part of `completion`, `cached` of `prompt`."""

    prompt: int
    cached: int
    completion: int
    reasoning: int

    def body(self) -> JsonObject:
        return {
            "prompt_tokens": self.prompt,
            "completion_tokens": self.completion,
            "total_tokens": self.prompt + self.completion,
            "prompt_tokens_details": {"cached_tokens": self.cached, "audio_tokens": 0},
            "completion_tokens_details": {
                "reasoning_tokens": self.reasoning,
                "audio_tokens": 0,
                "accepted_prediction_tokens": 0,
                "rejected_prediction_tokens": 0,
            },
        }


def count(text: str) -> int:
    return math.ceil(len(text) / CHARACTERS_PER_TOKEN)


@dataclass(slots=True)
class PromptCache:
    """Remembers the beginnings of conversations, each for five minutes after its last use."""

    _expiry: dict[bytes, float] = field(default_factory=dict)

    def count_prompt(self, account: str, body: JsonObject, now: float) -> tuple[int, int]:
        """Tokens of a valid request's prompt, and how many of them `account` (provider and model) sent lately."""
        tools = body.get("tools")
        digest = hashlib.sha256(f"{account}\n{json.dumps(tools)}".encode())
        total, cached = (count(json.dumps(tools)) if tools else 0), 0
        for message in _messages(body):
            total += _count_message(message)
            digest.update(json.dumps(message).encode())
            if total >= CACHE_MINIMUM and self._seen(digest.digest(), now):
                cached = total - total % CACHE_STEP
        return total, cached

    def _seen(self, beginning: bytes, now: float) -> bool:
        seen = self._expiry.pop(beginning, 0.0) > now
        self._expiry[beginning] = now + CACHE_SECONDS
        while len(self._expiry) > _CACHE_SIZE:
            del self._expiry[next(iter(self._expiry))]
        return seen


def _messages(body: JsonObject) -> list[JsonObject]:
    messages: Json = body["messages"]
    assert isinstance(messages, list)
    return [message for message in messages if isinstance(message, dict)]


def _count_message(message: JsonObject) -> int:
    calls = message.get("tool_calls")
    text = text_of(message) + (json.dumps(calls) if calls else "")
    return TOKENS_PER_MESSAGE + count(text) + TOKENS_PER_IMAGE * count_images(message)

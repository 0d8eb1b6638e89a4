"""Token counting by rule of thumb, the same every time, and the memory behind cached prompt tokens."""

import hashlib
import json
import math
import re
from dataclasses import dataclass, field

from local.simulator.prompt import Prompt, Turn

CHARACTERS_PER_TOKEN = 4
TOKENS_PER_IMAGE = 85
TOKENS_PER_DOCUMENT = 250
TOKENS_PER_MESSAGE = 3
CACHE_MINIMUM = 1024  # https://platform.openai.com/docs/guides/prompt-caching
CACHE_STEP = 128
CACHE_SECONDS = {"": 300.0, "5m": 300.0, "1h": 3600.0}
_CACHE_SIZE = 10_000
USUAL_CONTEXT = 1_048_576
_NAMED_CONTEXT = re.compile(r"-(\d{1,4})k\b")  # as in moonshot-v1-8k


@dataclass(frozen=True, slots=True)
class PromptTokens:
    """`read` and `written` are parts of `total`; what is written stays for an hour or for five minutes."""

    total: int
    read: int = 0
    written: int = 0
    for_an_hour: bool = False

    @property
    def fresh(self) -> int:
        return self.total - self.read - self.written


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens of one reply; `reasoning` is part of `completion`."""

    prompt: PromptTokens
    completion: int
    reasoning: int


def count(text: str) -> int:
    return math.ceil(len(text) / CHARACTERS_PER_TOKEN)


@dataclass(slots=True)
class PromptCache:
    """Remembers the beginnings of conversations, each for some minutes after its last use."""

    _expiry: dict[bytes, float] = field(default_factory=dict)

    def count_prompt(self, account: str, prompt: Prompt, now: float) -> PromptTokens:
        """Tokens of a valid prompt, and how many of them `account` (provider and model) sent lately.

        Without marks all is cached, in steps. With marks, what stands before the last one: what was marked earlier is
        read, the rest written.
        """
        digest = hashlib.sha256(account.encode())
        total, read, marked = 0, 0, ("", 0)
        last = max((at for at, turn in enumerate(prompt.turns) if turn.mark), default=-1)
        for at, turn in enumerate(prompt.turns):
            total += count_turn(turn)
            digest.update(json.dumps(turn.native).encode())
            if total < CACHE_MINIMUM or (prompt.marks_only and at > last):
                continue
            keep = bool(turn.mark) or not prompt.marks_only
            if self._seen(digest.digest(), now, CACHE_SECONDS[turn.mark] if keep else 0.0):
                read = total
            if turn.mark:
                marked = (turn.mark, total)
        if not prompt.marks_only:
            return PromptTokens(total, read - read % CACHE_STEP)
        return PromptTokens(total, read, max(marked[1] - read, 0), marked[0] == "1h")

    def _seen(self, beginning: bytes, now: float, keep_seconds: float) -> bool:
        expiry = self._expiry.pop(beginning, 0.0)
        if keep_seconds or expiry > now:
            self._expiry[beginning] = max(now + keep_seconds, expiry)
        while len(self._expiry) > _CACHE_SIZE:
            del self._expiry[next(iter(self._expiry))]
        return expiry > now


def context_of(model: str) -> int:
    """Tokens that a prompt may have; a model whose name ends in its context has no more than that."""
    named = _NAMED_CONTEXT.search(model)
    return int(named[1]) * 1024 if named else USUAL_CONTEXT


def count_turn(turn: Turn) -> int:
    beside = TOKENS_PER_IMAGE * turn.media.images + TOKENS_PER_DOCUMENT * turn.media.documents
    per_message = 0 if turn.role == "tools" else TOKENS_PER_MESSAGE
    return per_message + count(turn.counted or turn.text) + beside

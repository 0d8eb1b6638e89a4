"""Tool call ids as Anthropic takes them: letters, digits, _ and -, and none of them twice in a conversation."""

import hashlib
import re
from collections import Counter, defaultdict

_SAFE = re.compile(r"[a-zA-Z0-9_-]{1,64}")
_HASH_LETTERS = 24


def safe_id(given: str) -> str:
    """The same id for the same text, in any process: a call and its result are found together again."""
    if _SAFE.fullmatch(given):
        return given
    return "toolu_" + hashlib.sha256(given.encode("utf-8", "surrogatepass")).hexdigest()[:_HASH_LETTERS]


class ToolIds:
    """Follows one conversation: some servers number their calls anew in each turn, some name none of them."""

    def __init__(self) -> None:
        self._uses: Counter[str] = Counter()
        self._open: defaultdict[str, list[str]] = defaultdict(list)

    def of_call(self, given: str) -> str:
        safe = safe_id(given)
        self._uses[safe] += 1
        used = safe if self._uses[safe] == 1 else f"{safe}_{self._uses[safe]}"
        self._open[given].append(used)
        return used

    def of_result(self, given: str) -> str:
        """That of the oldest call of this name that has no result yet."""
        waiting = self._open[given]
        return waiting.pop(0) if waiting else safe_id(given)

"""How long an attempt may take: to the first content, between contents, and while a model works in silence."""

from dataclasses import dataclass, replace

from switchboard.chat import ChatRequest, Chunk
from switchboard.requested import wants_reasoning

USUAL_OUTPUT_TOKENS = 2000


@dataclass(frozen=True, slots=True)
class Limits:
    """Seconds; connecting is bounded by the transport itself.

    `first_after_thinking` is for requests that ask for reasoning: some providers show nothing of it, not even that it
    goes on. `in_silence` bounds the time without content while events show that the model is at work. An answer that
    comes whole may take as long as a model of `slow_tokens_per_second` needs to write it.
    """

    first_content: float = 20.0
    between_contents: float = 30.0
    first_after_thinking: float = 120.0
    in_silence: float = 300.0
    slow_tokens_per_second: float = 20.0

    def within(self, first_content: float) -> "Limits":
        """The same, but for an endpoint whose first content is overdue after so many seconds."""
        return replace(self, first_content=min(self.first_content, first_content))

    def whole_answer(self, max_output: int | None) -> float:
        return self.first_content + (max_output or USUAL_OUTPUT_TOKENS) / self.slow_tokens_per_second


USUAL_LIMITS = Limits()


class Patience:
    """The clocks of one attempt. All times are on the monotonic clock; `first` and `last` are those of contents."""

    def __init__(self, request: ChatRequest, limits: Limits, began: float) -> None:
        self.began = began
        self.first: float | None = None
        self.last: float | None = None
        self._request = request
        self._limits = limits
        self._silent_from = began
        self._alive: float | None = None

    def note(self, chunks: list[Chunk], now: float) -> None:
        """What has just arrived. A keep-alive is neither content nor life, and resets nothing."""
        if any(chunk.is_life for chunk in chunks):
            self._alive = now
        if any(chunk.has_content for chunk in chunks):
            self.last = self._silent_from = now
            if self.first is None:
                self.first = now

    def excuse(self, seconds: float) -> None:
        """A caller who takes his time is no silence of the provider's."""
        self._silent_from += seconds

    def until(self) -> float:
        """When it ends, if nothing more arrives."""
        limits = self._limits
        if not self._request.stream:
            return self.began + limits.whole_answer(self._request.max_output)
        until = self._silent_from + (self._first_content() if self.last is None else limits.between_contents)
        if self._alive is None:
            return until
        return max(until, min(self._alive + limits.between_contents, self._silent_from + limits.in_silence))

    def _first_content(self) -> float:
        limits = self._limits
        return limits.first_after_thinking if wants_reasoning(self._request) else limits.first_content

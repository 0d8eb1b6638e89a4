"""Adds up what one answer says about itself, chunk by chunk: its usage, its ends, and how much was said."""

from dataclasses import dataclass, field, replace
from math import ceil

from switchboard.accounting.estimate import text_tokens, without_margin
from switchboard.chat import ChatRequest, Chunk, Finish, TextDelta, ThinkingDelta, ToolCallDelta, Usage
from switchboard.dispatch.tool_calls import Call, usable
from switchboard.json_types import JsonObject


@dataclass(slots=True)
class Tally:
    """What one attempt has said so far. `cut` says that we ended it: its provider has not counted to the end."""

    usage: Usage | None = None
    finish: Finish | None = None
    upstream_id: str | None = None
    said: float = 0.0
    finishes: set[str] = field(default_factory=set)
    cut: bool = False
    calls: dict[tuple[int, int], Call] = field(default_factory=dict)

    def add(self, chunk: Chunk) -> None:
        for event in chunk.events:
            match event:
                case TextDelta(text) | ThinkingDelta(text):
                    self.said += text_tokens(text)
                case ToolCallDelta():
                    self.said += text_tokens(event.arguments)
                    self.calls.setdefault((event.choice, event.index), Call()).add(event)
                case Finish():
                    self.finish = event
                    self.finishes.add(event.reason)
                case Usage():  # the last one holds: some servers count along
                    self.usage = event
        if self.upstream_id is None:
            self.upstream_id = _id_of(chunk.native)

    def tools_ok(self, request: ChatRequest) -> bool | None:
        """Whether all tool calls can be used; None if there are none, or the answer was not to be finished."""
        if self.cut or self.finish is None or "length" in self.finishes:
            return None
        return usable(self.calls.values(), request)

    @property
    def may_be_empty(self) -> bool:
        """True if an answer without content is a real one: cut to length, filtered, or billed as output."""
        if self.finish is None:
            return False
        if not self.finishes.isdisjoint({"length", "content_filter"}):
            return True
        return self.usage is not None and self.usage.completion_tokens > 0

    def billed_usage(self, request: ChatRequest) -> tuple[Usage, bool]:
        """What the provider counted, or an estimate from what passed by; True says that it is an estimate."""
        if self.usage is None:
            return Usage(input=without_margin(request.prompt_tokens), output=ceil(self.said)), True
        if (self.finish is None or self.cut) and self.usage.completion_tokens < self.said:
            # Anthropic counts the prompt at the beginning and the answer at the end, which never came.
            return replace(self.usage, output=ceil(self.said) - self.usage.reasoning), True
        return self.usage, False


def _id_of(native: JsonObject) -> str | None:
    """Where a dialect puts its answer's name: on top (`id`, Google's `responseId`), or in what a stream begins with."""
    for table in (native, native.get("message"), native.get("response")):
        for name in ("id", "responseId"):
            found = table.get(name) if isinstance(table, dict) else None
            if isinstance(found, str) and found:
                return found
    return None

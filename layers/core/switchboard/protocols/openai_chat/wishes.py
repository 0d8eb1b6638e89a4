"""How a caller wants to see the choices of an answer: without the reasoning, or with `function_call` for tool calls."""

from dataclasses import dataclass

from switchboard.chat import ChatRequest
from switchboard.json_types import JsonObject
from switchboard.protocols.openai_chat.legacy import LEGACY, in_old_words
from switchboard.protocols.openai_chat.reasoning import REASONING_FIELDS


@dataclass(frozen=True, slots=True)
class Wishes:
    without_reasoning: bool = False
    in_old_words: bool = False

    def whole(self, choice: JsonObject) -> JsonObject:
        return self._shown(choice, "message")

    def streamed(self, choice: JsonObject) -> JsonObject | None:
        """None if nothing is left of it."""
        before, shown = choice.get("delta"), self._shown(choice, "delta")
        nothing_left = before and not shown["delta"] and not shown["finish_reason"]
        return None if nothing_left else shown

    def _shown(self, choice: JsonObject, part: str) -> JsonObject:
        said = choice.get(part)
        if self.without_reasoning and isinstance(said, dict) and not REASONING_FIELDS.isdisjoint(said):
            choice = {**choice, part: {name: value for name, value in said.items() if name not in REASONING_FIELDS}}
        return in_old_words(choice, part) if self.in_old_words else choice


AS_IT_IS = Wishes()


def wishes_of(request: ChatRequest | None) -> Wishes:
    """OpenRouter's `reasoning.exclude`, its older `include_reasoning: false`, and whoever sent `functions`."""
    if request is None:
        return AS_IT_IS
    reasoning = request.parameters.get("reasoning")
    excluded = isinstance(reasoning, dict) and reasoning.get("exclude") is True
    return Wishes(excluded or request.gateway.get("include_reasoning") is False, LEGACY in request.gateway)

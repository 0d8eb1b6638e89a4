"""The output of a Response as it grows: which deltas came, so that what only the finished item has is not lost."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import orjson

from switchboard.chat import StreamEvent, TextDelta, ThinkingDelta, ToolCallDelta
from switchboard.json_types import Json, JsonObject
from switchboard.providers.openai_responses.beside_text import citation_of, citations_of, logprobs_of

PARAGRAPH = "\n\n"
_CALLS = frozenset({"function_call", "custom_tool_call"})
# A custom tool's free text, as the only argument of a function.
_BEFORE_TEXT, _AFTER_TEXT = '{"input":"', '"}'


@dataclass(slots=True)
class _Item:
    """What has been said of one item so far; `call` is its place among the calls."""

    call: int | None = None
    arguments: str = ""
    has_text: bool = False
    is_over: bool = False


class OutputReader:
    """Counts calls from 0, in the order in which they begin."""

    def __init__(self) -> None:
        self._items: dict[Json, _Item] = {}
        self._calls = 0

    @property
    def has_calls(self) -> bool:
        return self._calls > 0

    def read(self, native: JsonObject) -> list[StreamEvent]:
        """What one event says."""
        reader = _READERS.get(str(native["type"]))
        return reader(self, native) if reader else []

    def rest(self, response: JsonObject) -> list[StreamEvent]:
        """What the finished response has and no event has said; of one that was not streamed, that is all."""
        output = response.get("output")
        said: list[StreamEvent] = []
        for index, item in enumerate(output if isinstance(output, list) else []):
            if isinstance(item, dict):
                said += self._finished(index, item)
        return said

    def item_added(self, native: JsonObject) -> list[StreamEvent]:
        item = native.get("item")
        if not isinstance(item, dict) or item.get("type") not in _CALLS:
            return []
        return self._call_begun(self._item(native.get("output_index")), item)

    def item_done(self, native: JsonObject) -> list[StreamEvent]:
        item = native.get("item")
        return self._finished(native.get("output_index"), item) if isinstance(item, dict) else []

    def text(self, native: JsonObject) -> list[StreamEvent]:
        return [TextDelta(text, logprobs=logprobs_of(native))] if (text := self._delta(native)) else []

    def annotation(self, native: JsonObject) -> list[StreamEvent]:
        return citation_of(native.get("annotation"))

    def refusal(self, native: JsonObject) -> list[StreamEvent]:
        return [TextDelta(text, is_refusal=True)] if (text := self._delta(native)) else []

    def thinking(self, native: JsonObject) -> list[StreamEvent]:
        return [ThinkingDelta(text)] if (text := self._delta(native)) else []

    def next_part(self, native: JsonObject) -> list[StreamEvent]:
        """Summaries come in parts; the hub has one text, with a blank line between them."""
        return [ThinkingDelta(PARAGRAPH)] if self._item(native.get("output_index")).has_text else []

    def arguments(self, native: JsonObject) -> list[StreamEvent]:
        item, fragment = self._item(native.get("output_index")), native.get("delta")
        if item.call is None or not isinstance(fragment, str) or not fragment:
            return []
        item.arguments += fragment
        return [ToolCallDelta(item.call, fragment)]

    def custom_input(self, native: JsonObject) -> list[StreamEvent]:
        item, fragment = self._item(native.get("output_index")), native.get("delta")
        if item.call is None or not isinstance(fragment, str) or not fragment:
            return []
        return self._write(item, ("" if item.arguments else _BEFORE_TEXT) + _escaped(fragment))

    def _finished(self, index: Json, item: JsonObject) -> list[StreamEvent]:
        known = self._item(index)
        if known.is_over:
            return []
        known.is_over = True
        match item.get("type"):
            case "message":
                return [] if known.has_text else _words(item)
            case "reasoning":
                return self._sealed(known, item)
            case "function_call":
                return self._call_begun(known, item) + self._missing(known, str(item.get("arguments") or ""))
            case "custom_tool_call":
                whole = _BEFORE_TEXT + _escaped(str(item.get("input") or "")) + _AFTER_TEXT
                return self._call_begun(known, item) + self._missing(known, whole)
        return []

    def _sealed(self, known: _Item, item: JsonObject) -> list[StreamEvent]:
        said: list[StreamEvent] = []
        text = PARAGRAPH.join(_texts(item.get("summary")) or _texts(item.get("content")))
        if text and not known.has_text:
            said.append(ThinkingDelta(text))
        if isinstance(item.get("encrypted_content"), str):
            said.append(ThinkingDelta("", signature=str(item["encrypted_content"])))
        return said

    def _call_begun(self, known: _Item, item: JsonObject) -> list[StreamEvent]:
        if known.call is not None:
            return []
        known.call, self._calls = self._calls, self._calls + 1
        identifier = item.get("call_id") or item.get("id")
        return [ToolCallDelta(known.call, "", id=str(identifier or ""), name=str(item.get("name") or ""))]

    def _missing(self, known: _Item, whole: str) -> list[StreamEvent]:
        """The end of the arguments that no delta brought. What contradicts the deltas is left alone."""
        return self._write(known, whole[len(known.arguments) :]) if whole.startswith(known.arguments) else []

    def _write(self, known: _Item, fragment: str) -> list[StreamEvent]:
        known.arguments += fragment
        return [ToolCallDelta(known.call or 0, fragment)] if fragment else []

    def _delta(self, native: JsonObject) -> str:
        text = native.get("delta")
        if not isinstance(text, str) or not text:
            return ""
        self._item(native.get("output_index")).has_text = True
        return text

    def _item(self, index: Json) -> _Item:
        return self._items.setdefault(index if isinstance(index, int) else 0, _Item())


_READERS: Mapping[str, Callable[[OutputReader, JsonObject], list[StreamEvent]]] = {
    "response.output_item.added": OutputReader.item_added,
    "response.output_item.done": OutputReader.item_done,
    "response.output_text.delta": OutputReader.text,
    "response.output_text.annotation.added": OutputReader.annotation,
    "response.refusal.delta": OutputReader.refusal,
    "response.reasoning_summary_part.added": OutputReader.next_part,
    "response.reasoning_summary_text.delta": OutputReader.thinking,
    "response.reasoning_text.delta": OutputReader.thinking,
    "response.function_call_arguments.delta": OutputReader.arguments,
    "response.custom_tool_call_input.delta": OutputReader.custom_input,
}


def _words(item: JsonObject) -> list[StreamEvent]:
    content = item.get("content")
    said: list[StreamEvent] = []
    for part in content if isinstance(content, list) else []:
        if isinstance(part, dict):
            is_refusal = part.get("type") == "refusal"
            text = part.get("refusal" if is_refusal else "text")
            if isinstance(text, str) and text:
                said.append(TextDelta(text, is_refusal=is_refusal, logprobs=logprobs_of(part)))
            said += citations_of(part)
    return said


def _texts(parts: Json) -> list[str]:
    return [str(part.get("text") or "") for part in parts if isinstance(part, dict)] if isinstance(parts, list) else []


def _escaped(text: str) -> str:
    """As it stands inside a JSON string."""
    return orjson.dumps(text).decode()[1:-1]

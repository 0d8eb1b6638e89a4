"""The hub's events, written as output items: which item they belong to, and when one ends and the next begins."""

from collections.abc import Mapping

from switchboard.chat import Citation, StreamEvent, TextDelta, ThinkingDelta, ToolCallDelta
from switchboard.json_types import JsonObject
from switchboard.protocols.openai_responses.names import ToolName
from switchboard.protocols.openai_responses.output import (
    CallItem,
    CustomCallItem,
    MessageItem,
    OutputItem,
    ReasoningItem,
    Status,
)


class OutputWriter:
    """Words and reasoning are written one item at a time; calls stay open to the end, for some upstreams interleave.

    `stem` makes the ids of this answer's items differ from those of every other answer's; `names` are those of the
    tools whose calls are named otherwise here.
    """

    def __init__(self, stem: str, provider: str, names: Mapping[str, ToolName]) -> None:
        self._stem = stem
        self._provider = provider
        self._names = names
        self._items: list[OutputItem] = []
        self._calls: dict[int, CallItem] = {}
        self._current: MessageItem | ReasoningItem | None = None

    def take(self, event: StreamEvent) -> list[JsonObject]:
        """What it adds to the answer. Other choices than the first have no place in this dialect."""
        match event:
            case TextDelta(choice=0) if event.text:
                message, events = self._message()
                return events + message.say(event)
            case Citation(choice=0) if isinstance(self._current, MessageItem):
                return self._current.cite(event)
            case ThinkingDelta(choice=0):
                return self._think(event)
            case ToolCallDelta(choice=0):
                return self._call(event)
        return []

    def close(self, status: Status = "completed") -> list[JsonObject]:
        """End whatever is open; `status` is that of the last item: the one in which an answer is cut off."""
        events: list[JsonObject] = []
        for item in self._open():
            events += item.closed(status if item is self._items[-1] else "completed")
        return events

    def break_off(self) -> None:
        """What is open stays open: nothing more is said of it."""
        for item in self._open():
            item.status = "incomplete"

    def items(self) -> list[JsonObject]:
        return [item.item() for item in self._items]

    def _think(self, event: ThinkingDelta) -> list[JsonObject]:
        if not event.text and event.signature is None and event.redacted is None:
            return []
        item, events = self._reasoning()
        if event.text:
            events += item.think(event.text)
        if event.redacted is not None:
            item.redact(event.redacted, self._provider)
        elif event.signature is not None:
            item.sign(event.signature, self._provider)
        else:
            return events
        return events + self._end_current()

    def _call(self, event: ToolCallDelta) -> list[JsonObject]:
        item = self._calls.get(event.index)
        if item is not None:
            return item.write(event.arguments)
        place, name = len(self._items), event.name or ""
        tool = self._names.get(name, ToolName(name))
        kind, prefix = (CustomCallItem, "ctc") if tool.is_custom else (CallItem, "fc")
        item = kind(self._id(prefix, place), place, event.id or self._id("call", place), tool)
        self._calls[event.index] = item
        events = self._end_current()
        self._items.append(item)
        return events + item.opened() + item.write(event.arguments)

    def _message(self) -> tuple[MessageItem, list[JsonObject]]:
        """The one that is being written, or a new one and what announces it."""
        if isinstance(self._current, MessageItem):
            return self._current, []
        item = MessageItem(self._id("msg", len(self._items)), len(self._items))
        return item, self._begin(item)

    def _reasoning(self) -> tuple[ReasoningItem, list[JsonObject]]:
        if isinstance(self._current, ReasoningItem):
            return self._current, []
        item = ReasoningItem(self._id("rs", len(self._items)), len(self._items))
        return item, self._begin(item)

    def _begin(self, item: MessageItem | ReasoningItem) -> list[JsonObject]:
        events = self._end_current()
        self._current = item
        self._items.append(item)
        return events + item.opened()

    def _end_current(self) -> list[JsonObject]:
        ended, self._current = self._current, None
        return ended.closed("completed") if ended else []

    def _open(self) -> list[OutputItem]:
        return [item for item in self._items if item.status == "in_progress"]

    def _id(self, kind: str, place: int) -> str:
        return f"{kind}_{self._stem}{place:03d}"

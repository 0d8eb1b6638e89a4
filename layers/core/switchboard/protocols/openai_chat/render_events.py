"""Answers of other dialects as the choices of a chat completion, from the hub's events.

Shapes that strict clients insist on: the role once and first, ids and names of tool
calls in their first fragment only, calls counted from 0, one finish reason beside an empty delta.
"""

from collections.abc import Iterable
from typing import cast

from switchboard.chat import Citation, Finish, Served, StreamEvent, TextDelta, ThinkingDelta, ToolCallDelta, Usage
from switchboard.json_types import Json, JsonObject
from switchboard.protocols.openai_chat.beside_text import annotations, logprobs
from switchboard.protocols.openai_chat.reasoning import detail


def choice_object(index: int, finish: Finish | None, **said: Json) -> JsonObject:
    """Strict clients want `finish_reason` and `logprobs` present in every choice, null or not."""
    return {
        "index": index,
        **said,
        "finish_reason": finish.reason if finish else None,
        "native_finish_reason": finish.native if finish else None,
        "logprobs": None,
    }


def call_id(event: ToolCallDelta, served: Served) -> str:
    """Some servers give their calls no id; the result has to name one."""
    return event.id or f"call_{served.generation_id.removeprefix('gen-')}_{event.index}"


class StreamedChoice:
    """One choice of a streamed answer, delta by delta."""

    def __init__(self, served: Served, index: int) -> None:
        self._served = served
        self._index = index
        self._begun = False
        self._finished = False
        self._thought = 0  # reasoning blocks that have ended
        self._thinks_aloud = False  # in a block that has not
        self._calls: dict[int, int] = {}  # the upstream's number of a call: ours
        self._empty: set[int] = set()  # calls of which no argument has come yet

    def pieces(self, event: StreamEvent) -> list[JsonObject]:
        """The choices that this event is worth, one for each chunk to send."""
        if isinstance(event, Usage) or self._finished:
            return []
        deltas = self._deltas(event)
        if deltas and not self._begun:
            self._begun = True
            deltas.insert(0, {"role": "assistant", "content": ""})
        made = [choice_object(self._index, None, delta=delta) for delta in deltas if delta]
        if made:
            made[-1]["logprobs"] = logprobs([event])
        if isinstance(event, Finish):
            self._finished = True
            made.append(choice_object(self._index, event, delta={}))
        return made

    def _deltas(self, event: StreamEvent) -> list[JsonObject]:
        match event:
            case TextDelta(text):
                return [{"refusal" if event.is_refusal else "content": text}] if text else []
            case Citation():
                return [annotations([event])]
            case ThinkingDelta():
                return self._thinking(event)
            case ToolCallDelta():
                return self._call(event)
        # At the end: calls without arguments get the empty ones, for "" is no JSON. {} makes sure that a role was sent.
        return [*(self._fragment(number, "{}") for number in sorted(self._empty)), {}]

    def _thinking(self, event: ThinkingDelta) -> list[JsonObject]:
        if not (event.text or event.signature or event.redacted):
            return []
        served = self._served
        piece = detail(event, served.provider_id, served.dialect, self._thought, continues=self._thinks_aloud)
        ends = bool(event.signature or event.redacted)
        self._thought += ends
        self._thinks_aloud = not ends
        told: JsonObject = {"reasoning": event.text, "reasoning_content": event.text} if event.text else {}
        return [{**told, "reasoning_details": [piece]}]

    def _call(self, event: ToolCallDelta) -> list[JsonObject]:
        if event.index in self._calls:
            number = self._calls[event.index]
            if not event.arguments:
                return []
            self._empty.discard(number)
            return [self._fragment(number, event.arguments)]
        number = self._calls[event.index] = len(self._calls)
        if not event.arguments:
            self._empty.add(number)
        function: JsonObject = {"name": event.name or "", "arguments": event.arguments}
        identity: JsonObject = {"index": number, "id": call_id(event, self._served), "type": "function"}
        return [{"tool_calls": [{**identity, "function": function}]}]

    def _fragment(self, number: int, arguments: str) -> JsonObject:
        """Keys that do not change are left out, not null: null would overwrite them in some clients."""
        return {"tool_calls": [{"index": number, "function": {"arguments": arguments}}]}


def translated_choices(events: Iterable[StreamEvent], served: Served) -> list[JsonObject]:
    by_choice: dict[int, list[StreamEvent]] = {}
    for event in events:
        if not isinstance(event, Usage):
            by_choice.setdefault(event.choice, []).append(event)
    return [_whole_choice(index, said, served) for index, said in sorted(by_choice.items())]


def _whole_choice(index: int, events: list[StreamEvent], served: Served) -> JsonObject:
    text = "".join(e.text for e in events if isinstance(e, TextDelta) and not e.is_refusal)
    refusal = "".join(e.text for e in events if isinstance(e, TextDelta) and e.is_refusal)
    calls = _calls(events, served)
    message: JsonObject = {"role": "assistant", "content": text, "refusal": refusal or None}
    if not text and (calls or refusal):
        message["content"] = None
    if calls:
        message["tool_calls"] = cast("list[Json]", calls)
    message.update(annotations(events))
    message.update(_reasoning([e for e in events if isinstance(e, ThinkingDelta)], served))
    finish = next((e for e in events if isinstance(e, Finish)), None)
    return choice_object(index, finish, message=message) | {"logprobs": logprobs(events)}


def _calls(events: list[StreamEvent], served: Served) -> list[JsonObject]:
    calls: dict[int, JsonObject] = {}
    arguments: dict[int, str] = {}
    for event in events:
        if isinstance(event, ToolCallDelta):
            calls.setdefault(event.index, {"id": call_id(event, served), "name": event.name or ""})
            arguments[event.index] = arguments.get(event.index, "") + event.arguments
    return [
        {
            "id": call["id"],
            "type": "function",
            "function": {"name": call["name"], "arguments": arguments[index] or "{}"},
        }
        for index, call in calls.items()
    ]


def _reasoning(thoughts: list[ThinkingDelta], served: Served) -> JsonObject:
    """`reasoning` for readers, `reasoning_details` to be handed back; empty if nothing was thought aloud."""
    details: list[JsonObject] = []
    for thought in thoughts:
        piece = detail(thought, served.provider_id, served.dialect, len(details))
        last = details[-1] if details else {}
        if last.get("type") == piece["type"] == "reasoning.text" and "signature" not in last:
            piece["text"] = str(last.get("text", "")) + thought.text
            details[-1] = {**piece, "index": last["index"]}
        else:
            details.append(piece)
    if not details:
        return {}
    text = "".join(thought.text for thought in thoughts) or None
    return {"reasoning": text, "reasoning_content": text, "reasoning_details": cast("list[Json]", details)}

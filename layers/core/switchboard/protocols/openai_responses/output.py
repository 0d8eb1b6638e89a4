"""The items of an answer while they are being written: each opens, grows and closes, and says so in events.

Events come without their sequence number: the stream counts them.
"""

from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from typing import Literal

from switchboard.chat import Citation, TextDelta
from switchboard.json_types import Json, JsonObject
from switchboard.protocols.checks import is_list
from switchboard.protocols.openai_responses.names import ToolName
from switchboard.protocols.openai_responses.sealed import seal, seal_redacted
from switchboard.protocols.openai_responses.tools import as_text

Status = Literal["in_progress", "completed", "incomplete"]
EMPTY_ARGUMENTS = "{}"


class OutputItem(ABC):
    """`index` is its place in `output`."""

    def __init__(self, identifier: str, index: int) -> None:
        self.id = identifier
        self.index = index
        self.status: Status = "in_progress"

    @abstractmethod
    def item(self) -> JsonObject:
        """As far as it has come."""

    def opened(self) -> list[JsonObject]:
        return [self._of_output("added")]

    def closed(self, status: Status) -> list[JsonObject]:
        self.status = status
        return [self._of_output("done")]

    def _of_output(self, what: str) -> JsonObject:
        return {"type": f"response.output_item.{what}", "output_index": self.index, "item": self.item()}

    def _event(self, kind: str, **fields: Json) -> JsonObject:
        return {"type": f"response.{kind}", "item_id": self.id, "output_index": self.index, **fields}


@dataclass(slots=True)
class _Part:
    """A run of words or of refusal, and what stands beside it."""

    is_refusal: bool
    said: list[str] = field(default_factory=list)
    annotations: list[Json] = field(default_factory=list)
    logprobs: list[Json] = field(default_factory=list)

    @property
    def text(self) -> str:
        return "".join(self.said)

    def native(self) -> JsonObject:
        if self.is_refusal:
            return {"type": "refusal", "refusal": self.text}
        beside: JsonObject = {"annotations": [*self.annotations], "logprobs": [*self.logprobs]}
        return {"type": "output_text", "text": self.text, **beside}


class MessageItem(OutputItem):
    """Words and refusals, each run of them a part."""

    def __init__(self, identifier: str, index: int) -> None:
        super().__init__(identifier, index)
        self._parts: list[_Part] = []

    def say(self, said: TextDelta) -> list[JsonObject]:
        events: list[JsonObject] = []
        if not self._parts or self._parts[-1].is_refusal != said.is_refusal:
            events += self._end_part()
            self._parts.append(_Part(said.is_refusal))
            events.append(self._part_event("content_part.added", part=self._parts[-1].native()))
        self._parts[-1].said.append(said.text)
        if said.is_refusal:
            return [*events, self._part_event("refusal.delta", delta=said.text)]
        likely: list[Json] = [_token(token) for token in said.logprobs]
        self._parts[-1].logprobs += likely
        return [*events, self._part_event("output_text.delta", delta=said.text, logprobs=likely)]

    def cite(self, cited: Citation) -> list[JsonObject]:
        """Of the words that were said last."""
        if not self._parts or self._parts[-1].is_refusal:
            return []
        annotations, place = self._parts[-1].annotations, len(self._parts[-1].annotations)
        annotations.append(_annotation(cited))
        told = {"annotation": annotations[place], "annotation_index": place}
        return [self._part_event("output_text.annotation.added", **told)]

    def closed(self, status: Status) -> list[JsonObject]:
        return [*self._end_part(), *super().closed(status)]

    def item(self) -> JsonObject:
        parts: list[Json] = [part.native() for part in self._parts]
        return {"id": self.id, "type": "message", "role": "assistant", "status": self.status, "content": parts}

    def _end_part(self) -> list[JsonObject]:
        if not self._parts:
            return []
        last = self._parts[-1]
        done = (
            self._part_event("refusal.done", refusal=last.text)
            if last.is_refusal
            else self._part_event("output_text.done", text=last.text, logprobs=last.logprobs)
        )
        return [done, self._part_event("content_part.done", part=last.native())]

    def _part_event(self, kind: str, **fields: Json) -> JsonObject:
        return self._event(kind, content_index=len(self._parts) - 1, **fields)


class ReasoningItem(OutputItem):
    """A summary of one part, and the seal that its provider put on it."""

    def __init__(self, identifier: str, index: int) -> None:
        super().__init__(identifier, index)
        self._summary: list[str] = []
        self._sealed: str | None = None

    def think(self, text: str) -> list[JsonObject]:
        events: list[JsonObject] = []
        if not self._summary:
            events.append(self._summary_event("reasoning_summary_part.added", part=_summary("")))
        self._summary.append(text)
        return [*events, self._summary_event("reasoning_summary_text.delta", delta=text)]

    def sign(self, signature: str, provider: str) -> None:
        self._sealed = seal(signature, provider)

    def redact(self, block: str, provider: str) -> None:
        self._sealed = seal_redacted(block, provider)

    def closed(self, status: Status) -> list[JsonObject]:
        ends: list[JsonObject] = []
        if self._summary:
            text = "".join(self._summary)
            ends.append(self._summary_event("reasoning_summary_text.done", text=text))
            ends.append(self._summary_event("reasoning_summary_part.done", part=_summary(text)))
        return [*ends, *super().closed(status)]

    def item(self) -> JsonObject:
        summary: list[Json] = [_summary("".join(self._summary))] if self._summary else []
        return {
            "id": self.id,
            "type": "reasoning",
            "status": self.status,
            "summary": summary,
            "encrypted_content": self._sealed,
        }

    def _summary_event(self, kind: str, **fields: Json) -> JsonObject:
        return self._event(kind, summary_index=0, **fields)


class CallItem(OutputItem):
    """A call of a function; its arguments grow."""

    def __init__(self, identifier: str, index: int, call_id: str, tool: ToolName) -> None:
        super().__init__(identifier, index)
        self._call_id = call_id
        self._tool = tool
        self._fragments: list[str] = []

    @property
    def arguments(self) -> str:
        return "".join(self._fragments)

    def write(self, fragment: str) -> list[JsonObject]:
        if not fragment:
            return []
        self._fragments.append(fragment)
        return [self._event("function_call_arguments.delta", delta=fragment)]

    def closed(self, status: Status) -> list[JsonObject]:
        """A call without arguments has empty ones: nothing would be no JSON."""
        rest = [] if self._fragments else self.write(EMPTY_ARGUMENTS)
        done = self._event("function_call_arguments.done", name=self._tool.name, arguments=self.arguments)
        return [*rest, done, *super().closed(status)]

    def item(self) -> JsonObject:
        return {
            "id": self.id,
            "type": "function_call",
            "status": self.status,
            **self._named(),
            "arguments": self.arguments,
        }

    def _named(self) -> JsonObject:
        named: JsonObject = {"call_id": self._call_id, "name": self._tool.name}
        return {**named, "namespace": self._tool.namespace} if self._tool.namespace is not None else named


class CustomCallItem(CallItem):
    """A call with free text, which the model wrote as a function's only argument: shown once it can be read."""

    def write(self, fragment: str) -> list[JsonObject]:
        self._fragments.append(fragment)
        return []

    def closed(self, status: Status) -> list[JsonObject]:
        text = as_text(self.arguments)
        return [
            self._event("custom_tool_call_input.delta", delta=text),
            self._event("custom_tool_call_input.done", input=text),
            *OutputItem.closed(self, status),
        ]

    def item(self) -> JsonObject:
        return {
            "id": self.id,
            "type": "custom_tool_call",
            "status": self.status,
            **self._named(),
            "input": "" if self.status == "in_progress" else as_text(self.arguments),
        }


def _annotation(cited: Citation) -> JsonObject:
    """Where nobody knows the place, readers want a number all the same."""
    place: JsonObject = {"start_index": cited.start or 0, "end_index": cited.end or 0}
    return {"type": "url_citation", "url": cited.url, "title": cited.title, **place}


def _token(given: JsonObject) -> JsonObject:
    """Readers of this dialect want bytes everywhere, which some providers leave out."""
    others = given.get("top_logprobs")
    likely: list[Json] = [_token(other) for other in others if isinstance(other, dict)] if is_list(others) else []
    token = {"token": given.get("token"), "logprob": given.get("logprob"), "bytes": given.get("bytes") or []}
    return token | ({"top_logprobs": likely} if is_list(others) else {})


def _summary(text: str) -> JsonObject:
    return {"type": "summary_text", "text": text}

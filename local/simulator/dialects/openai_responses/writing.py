"""OpenAI's Response object, and the numbered events that lead to it.

https://platform.openai.com/docs/api-reference/responses/object and .../responses-streaming
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from local.simulator import thinking
from local.simulator.answer import Answer, Source
from local.simulator.dialects.openai_responses.reading import SEALED
from local.simulator.json_types import Json, JsonObject
from local.simulator.prompt import table
from local.simulator.reply import Reply, argument_pieces, pieces_of, to_bytes
from local.simulator.script import Send
from local.simulator.tokens import CHARACTERS_PER_TOKEN, Usage
from local.simulator.tools import ToolCall

_INCOMPLETE: Mapping[str, str] = {"length": "max_output_tokens", "content_filter": "content_filter"}
_LOGPROBS = "message.output_text.logprobs"
# What a Response repeats of its request, and says if the request did not.
_ECHOED: JsonObject = {
    "instructions": None,
    "max_output_tokens": None,
    "parallel_tool_calls": True,
    "previous_response_id": None,
    "temperature": 1.0,
    "tool_choice": "auto",
    "tools": [],
    "top_p": 1.0,
    "truncation": "disabled",
    "user": None,
    "metadata": {},
    "background": False,
}


def response(reply: Reply) -> JsonObject:
    answer = reply.answer
    items = [item.whole for item in _items(reply, answer)] if answer else []
    return _response(reply, items)


def stream(reply: Reply) -> list[Send]:
    """Every event has its number; the last one carries the whole response."""
    events = _Events()
    started = _frame(reply) | {"status": "in_progress", "output": [], "usage": None}
    events.add("response.created", {"response": started})
    events.add("response.in_progress", {"response": started})
    done: list[JsonObject] = []
    for index, item in enumerate(_items(reply, reply.answer) if reply.answer else []):
        _write_item(events, index, item)
        done.append(item.whole)
    final = _response(reply, done)
    events.add(f"response.{final['status']}", {"response": final})
    return events.sent


def error_event(error: JsonObject) -> bytes:
    return _bytes("error", {"type": "error", "sequence_number": 999, **error})


@dataclass(slots=True)
class _Events:
    sent: list[Send] = field(default_factory=list)

    def add(self, kind: str, data: JsonObject, said: str = "") -> None:
        numbered = _bytes(kind, {"type": kind, "sequence_number": len(self.sent), **data})
        self.sent.append(Send(numbered, len(said) / CHARACTERS_PER_TOKEN, content=bool(said)))

    def pause(self, tokens: float) -> None:
        """Time that passes unseen."""
        last = self.sent[-1]
        self.sent[-1] = Send(last.data, last.tokens + tokens, last.content)


@dataclass(frozen=True, slots=True)
class _Item:
    """`said` is its text, by `kind` that of a message, of a call's arguments or of a summary."""

    kind: str
    said: str
    whole: JsonObject
    begun: JsonObject
    hidden_tokens: int = 0
    sources: tuple[Source, ...] = ()
    likely: bool = False


def _items(reply: Reply, answer: Answer) -> Iterator[_Item]:
    if answer.reasoning:
        yield _reasoning(reply, answer)
    if answer.text or not answer.calls:
        shell: JsonObject = {"id": f"msg_{reply.key}", "type": "message", "role": "assistant"}
        likely = _wants(reply, _LOGPROBS)
        part = _text_part(answer.text, answer.sources, likely=likely)
        whole = shell | {"status": _status(answer), "content": [part]}
        begun = shell | {"status": "in_progress", "content": []}
        yield _Item("message", answer.text, whole, begun, sources=answer.sources, likely=likely)
    for call in answer.calls:
        yield _call(call, _status(answer))


def _reasoning(reply: Reply, answer: Answer) -> _Item:
    """Its text is never shown: a summary, to those who ask for one. Sealed with its own id."""
    identifier = f"rs_{reply.key}"
    summary = answer.reasoning if table(reply.call.body.get("reasoning")).get("summary") else ""
    parts: list[Json] = [{"type": "summary_text", "text": summary}] if summary else []
    shell: JsonObject = {"id": identifier, "type": "reasoning", "summary": []}
    if _wants(reply, SEALED):
        shell["encrypted_content"] = thinking.sealed(reply.call.provider, identifier)
    hidden = 0 if summary else answer.reasoning_tokens
    return _Item("reasoning", summary, shell | {"summary": parts}, shell, hidden)


def _wants(reply: Reply, what: str) -> bool:
    include = reply.call.body.get("include")
    return isinstance(include, list) and what in include


def _call(call: ToolCall, status: str) -> _Item:
    names: JsonObject = {"id": f"fc_{call.key}", "call_id": f"call_{call.key}", "name": call.name}
    shell: JsonObject = {"type": "function_call", **names}
    whole = shell | {"status": status, "arguments": call.arguments}
    return _Item("function_call", call.arguments, whole, shell | {"status": "in_progress", "arguments": ""})


def _write_item(events: _Events, index: int, item: _Item) -> None:
    place: JsonObject = {"item_id": item.whole["id"], "output_index": index}
    events.add("response.output_item.added", {"output_index": index, "item": item.begun})
    events.pause(item.hidden_tokens)
    match item.kind:
        case "message":
            _write_text(events, place, item)
        case "reasoning" if item.said:
            _write_summary(events, place, item.said)
        case "function_call":
            name = {"name": item.whole["name"]}
            for piece in argument_pieces(item.said):
                events.add("response.function_call_arguments.delta", place | {"delta": piece}, piece)
            events.add("response.function_call_arguments.done", place | {"arguments": item.said} | name)
    events.add("response.output_item.done", {"output_index": index, "item": item.whole})


def _write_text(events: _Events, place: JsonObject, item: _Item) -> None:
    here, text = place | {"content_index": 0}, item.said
    events.add("response.content_part.added", here | {"part": _text_part("")})
    for piece in pieces_of(text):
        events.add(
            "response.output_text.delta", here | {"delta": piece, "logprobs": _logprobs(piece, item.likely)}, piece
        )
    whole = _text_part(text, item.sources, likely=item.likely)
    for index, source in enumerate(item.sources):
        cited: JsonObject = {"annotation_index": index, "annotation": _annotation(source, text)}
        events.add("response.output_text.annotation.added", here | cited)
    events.add("response.output_text.done", here | {"text": text, "logprobs": whole["logprobs"]})
    events.add("response.content_part.done", here | {"part": whole})


def _write_summary(events: _Events, place: JsonObject, text: str) -> None:
    here = place | {"summary_index": 0}
    events.add("response.reasoning_summary_part.added", here | {"part": {"type": "summary_text", "text": ""}})
    for piece in pieces_of(text):
        events.add("response.reasoning_summary_text.delta", here | {"delta": piece}, piece)
    events.add("response.reasoning_summary_text.done", here | {"text": text})
    events.add("response.reasoning_summary_part.done", here | {"part": {"type": "summary_text", "text": text}})


def _text_part(text: str, sources: tuple[Source, ...] = (), *, likely: bool = False) -> JsonObject:
    cited: list[Json] = [_annotation(source, text) for source in sources]
    return {"type": "output_text", "text": text, "annotations": cited, "logprobs": _logprobs(text, likely)}


def _annotation(source: Source, text: str) -> JsonObject:
    place: JsonObject = {"start_index": 0, "end_index": len(text)}
    return {"type": "url_citation", "url": source.url, "title": source.title, **place}


def _logprobs(text: str, likely: bool) -> list[Json]:
    return [
        {"token": piece, "logprob": -0.1, "bytes": list(piece.encode()), "top_logprobs": []}
        for piece in (pieces_of(text) if likely else [])
    ]


def _status(answer: Answer | None) -> str:
    return "incomplete" if answer and answer.finish in _INCOMPLETE else "completed"


def _response(reply: Reply, items: list[JsonObject]) -> JsonObject:
    answer = reply.answer
    status = _status(answer)
    details: JsonObject | None = {"reason": _INCOMPLETE[answer.finish]} if answer and status == "incomplete" else None
    done: JsonObject = {"status": status, "output": [*items], "usage": _usage(reply.usage)}
    return _frame(reply) | done | {"incomplete_details": details, "completed_at": reply.created}


def _frame(reply: Reply) -> JsonObject:
    body = reply.call.body
    echoed: JsonObject = {name: body.get(name, usual) for name, usual in _ECHOED.items()}
    return echoed | {
        "id": f"resp_{reply.key}",
        "object": "response",
        "created_at": reply.created,
        "model": reply.call.model,
        "error": None,
        "incomplete_details": None,
        "reasoning": body.get("reasoning") or {"effort": None, "summary": None},
        "text": body.get("text") or {"format": {"type": "text"}},
        "store": body.get("store") is not False,
        "service_tier": "default",
    }


def _usage(usage: Usage) -> JsonObject:
    return {
        "input_tokens": usage.prompt.total,
        "input_tokens_details": {"cached_tokens": usage.prompt.read},
        "output_tokens": usage.completion,
        "output_tokens_details": {"reasoning_tokens": usage.reasoning},
        "total_tokens": usage.prompt.total + usage.completion,
    }


def _bytes(kind: str, data: JsonObject) -> bytes:
    return b"event: " + kind.encode() + b"\ndata: " + to_bytes(data) + b"\n\n"

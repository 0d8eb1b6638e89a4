"""A whole answer of another dialect as an Anthropic message."""

from collections.abc import Iterable
from typing import cast

import orjson

from switchboard.accounting.price import Bill
from switchboard.chat import (
    Chunk,
    Citation,
    Finish,
    FinishReason,
    Served,
    StreamEvent,
    TextDelta,
    ThinkingDelta,
    ToolCallDelta,
)
from switchboard.json_types import Json, JsonObject
from switchboard.protocols.anthropic_messages.citations import citation_object
from switchboard.protocols.anthropic_messages.usage import usage_object
from switchboard.signatures import marked

# A whole answer that failed half-way can only say that it is not complete.
_STOP_REASONS: dict[FinishReason, str] = {
    "stop": "end_turn",
    "length": "max_tokens",
    "tool_calls": "tool_use",
    "content_filter": "refusal",
    "error": "max_tokens",
}


def render_reply(served: Served, chunk: Chunk, bill: Bill) -> bytes:
    events = [event for event in chunk.events if not getattr(event, "choice", 0)]
    message = message_head(served)
    message["content"] = cast("list[Json]", _content(events, served))
    message.update(ending(events))
    message["usage"] = usage_object(bill, {})
    return orjson.dumps(message)


def message_head(served: Served) -> JsonObject:
    """What a message says of itself before it has said anything."""
    return {
        "id": message_id(served),
        "type": "message",
        "role": "assistant",
        "model": served.model,
        "content": [],
        "stop_reason": None,
        "stop_sequence": None,
    }


def message_id(served: Served) -> str:
    """Anthropic's clients know a message by `msg_`; the rest is the generation's id."""
    return f"msg_{served.generation_id}"


def ending(events: Iterable[StreamEvent]) -> JsonObject:
    """`stop_reason` and `stop_sequence`; both null if nothing has ended."""
    said = list(events)
    finish = next((event for event in reversed(said) if isinstance(event, Finish)), None)
    if finish is None:
        return {"stop_reason": None, "stop_sequence": None}
    refused = any(isinstance(event, TextDelta) and event.is_refusal for event in said)
    return {"stop_reason": stop_reason(finish, refused=refused), "stop_sequence": finish.stop_sequence}


def stop_reason(finish: Finish, *, refused: bool) -> str:
    if refused and finish.reason == "stop":
        return "refusal"
    if finish.reason == "stop" and finish.stop_sequence is not None:
        return "stop_sequence"
    if finish.native == "model_context_window_exceeded":
        return finish.native
    return _STOP_REASONS[finish.reason]


def tool_id(given: str | None, served: Served, index: int) -> str:
    """Some servers give their calls no id; the result has to name one."""
    return given or f"toolu_{served.generation_id.removeprefix('gen-')}_{index}"


def _content(events: Iterable[StreamEvent], served: Served) -> list[JsonObject]:
    """Content blocks in the order in which they began."""
    blocks: list[JsonObject] = []
    arguments: dict[int, tuple[JsonObject, list[str]]] = {}
    for event in events:
        match event:
            case TextDelta():
                _block(blocks, "text")["text"] += event.text  # type: ignore[operator]  # a text from the start
            case Citation():
                _cite(blocks, event)
            case ThinkingDelta():
                _think(blocks, event, served)
            case ToolCallDelta():
                if event.index not in arguments:
                    call: JsonObject = {"type": "tool_use", "id": tool_id(event.id, served, event.index)}
                    blocks.append({**call, "name": event.name or ""})
                    arguments[event.index] = (blocks[-1], [])
                arguments[event.index][1].append(event.arguments)
    for block, pieces in arguments.values():
        block["input"] = _input("".join(pieces))
    return blocks


def _block(blocks: list[JsonObject], kind: str) -> JsonObject:
    """The last block if it is of that kind and still open, else a new one."""
    if not blocks or blocks[-1]["type"] != kind or blocks[-1].get("signature"):
        blocks.append({"type": kind, kind: "", **({"signature": ""} if kind == "thinking" else {})})
    return blocks[-1]


def _cite(blocks: list[JsonObject], event: Citation) -> None:
    """The last text is what it holds for."""
    text = next((block for block in reversed(blocks) if block["type"] == "text"), None)
    if text is not None:
        cast("list[Json]", text.setdefault("citations", [])).append(citation_object(event))


def _think(blocks: list[JsonObject], event: ThinkingDelta, served: Served) -> None:
    if event.redacted is not None:
        blocks.append({"type": "redacted_thinking", "data": marked(event.redacted, served.provider_id)})
        return
    block = _block(blocks, "thinking")
    block["thinking"] = str(block["thinking"]) + event.text
    if event.signature:
        block["signature"] = marked(event.signature, served.provider_id)


def _input(arguments: str) -> JsonObject:
    """What a model wrote that is no JSON object is handed on as it is, under a name that tells so."""
    try:
        read = orjson.loads(arguments) if arguments.strip() else {}
    except orjson.JSONDecodeError:
        read = None
    return read if isinstance(read, dict) else {"_raw": arguments}

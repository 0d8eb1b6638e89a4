"""The choices of a chat completion, whole and streamed, in the shape that strict clients insist on.

What the upstream put there stays, except where it is not what OpenAI would send: compatible servers are so to a degree.
"""

from collections.abc import Sequence
from typing import cast

import orjson

from switchboard.chat import Chunk, Finish, StreamEvent, TextDelta, ThinkingDelta
from switchboard.json_types import Json, JsonObject

CUSTOM = "custom"  # the other kind of tool, OpenAI's alone: nothing about it needs mending


def whole_choices(chunk: Chunk, generation_id: str) -> list[JsonObject]:
    return [_whole(choice, chunk.events, generation_id) for choice in _native(chunk)]


def streamed_choices(chunk: Chunk, generation_id: str) -> list[JsonObject]:
    """None for a chunk that only Azure's content filter understands: it has neither a delta nor an end."""
    return [
        _streamed(choice, chunk.events, generation_id)
        for choice in _native(chunk)
        if choice.get("delta") is not None or choice.get("finish_reason")
    ]


def _native(chunk: Chunk) -> list[JsonObject]:
    return cast("list[JsonObject]", chunk.native.get("choices") or [])


def _whole(choice: JsonObject, events: Sequence[StreamEvent], generation_id: str) -> JsonObject:
    message = _readable(choice.get("message"), _index(choice), events)
    message["role"] = "assistant"
    message.setdefault("content", None)
    message.setdefault("refusal", None)
    calls = _calls(message)
    if calls:
        message["tool_calls"] = [
            _whole_call(call, f"call_{generation_id}_{_index(choice)}_{position}")
            for position, call in enumerate(calls)
        ]
    return {**choice, **_ending(choice, events), "message": message}


def _streamed(choice: JsonObject, events: Sequence[StreamEvent], generation_id: str) -> JsonObject:
    delta = _readable(choice.get("delta"), _index(choice), events)
    if not delta.get("role"):
        delta.pop("role", None)
    calls = _calls(delta)
    if calls:
        prefix = f"call_{generation_id}_{_index(choice)}"
        delta["tool_calls"] = [_fragment(call, position, prefix) for position, call in enumerate(calls)]
    return {**choice, **_ending(choice, events), "delta": delta}


def _index(choice: JsonObject) -> int:
    return cast(int, choice.get("index") or 0)


def _ending(choice: JsonObject, events: Sequence[StreamEvent]) -> JsonObject:
    """Strict clients want `finish_reason` and `logprobs` present in every choice, null or not."""
    index = _index(choice)
    finish = None
    for event in events:
        if isinstance(event, Finish) and event.choice == index:
            finish = event
    return {
        "index": index,
        "finish_reason": finish.reason if finish else None,
        "native_finish_reason": (finish.native or None) if finish else None,
        "logprobs": choice.get("logprobs"),
    }


def _readable(native: Json, index: int, events: Sequence[StreamEvent]) -> JsonObject:
    """A copy of a message or delta. Content in parts (Mistral's way) becomes text and reasoning."""
    message = dict(native) if isinstance(native, dict) else {}
    if isinstance(message.get("content"), list):
        message["content"] = "".join(e.text for e in events if isinstance(e, TextDelta) and e.choice == index)
        thoughts = "".join(e.text for e in events if isinstance(e, ThinkingDelta) and e.choice == index)
        message.update({"reasoning": thoughts} if thoughts else {})
    _mirror_reasoning(message)
    return message


def _mirror_reasoning(message: JsonObject) -> None:
    """Readers of OpenRouter look at `reasoning`, those of DeepSeek at `reasoning_content`: give both."""
    reasoning = message.get("reasoning") or message.get("reasoning_content")
    if reasoning:
        message["reasoning"] = message["reasoning_content"] = reasoning


def _calls(message: JsonObject) -> list[JsonObject]:
    """Taken out of the message: some clients take an empty list for a call."""
    return cast("list[JsonObject]", message.pop("tool_calls", None) or [])


def _whole_call(call: JsonObject, spare_id: str) -> JsonObject:
    if CUSTOM in call:
        return call
    function = cast(JsonObject, call.get("function") or {})
    named = {**function, "name": function.get("name") or "", "arguments": _arguments(function) or "{}"}
    return {**call, "id": call.get("id") or spare_id, "type": call.get("type") or "function", "function": named}


def _fragment(call: JsonObject, position: int, prefix: str) -> JsonObject:
    """Id, type and name come once: a null overwrites them in some accumulators, a blank id begins a call in others."""
    if CUSTOM in call:
        return call
    index = call.get("index")
    index = index if isinstance(index, int) else position
    function = _said(cast(JsonObject, call.get("function") or {}))
    fragment: JsonObject = {**_said(call), "index": index}
    if "name" in function:
        fragment.setdefault("id", f"{prefix}_{index}")
        fragment.setdefault("type", "function")
    fragment["function"] = {**function, "arguments": _arguments(call.get("function"))}
    return fragment


def _said(table: JsonObject) -> JsonObject:
    return {name: value for name, value in table.items() if value not in (None, "")}


def _arguments(function: Json) -> str:
    arguments = function.get("arguments") if isinstance(function, dict) else None
    if isinstance(arguments, str):
        return arguments
    return orjson.dumps(arguments).decode() if arguments else ""

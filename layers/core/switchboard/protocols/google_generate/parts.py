"""What an answer says, as Google's parts. Its dialect has no fragments of calls: they are held until they are whole."""

from dataclasses import dataclass, field
from typing import cast

import orjson

from switchboard.chat import StreamEvent, TextDelta, ThinkingDelta, ToolCallDelta
from switchboard.json_types import JsonObject
from switchboard.protocols.google_generate.contents import REDACTED
from switchboard.signatures import marked_in_base64


@dataclass(slots=True)
class PartsWriter:
    """One candidate's parts, as they come; `provider_id` is written on every signature."""

    provider_id: str
    _calls: dict[int, JsonObject] = field(default_factory=dict)
    _arguments: dict[int, list[str]] = field(default_factory=dict)

    def parts(self, event: StreamEvent) -> list[JsonObject]:
        match event:
            case TextDelta(text) if text:
                return [{"text": text}]
            case ThinkingDelta():
                return [self._thought(event)]
            case ToolCallDelta():
                self._collect(event)
        return []

    def calls(self) -> list[JsonObject]:
        """The calls, once nothing more will be added to them."""
        whole = [
            {"functionCall": {**self._calls[index], "args": _arguments("".join(self._arguments[index]))}}
            for index in sorted(self._calls)
        ]
        self._calls, self._arguments = {}, {}
        return cast("list[JsonObject]", whole)

    def _thought(self, event: ThinkingDelta) -> JsonObject:
        part: JsonObject = {"text": event.text, "thought": True}
        signature = f"{REDACTED}{event.redacted}" if event.redacted is not None else event.signature
        if signature is not None:
            part["thoughtSignature"] = marked_in_base64(signature, self.provider_id)
        return part

    def _collect(self, event: ToolCallDelta) -> None:
        call = self._calls.setdefault(event.index, {})
        if event.id:
            call["id"] = event.id
        if event.name:
            call["name"] = event.name
        self._arguments.setdefault(event.index, []).append(event.arguments)


def merged(parts: list[JsonObject]) -> list[JsonObject]:
    """Neighbours of the same kind as one part, as a whole answer has them; a signature ends its part."""
    joined: list[JsonObject] = []
    for part in parts:
        last = joined[-1] if joined else None
        if last is not None and _continues(last, part):
            last.update({**part, "text": f"{last['text']}{part['text']}"})
        else:
            joined.append(dict(part))
    return joined


def marked_native(part: JsonObject, provider_id: str) -> JsonObject:
    """Google's own part with its signature marked."""
    signature = part.get("thoughtSignature")
    if not isinstance(signature, str) or not signature:
        return part
    return {**part, "thoughtSignature": marked_in_base64(signature, provider_id)}


def _continues(last: JsonObject, part: JsonObject) -> bool:
    same_kind = "text" in last and "text" in part and last.get("thought") == part.get("thought")
    return same_kind and "thoughtSignature" not in last


def _arguments(text: str) -> JsonObject:
    """Google's `args` are an object: what the model wrote and is none is kept under a name of its own."""
    try:
        value = orjson.loads(text or "{}")
    except orjson.JSONDecodeError:
        value = None
    return cast(JsonObject, value) if isinstance(value, dict) else {"_raw": text}

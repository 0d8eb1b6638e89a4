"""The hub's messages as the items of `input`."""

import hashlib
from collections.abc import Sequence

from switchboard.chat import (
    Audio,
    Block,
    File,
    Image,
    Message,
    Other,
    Role,
    Text,
    Thinking,
    ToolCall,
    ToolResult,
)
from switchboard.errors import Failure, UpstreamFailure
from switchboard.json_types import Json, JsonObject
from switchboard.providers.told import told

LONGEST_CALL_ID = 64
EMPTY_ARGUMENTS = "{}"
ERROR = "Error:"
# OpenRouter's word for reasoning that a provider of this dialect sealed: all that tells it without our own mark.
OWN_FORMAT = "openai-responses-v1"


def input_items(messages: Sequence[Message], provider: str) -> list[Json]:
    """`provider` is who gets them: reasoning that another one signed is left out.

    Raises UpstreamFailure (bad_request) for content that only the client's own dialect could carry.
    """
    items: list[Json] = []
    for message in messages:
        items += _MessageItems(message.role, provider).of(message.blocks)
    return items


class _MessageItems:
    """One message's blocks in their order: words and media gather in message items, the rest are items themselves."""

    def __init__(self, role: Role, provider: str) -> None:
        self._role: Role = "user" if role == "tool" else role
        self._provider = provider
        self._parts: list[Json] = []
        self._items: list[Json] = []

    def of(self, blocks: Sequence[Block]) -> list[Json]:
        for block in blocks:
            match block:
                case Thinking():
                    self._add(_reasoning(block, self._provider))
                case ToolCall():
                    self._add(_call(block))
                case ToolResult():
                    self._add(_result(block))
                case _:
                    self._parts += part(block, self._role)
        self._end_message()
        return self._items

    def _add(self, item: JsonObject | None) -> None:
        if item is not None:
            self._end_message()
            self._items.append(item)

    def _end_message(self) -> None:
        if self._parts:
            self._items.append({"type": "message", "role": self._role, "content": self._parts})
            self._parts = []


def _reasoning(block: Thinking, provider: str) -> JsonObject | None:
    """Reasoning that nobody signed, or that another provider did, is no use here and would be refused."""
    is_ours = block.extra.get("format") == OWN_FORMAT if block.provider is None else block.provider == provider
    if not block.signature or not is_ours:
        return None
    item: JsonObject = {
        "type": "reasoning",
        "summary": [{"type": "summary_text", "text": block.text}] if block.text else [],
        "encrypted_content": block.signature,
    }
    # Sealed to the id it was made with: none at all is accepted (as Codex sends it), another is not.
    return {**item, "id": block.extra["id"]} if isinstance(block.extra.get("id"), str) else item


def _call(block: ToolCall) -> JsonObject:
    return {
        "type": "function_call",
        "call_id": _call_id(block.id),
        "name": block.name,
        "arguments": block.arguments or EMPTY_ARGUMENTS,
    }


def _result(block: ToolResult) -> JsonObject:
    """Text as text; with a picture or a file in it, as a list of parts. This dialect has no mark for an error."""
    blocks = (Text(ERROR), *block.blocks) if block.is_error else block.blocks
    parts = [made for each in blocks for made in part(each)]
    texts = [str(part.get("text")) for part in parts if part["type"] == "input_text"]
    output: Json = "\n".join(texts) if len(texts) == len(parts) else list[Json](parts)
    return {"type": "function_call_output", "call_id": _call_id(block.id), "output": output}


def part(block: Block, role: Role = "user") -> list[JsonObject]:
    match block:
        case Text(text):
            kind = "output_text" if role == "assistant" else "input_text"
            return [{"type": kind, "text": text}] if text else []
        case Image(url, detail):
            return [{"type": "input_image", "image_url": url, "detail": detail or "auto"}]
        case File():
            return [_file(block)]
        case Audio(data, form):
            return [{"type": "input_audio", "input_audio": {"data": data, "format": form}}]
        case Other(native) if role == "assistant":
            return [{"type": "output_text", "text": told(native)}]
        case Other(native):
            raise cannot_say(f"A content part of type `{native.get('type')}`")
    raise cannot_say(f"A {type(block).__name__} inside a tool result")


def cannot_say(what: str) -> UpstreamFailure:
    """Something has no words in this dialect: the caller is told so, instead of losing it silently."""
    return UpstreamFailure(Failure.BAD_REQUEST, f"{what} cannot be sent to a provider that speaks OpenAI Responses.")


def _file(block: File) -> JsonObject:
    if block.source.startswith("data:"):
        return {"type": "input_file", "filename": block.name or "file", "file_data": block.source}
    if block.source.startswith(("http://", "https://")):
        return {"type": "input_file", "file_url": block.source}
    return {"type": "input_file", "file_id": block.source}


def _call_id(identifier: str) -> str:
    """OpenAI takes at most 64 characters; the same id always becomes the same one, in the call and in its result."""
    if len(identifier) <= LONGEST_CALL_ID:
        return identifier
    return f"call_{hashlib.sha256(identifier.encode()).hexdigest()[:32]}"

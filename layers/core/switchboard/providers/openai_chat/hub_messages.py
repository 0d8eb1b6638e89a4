"""The hub's messages as OpenAI's: a tool's result is a message of its own, and holds nothing but text."""

import hashlib
from collections.abc import Sequence
from typing import cast

from switchboard.chat import Audio, Block, File, Image, Message, Other, Role, Text, Thinking, ToolCall, ToolResult
from switchboard.errors import Failure, UpstreamFailure
from switchboard.json_types import Json, JsonObject
from switchboard.providers.told import told

_LONGEST_ID = 64
NO_RESULT = "[no result]"


def chat_messages(messages: Sequence[Message]) -> list[JsonObject]:
    """Raises UpstreamFailure (bad_request) for a block that this dialect has no part for."""
    made: list[JsonObject] = []
    pictures: list[JsonObject] = []  # of tool results; they wait until the last result of the turn is told
    for message in messages:
        results = [block for block in message.blocks if isinstance(block, ToolResult)]
        others = [block for block in message.blocks if not isinstance(block, ToolResult)]
        made += [_tool_message(result) for result in results]
        pictures += _pictures(results)
        spoken = _assistant(others) if message.role == "assistant" else _speech(message.role, others)
        if spoken and pictures:
            made.append({"role": "user", "content": cast("list[Json]", pictures)})
            pictures = []
        made += spoken
    if pictures:
        made.append({"role": "user", "content": cast("list[Json]", pictures)})
    return _answered(made)


def _assistant(blocks: Sequence[Block]) -> list[JsonObject]:
    """Reasoning goes back as `reasoning_content`, which request.py takes away again from servers that refuse it."""
    calls = [_call(block) for block in blocks if isinstance(block, ToolCall)]
    thought = "".join(b.text for b in blocks if isinstance(b, Thinking))
    spoken = [b for b in blocks if not isinstance(b, Thinking | ToolCall)]
    text = "".join(str(part["text"]) for part in _parts(spoken, "assistant") if part["type"] == "text")
    if not text and not calls:
        return []
    made: JsonObject = {"role": "assistant", "content": text or None}
    if calls:
        made["tool_calls"] = cast("list[Json]", calls)
    if thought:
        made["reasoning_content"] = thought
    return [made]


def _call(call: ToolCall) -> JsonObject:
    function: JsonObject = {"name": call.name, "arguments": call.arguments or "{}"}
    return {"id": tool_id(call.id), "type": "function", "function": function}


def _tool_message(result: ToolResult) -> JsonObject:
    """An error is told in words: there is no flag for it."""
    texts = [_text_of(block) for block in result.blocks if not isinstance(block, Image | File)]
    text = "\n".join(text for text in texts if text)
    if not text and any(isinstance(block, Image | File) for block in result.blocks):
        text = "[see the attachment that follows]"
    content = f"Error: {text}" if result.is_error else text
    return {"role": "tool", "tool_call_id": tool_id(result.id), "content": content}


def _pictures(results: list[ToolResult]) -> list[JsonObject]:
    """Pictures and files of tool results, each introduced by the call that it belongs to."""
    parts: list[JsonObject] = []
    for result in results:
        shown = [block for block in result.blocks if isinstance(block, Image | File)]
        if shown:
            parts.append({"type": "text", "text": f"[attached to the result of {tool_id(result.id)}]"})
            parts += _parts(shown, "user")
    return parts


def _speech(role: Role, blocks: Sequence[Block]) -> list[JsonObject]:
    """Text alone is sent as a string, which every server reads."""
    parts = _parts(blocks, role)
    if not parts:
        return []
    speaker: Role = "user" if role == "tool" else role
    if all(part["type"] == "text" for part in parts):
        return [{"role": speaker, "content": "\n\n".join(str(part["text"]) for part in parts)}]
    return [{"role": speaker, "content": cast("list[Json]", parts)}]


def _parts(blocks: Sequence[Block], role: Role) -> list[JsonObject]:
    return [made for block in blocks if (made := part(block, role))]


def part(block: Block, role: Role = "user") -> JsonObject | None:
    match block:
        case Text(text):
            return {"type": "text", "text": text} if text else None
        case Image(url, detail):
            return {"type": "image_url", "image_url": {"url": url, **({"detail": detail} if detail else {})}}
        case Audio(data, encoding):
            return {"type": "input_audio", "input_audio": {"data": data, "format": encoding}}
        case File():
            return _file(block)
        case Other(native) if role == "user":
            raise cannot_say(f"A content part of type `{native.get('type')}`")
    return {"type": "text", "text": _text_of(block)}


def _file(file: File) -> JsonObject:
    if file.source.startswith(("https://", "http://")):
        raise cannot_say("A file by URL")
    if not file.source.startswith("data:"):
        return {"type": "file", "file": {"file_id": file.source}}
    return {"type": "file", "file": {"filename": file.name or "document.pdf", "file_data": file.source}}


def _text_of(block: Block) -> str:
    """What another provider's own tools left in the history is told as it is, less what only that provider can read."""
    match block:
        case Text(text):
            return text
        case Other(native):
            return told(native)
    return ""


def _answered(messages: list[JsonObject]) -> list[JsonObject]:
    """Every call has its result right behind it: one that the client has lost is said to be missing."""
    made: list[JsonObject] = []
    waiting: list[str] = []
    for message in messages:
        if message["role"] == "tool":
            waiting = [call for call in waiting if call != message["tool_call_id"]]
        else:
            made += [{"role": "tool", "tool_call_id": call, "content": NO_RESULT} for call in waiting]
            calls = cast("list[JsonObject]", message.get("tool_calls") or [])
            waiting = [str(call["id"]) for call in calls]
        made.append(message)
    return made + [{"role": "tool", "tool_call_id": call, "content": NO_RESULT} for call in waiting]


def tool_id(given: str) -> str:
    """OpenAI takes any id of up to 64 characters; a longer one always becomes the same shorter one."""
    if 0 < len(given) <= _LONGEST_ID:
        return given
    return "call_" + hashlib.sha256(given.encode("utf-8", "surrogatepass")).hexdigest()[:24]


def cannot_say(what: str) -> UpstreamFailure:
    """Something in the request has no words in this dialect: its caller is told so, instead of losing it silently."""
    return UpstreamFailure(Failure.BAD_REQUEST, f"{what} cannot be sent to a provider that speaks OpenAI chat.")

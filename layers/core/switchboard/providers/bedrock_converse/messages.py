"""A conversation as Bedrock's messages: two roles in turn, no blank text, every call answered."""

import hashlib
import re
from dataclasses import dataclass, field
from typing import cast

import orjson

from switchboard.catalog.model import Endpoint
from switchboard.chat import Audio, Block, ChatRequest, File, Image, Text, Thinking, ToolCall, ToolResult
from switchboard.json_types import Json, JsonObject
from switchboard.providers.bedrock_converse.cache import cache_points
from switchboard.providers.bedrock_converse.media import Media
from switchboard.providers.turns import PLACEHOLDER, merged, turns_of
from switchboard.signatures import is_welcome

_TOOL_ID = re.compile(r"[a-zA-Z0-9_.:-]{1,64}")


def messages_of(request: ChatRequest, endpoint: Endpoint) -> tuple[list[JsonObject], list[JsonObject]]:
    """`system` and `messages`. Raises UpstreamFailure for media that cannot be sent."""
    system, turns = turns_of(request.messages)
    writer = _Writer(endpoint)
    messages = [
        {"role": turn.role, "content": cast(Json, writer.content(turn.blocks, turn.role == "assistant"))}
        for turn in turns
    ]
    instructions = [part for block in system for part in writer.text(block)]
    return instructions, _user_first(merged(messages, "content"))


def has_tool_blocks(messages: list[JsonObject]) -> bool:
    return any("toolUse" in block or "toolResult" in block for block in _blocks(messages))


def names_called(messages: list[JsonObject]) -> list[str]:
    calls = [block["toolUse"] for block in _blocks(messages) if "toolUse" in block]
    return list(dict.fromkeys(str(call["name"]) for call in calls if isinstance(call, dict)))


def tool_use_id(identifier: str) -> str:
    """The same id always becomes the same one, in the call and in its result."""
    if _TOOL_ID.fullmatch(identifier):
        return identifier
    return f"tooluse_{hashlib.sha256(identifier.encode()).hexdigest()[:32]}"


def _blocks(messages: list[JsonObject]) -> list[JsonObject]:
    return [block for message in messages for block in cast("list[JsonObject]", message["content"])]


def _user_first(messages: list[JsonObject]) -> list[JsonObject]:
    """A conversation begins with the user; a last word that is the assistant's must not end in white space."""
    if not messages or messages[0]["role"] != "user":
        messages = [{"role": "user", "content": [{"text": PLACEHOLDER}]}, *messages]
    last = cast("list[JsonObject]", messages[-1]["content"])[-1]
    if messages[-1]["role"] == "assistant" and isinstance(last.get("text"), str):
        last["text"] = str(last["text"]).rstrip()
    return messages


@dataclass(slots=True)
class _Writer:
    endpoint: Endpoint
    media: Media = field(default_factory=Media)

    def content(self, blocks: list[Block], is_assistant: bool) -> list[JsonObject]:
        """A document has to be spoken of: without a text beside it Bedrock refuses it."""
        said = [part for block in blocks for part in self._block(block, is_assistant)]
        if any("document" in part for part in said) and not any("text" in part for part in said):
            said.append({"text": PLACEHOLDER})
        return said

    def text(self, block: Text) -> list[JsonObject]:
        return [{"text": block.text}, *cache_points(block.extra, self.endpoint)]

    def _block(self, block: Block, is_assistant: bool) -> list[JsonObject]:
        match block:
            case Text():
                return self.text(block)
            case Thinking() if is_assistant:
                return self._thinking(block)
            case ToolCall() if is_assistant:
                call = {"toolUseId": tool_use_id(block.id), "name": block.name, "input": _arguments(block.arguments)}
                return [{"toolUse": cast(Json, call)}, *cache_points(block.extra, self.endpoint)]
            case ToolResult():
                return [self._result(block), *cache_points(block.extra, self.endpoint)]
            case Image() | Audio() | File():
                return [self.media.block(block), *cache_points(block.extra, self.endpoint)]
        return []

    def _thinking(self, block: Thinking) -> list[JsonObject]:
        """Only what this provider signed: anything else is refused, and an unsigned thought is of no use to it."""
        if not block.signature or not is_welcome(block.provider, self.endpoint.provider.id):
            return []
        if block.redacted:
            return [{"reasoningContent": {"redactedContent": block.signature}}]
        return [{"reasoningContent": {"reasoningText": {"text": block.text, "signature": block.signature}}}]

    def _result(self, block: ToolResult) -> JsonObject:
        said: list[Json] = []
        for inner in block.blocks:
            match inner:
                case Text(text) if text.strip():
                    said.append({"text": text})
                case Image() | File():
                    said.append(self.media.block(inner))
        result: JsonObject = {"toolUseId": tool_use_id(block.id), "content": said or [{"text": PLACEHOLDER}]}
        if block.is_error:
            result["status"] = "error"
        return {"toolResult": result}


def _arguments(text: str) -> JsonObject:
    """What the model once wrote and is no JSON object is sent back as it was, under a name of its own."""
    try:
        value = orjson.loads(text or "{}")
    except orjson.JSONDecodeError:
        value = None
    return cast(JsonObject, value) if isinstance(value, dict) else {"_raw": text}

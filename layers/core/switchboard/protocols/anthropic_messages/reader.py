"""The content of a Messages request as the hub's blocks, and on the way the sum of what it contains."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import cast

import orjson

from switchboard.accounting.estimate import TOKENS_PER_MESSAGE, text_tokens
from switchboard.chat import (
    NOTHING,
    Block,
    Image,
    Message,
    Modality,
    Other,
    Role,
    Text,
    Thinking,
    ToolCall,
    ToolResult,
)
from switchboard.errors import InvalidRequest
from switchboard.json_types import Json, JsonObject
from switchboard.protocols.anthropic_messages.sources import Weighed, read_document, read_image, search_result_text
from switchboard.signatures import unmarked

ROLES: Mapping[str, Role] = {
    "user": "user",
    "assistant": "assistant",
    "system": "system",  # with the beta mid-conversation-system (Claude Code sends it)
    "developer": "system",
}
# Claude Code's note to Anthropic's billing: noise to any other provider, and fatal to its prompt cache.
_BILLING_NOTE = "x-anthropic-billing-header:"


@dataclass(slots=True)
class Reader:
    """`tokens` is an estimate without margin."""

    tokens: float = 0.0
    modalities: set[Modality] = field(default_factory=lambda: {"text"})

    def system(self, given: Json) -> tuple[Message, ...]:
        """The top-level `system`, a string or a list of text blocks."""
        if given is None:
            return ()
        blocks = self.content(given, "system")
        told = tuple(b for b in blocks if not (isinstance(b, Text) and b.text.startswith(_BILLING_NOTE)))
        return (Message("system", told),) if told else ()

    def message(self, index: int, message: Json) -> Message:
        where = f"messages[{index}]"
        if not isinstance(message, dict):
            raise InvalidRequest(f"`{where}` must be an object with `role` and `content`.", param=where)
        role = ROLES.get(str(message.get("role")))
        if role is None:
            raise InvalidRequest(f"`{where}.role` must be one of {', '.join(ROLES)}.", param=f"{where}.role")
        self.tokens += TOKENS_PER_MESSAGE
        extra = {k: v for k, v in message.items() if k not in ("role", "content")}
        return Message(role, self.content(message.get("content"), f"{where}.content"), extra or NOTHING)

    def content(self, content: Json, where: str) -> tuple[Block, ...]:
        if isinstance(content, str):
            self.tokens += text_tokens(content)
            return (Text(content),) if content else ()
        if not isinstance(content, list):
            raise InvalidRequest(f"`{where}` must be a string or a list of content blocks.", param=where)
        return tuple(self._block(block, f"{where}[{index}]") for index, block in enumerate(content))

    def _block(self, block: Json, where: str) -> Block:
        if not isinstance(block, dict) or not isinstance(block.get("type"), str):
            raise InvalidRequest(f"`{where}` must be an object with a `type`.", param=where)
        match block["type"]:
            case "text":
                return self._text(_required(block, "text", where), block)
            case "thinking" | "redacted_thinking":
                return self._thinking(block)
            case "tool_use":
                return self._call(block, where)
            case "tool_result":
                return self._result(block, where)
            case "search_result":
                return self._text(search_result_text(block), block)
        return self._with_source(block, where)

    def _with_source(self, block: JsonObject, where: str) -> Block:
        match block["type"]:
            case "image":
                return self._image(block, where)
            case "document":
                return self._weighed(read_document(block, where, _rest(block, *_DOCUMENT)))
        self.tokens += text_tokens(orjson.dumps(block).decode())
        return Other(block)

    def _text(self, text: str, block: JsonObject) -> Text:
        self.tokens += text_tokens(text)
        return Text(text, _rest(block, "text", "source", "title", "content", "citations"))

    def _image(self, block: JsonObject, where: str) -> Image:
        weighed = read_image(block, where, _rest(block, "source"))
        return cast(Image, self._weighed(weighed))

    def _weighed(self, weighed: Weighed) -> Block:
        self.tokens += weighed.tokens
        if weighed.modality:
            self.modalities.add(weighed.modality)
        return weighed.block

    def _thinking(self, block: JsonObject) -> Thinking:
        """Signatures come back with our mark; what had none was never signed (another dialect's, as shown)."""
        redacted = block["type"] == "redacted_thinking"
        text = "" if redacted else str(block.get("thinking") or "")
        self.tokens += text_tokens(text)
        given = block.get("data" if redacted else "signature")
        if not isinstance(given, str) or not given:
            return Thinking(text)
        signature = unmarked(given)
        return Thinking(text, signature.text, signature.provider, redacted)

    def _call(self, block: JsonObject, where: str) -> ToolCall:
        given = block.get("input")
        arguments = given if isinstance(given, str) else orjson.dumps(given or {}).decode()
        self.tokens += text_tokens(arguments)
        name, identifier = _required(block, "name", where), _required(block, "id", where)
        return ToolCall(identifier, name, arguments or "{}", _rest(block, "id", "name", "input"))

    def _result(self, block: JsonObject, where: str) -> ToolResult:
        identifier = _required(block, "tool_use_id", where)
        content = block.get("content")
        blocks = () if content is None else self.content(content, f"{where}.content")
        extra = _rest(block, "tool_use_id", "content", "is_error")
        return ToolResult(identifier, blocks, block.get("is_error") is True, extra)


_DOCUMENT = ("source", "title", "context", "citations")


def _required(block: JsonObject, name: str, where: str) -> str:
    value = block.get(name)
    if not isinstance(value, str):
        raise InvalidRequest(f"`{where}.{name}` must be a string.", param=f"{where}.{name}")
    return value


def _rest(block: JsonObject, *known: str) -> Mapping[str, Json]:
    return {k: v for k, v in block.items() if k != "type" and k not in known and v is not None} or NOTHING

"""Contents as the hub's messages: two roles and untyped parts become roles and blocks."""

from dataclasses import dataclass, field, replace
from typing import cast

import orjson

from switchboard.accounting.estimate import TOKENS_PER_FILE_BYTE, TOKENS_PER_IMAGE, TOKENS_PER_MESSAGE, text_tokens
from switchboard.chat import (
    Audio,
    Block,
    File,
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
from switchboard.protocols.google_generate.fields import field as named
from switchboard.protocols.google_generate.fields import is_object, objects
from switchboard.signatures import unmarked

REDACTED = "redacted="
ON_CALL = "thought_signature"
_ROLES: dict[str, Role] = {"user": "user", "function": "user", "model": "assistant", "system": "system"}


@dataclass(slots=True)
class ContentsReader:
    """Reads contents, and adds up on the way what they hold. `unanswered` are calls that still lack a result."""

    tokens: float = 0.0
    modalities: set[Modality] = field(default_factory=lambda: {"text"})
    calls: int = 0
    unanswered: list[tuple[str, str]] = field(default_factory=list)

    def system(self, instruction: Json) -> list[Message]:
        if instruction is None:
            return []
        content: JsonObject = instruction if is_object(instruction) else {"parts": [{"text": instruction}]}
        blocks = self._blocks(content, "systemInstruction")
        return [Message("system", blocks)] if blocks else []

    def messages(self, contents: Json) -> list[Message]:
        """Raises InvalidRequest, naming the field."""
        listed: Json = [{"parts": [{"text": contents}]}] if isinstance(contents, str) else contents
        given = objects(listed, "contents")
        if not given:
            raise InvalidRequest("`contents` must be a list with at least one content.", param="contents")
        return _joined([message for place, content in enumerate(given) for message in self._content(content, place)])

    def _content(self, content: JsonObject, place: int) -> list[Message]:
        """A result of a function is a message of its own, as in the other dialects."""
        where = f"contents[{place}]"
        role = _ROLES.get(str(content.get("role") or "user"))
        if role is None:
            raise InvalidRequest(f"`{where}.role` must be user or model.", param=f"{where}.role")
        self.tokens += TOKENS_PER_MESSAGE
        blocks = self._blocks(content, where)
        results = [Message("tool", (block,)) for block in blocks if isinstance(block, ToolResult)]
        rest = tuple(block for block in blocks if not isinstance(block, ToolResult))
        return [*results, Message(role, rest)] if rest or not results else results

    def _blocks(self, content: JsonObject, where: str) -> tuple[Block, ...]:
        parts = objects(content.get("parts"), f"{where}.parts")
        return tuple(block for i, part in enumerate(parts) for block in self._part(part, f"{where}.parts[{i}]"))

    def _part(self, part: JsonObject, where: str) -> list[Block]:
        for name, read in _READERS:
            value = named(part, name)
            if is_object(value):
                return read(self, value, where)
        call = named(part, "functionCall")
        if is_object(call):
            return self._call(call, named(part, "thoughtSignature"), where)
        if "text" in part:
            return self._text(part, where)
        self.tokens += text_tokens(orjson.dumps(part).decode())
        return [Other(part)]

    def _text(self, part: JsonObject, where: str) -> list[Block]:
        """A signature on a text stands before it as reasoning without words: that is where it comes from."""
        text = part.get("text")
        if not isinstance(text, str):
            raise InvalidRequest(f"`{where}.text` must be a string.", param=f"{where}.text")
        self.tokens += text_tokens(text)
        given = named(part, "thoughtSignature")
        signature = unmarked(given) if isinstance(given, str) and given else None
        if part.get("thought") is not True:
            said: list[Block] = [Text(text)] if text else []
            return [Thinking("", signature.text, signature.provider), *said] if signature else said
        if signature is None:
            return [Thinking(text)] if text else []
        if signature.text.startswith(REDACTED):
            return [Thinking("", signature.text.removeprefix(REDACTED), signature.provider, redacted=True)]
        return [Thinking(text, signature.text, signature.provider)]

    def _inline(self, blob: JsonObject, where: str) -> list[Block]:
        kind, data = named(blob, "mimeType"), blob.get("data")
        if not isinstance(kind, str) or not isinstance(data, str):
            raise InvalidRequest(
                f"`{where}.inlineData` needs `mimeType` and base64 `data`.", param=f"{where}.inlineData"
            )
        name = named(blob, "displayName")
        standard = data.translate(str.maketrans("-_", "+/"))  # protobuf takes both alphabets, others only this one
        standard += "=" * (-len(standard) % 4)
        if kind.startswith("audio/"):
            self.modalities.add("audio")
            self.tokens += len(data) * TOKENS_PER_FILE_BYTE
            return [Audio(standard, kind.removeprefix("audio/").replace("mpeg", "mp3"))]
        return [self._by_type(kind, f"data:{kind};base64,{standard}", len(data), name)]

    def _file(self, described: JsonObject, where: str) -> list[Block]:
        address, kind = named(described, "fileUri"), named(described, "mimeType")
        if not isinstance(address, str) or not address:
            raise InvalidRequest(f"`{where}.fileData.fileUri` must be a URI.", param=f"{where}.fileData.fileUri")
        return [self._by_type(str(kind or ""), address, 0, named(described, "displayName"))]

    def _by_type(self, kind: str, source: str, size: int, name: Json) -> Block:
        if kind.startswith("image/"):
            self.modalities.add("image")
            self.tokens += TOKENS_PER_IMAGE
            return Image(source)
        self.modalities.add("video" if kind.startswith("video/") else "file")
        self.tokens += size * TOKENS_PER_FILE_BYTE
        return File(source, name if isinstance(name, str) else None)

    def _call(self, call: JsonObject, signature: Json, where: str) -> list[Block]:
        """Calls without an id are numbered through: the same conversation always gets the same ids."""
        name = call.get("name")
        if not isinstance(name, str) or not name:
            raise InvalidRequest(f"`{where}.functionCall.name` must be a string.", param=f"{where}.functionCall.name")
        self.calls += 1
        identifier = str(call.get("id") or f"call_{self.calls}")
        self.unanswered.append((identifier, name))
        arguments = orjson.dumps(call.get("args") or {}).decode()
        self.tokens += text_tokens(arguments)
        extra: JsonObject = {ON_CALL: signature} if isinstance(signature, str) and signature else {}
        return [ToolCall(identifier, name, arguments, extra)]

    def _response(self, response: JsonObject, where: str) -> list[Block]:
        name = response.get("name")
        place = f"{where}.functionResponse"
        if not isinstance(name, str) or not name:
            raise InvalidRequest(f"`{place}.name` must be a string.", param=f"{place}.name")
        text, is_error = _result(response.get("response"))
        self.tokens += text_tokens(text)
        media = [
            block
            for i, member in enumerate(objects(response.get("parts"), f"{place}.parts"))
            for block in self._part(member, f"{place}.parts[{i}]")
        ]
        return [ToolResult(self._answered(response.get("id"), name), (Text(text), *media), is_error)]

    def _answered(self, given: Json, name: str) -> str:
        """The id of the call: the one that is given, or the first call of that name without a result."""
        found = next((call for call in self.unanswered if (call[0] == given if given else call[1] == name)), None)
        if found is None:
            return str(given or name)
        self.unanswered.remove(found)
        return found[0]


_READERS = (
    ("functionResponse", ContentsReader._response),
    ("inlineData", ContentsReader._inline),
    ("fileData", ContentsReader._file),
)


def _joined(messages: list[Message]) -> list[Message]:
    """What the model said in one turn as one message: a stream's reader keeps a content for each of its pieces."""
    joined: list[Message] = []
    for message in messages:
        before = joined[-1] if joined else None
        if before and before.role == message.role == "assistant":
            joined[-1] = Message("assistant", _whole_thoughts((*before.blocks, *message.blocks)))
        else:
            joined.append(Message(message.role, _whole_thoughts(message.blocks)))
    return joined


def _whole_thoughts(blocks: tuple[Block, ...]) -> tuple[Block, ...]:
    """Pieces of a thought up to the one that is signed: a signature is good for the whole of it only."""
    whole: list[Block] = []
    for block in blocks:
        match whole[-1] if whole else None, block:
            case Thinking(text=begun, signature=None), Thinking(redacted=False) as more if _goes_on(more):
                whole[-1] = replace(more, text=begun + more.text)
            case _:
                whole.append(block)
    return tuple(whole)


def _goes_on(thought: Thinking) -> bool:
    """False for a signature that Google itself put on a text: it is no end of the thought before it."""
    return thought.signature is None or thought.provider is not None


def _result(response: Json) -> tuple[str, bool]:
    """The text that {"result": ...} or {"error": ...} wraps, and whether it is an error; any other object as JSON."""
    table = response if isinstance(response, dict) else {"result": response}
    for name in ("result", "error"):
        if len(table) == 1 and isinstance(table.get(name), str):
            return cast(str, table[name]), name == "error"
    return orjson.dumps(table).decode(), False

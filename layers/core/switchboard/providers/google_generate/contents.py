"""A conversation as Gemini's contents: two roles in turn, and every function call answered right after it.

The system's words stand apart. Calls and results are matched by order, as Gemini itself has no ids for them.
"""

from dataclasses import dataclass, field
from typing import cast

import orjson

from switchboard.catalog.model import Endpoint
from switchboard.chat import Audio, Block, ChatRequest, File, Image, Message, Text, ToolCall, ToolResult
from switchboard.json_types import Json, JsonObject
from switchboard.providers.google_generate.media import media_part
from switchboard.providers.google_generate.replay import Signatures

PLACEHOLDER = "."
NO_RESULT = "The call was not carried out."


def contents_of(request: ChatRequest, endpoint: Endpoint) -> tuple[list[JsonObject], list[JsonObject]]:
    """The parts of systemInstruction, and the contents. Raises UpstreamFailure for media that cannot be sent."""
    writer = _Writer(request, endpoint)
    for message in request.messages:
        if message.role in ("system", "developer"):
            writer.system_words(message)
        else:
            writer.turn(message)
    writer.settle()
    return writer.system, _starting_with_user(writer.contents)


def _starting_with_user(contents: list[JsonObject]) -> list[JsonObject]:
    """A turn that calls functions must follow a user's, and there must be one turn at least."""
    first = contents[0] if contents else None
    if first is None or (first["role"] == "model" and any("functionCall" in part for part in _parts(first))):
        return [{"role": "user", "parts": [{"text": PLACEHOLDER}]}, *contents]
    return contents


@dataclass(slots=True)
class _Writer:
    """`awaited` are the calls of the last model turn; what comes before their results has to wait in `held`."""

    request: ChatRequest
    endpoint: Endpoint
    system: list[JsonObject] = field(default_factory=list)
    contents: list[JsonObject] = field(default_factory=list)
    awaited: list[ToolCall] = field(default_factory=list)
    results: dict[str, ToolResult] = field(default_factory=dict)
    held: list[JsonObject] = field(default_factory=list)

    def system_words(self, message: Message) -> None:
        """Those in the middle of a conversation keep their place, in the user's turn and marked as what they are."""
        texts = [block.text for block in message.blocks if isinstance(block, Text) and block.text]
        if not self.contents and not self.awaited:
            self.system += [{"text": text} for text in texts]
        else:
            self._user([{"text": f"<system>\n{text}\n</system>"} for text in texts])

    def turn(self, message: Message) -> None:
        results = [block for block in message.blocks if isinstance(block, ToolResult)]
        others = tuple(block for block in message.blocks if not isinstance(block, ToolResult))
        for result in results:
            self._result(result)
        if message.role == "assistant":
            self.settle()
            self._model(others)
        else:
            self._user([part for block in others for part in self._user_parts(block)])

    def settle(self) -> None:
        """The results of the last calls, as many and in the order of the calls; then what was said meanwhile."""
        if self.awaited:
            answers: list[JsonObject] = []
            shown: list[JsonObject] = []
            for call in self.awaited:
                result = self.results.get(call.id) or ToolResult(call.id, (Text(NO_RESULT),), is_error=True)
                answers.append({"functionResponse": {"name": call.name, "response": _response(result)}})
                shown += [media_part(block) for block in result.blocks if isinstance(block, Image | Audio | File)]
            self._add("user", answers + shown)
        self.awaited, self.results = [], {}
        held, self.held = self.held, []
        self._add("user", held)

    def _result(self, result: ToolResult) -> None:
        """One that no call asked for becomes text: Gemini refuses it as a result."""
        if any(call.id == result.id for call in self.awaited):
            self.results[result.id] = result
        else:
            self._user([part for block in result.blocks for part in self._user_parts(block)])

    def _user(self, parts: list[JsonObject]) -> None:
        if self.awaited and len(self.results) < len(self.awaited):
            self.held += parts
        else:
            self.settle()
            self._add("user", parts)

    def _model(self, blocks: tuple[Block, ...]) -> None:
        signatures = Signatures(self.request, self.endpoint, blocks)
        parts: list[JsonObject] = []
        for block in blocks:
            match block:
                case Text(text) if text:
                    parts.append({"text": text, **signatures.of_text()})
                case ToolCall():
                    call: JsonObject = {"name": block.name, "args": _arguments(block.arguments)}
                    parts.append({"functionCall": call, **signatures.of_call(block)})
                    self.awaited.append(block)
                case Image() | Audio() | File():
                    parts.append(media_part(block))
        parts += [{"text": "", **rest} for rest in signatures.left_over()]
        self._add("model", parts)

    def _user_parts(self, block: Block) -> list[JsonObject]:
        match block:
            case Text(text) if text:
                return [{"text": text}]
            case Image() | Audio() | File():
                return [media_part(block)]
        return []

    def _add(self, role: str, parts: list[JsonObject]) -> None:
        """Turns of the same role are merged."""
        if not parts:
            return
        if self.contents and self.contents[-1]["role"] == role:
            _parts(self.contents[-1]).extend(parts)
        else:
            self.contents.append({"role": role, "parts": cast(Json, parts)})


def _parts(content: JsonObject) -> list[JsonObject]:
    return cast("list[JsonObject]", content["parts"])


def _response(result: ToolResult) -> JsonObject:
    """Gemini takes an object only: any other result is put into one."""
    text = "\n".join(block.text for block in result.blocks if isinstance(block, Text))
    if result.is_error:
        return {"error": text}
    try:
        value = orjson.loads(text)
    except orjson.JSONDecodeError:
        return {"result": text}
    return cast(JsonObject, value) if isinstance(value, dict) else {"result": text}


def _arguments(text: str) -> JsonObject:
    """What the model once wrote and is no JSON object is sent back as it was, under a name of its own."""
    try:
        value = orjson.loads(text or "{}")
    except orjson.JSONDecodeError:
        value = None
    return cast(JsonObject, value) if isinstance(value, dict) else {"_raw": text}

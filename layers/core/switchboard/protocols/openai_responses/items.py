"""The items of `input`, read into the hub's messages: what the assistant said in one turn becomes one message."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import orjson

from switchboard.accounting.estimate import TOKENS_PER_MESSAGE, text_tokens
from switchboard.chat import NOTHING, Block, Message, Modality, Other, Role, Text, Thinking, ToolCall, ToolResult
from switchboard.errors import InvalidRequest
from switchboard.json_types import Json, JsonObject
from switchboard.protocols.checks import is_list, is_object
from switchboard.protocols.openai_responses.names import hub_name
from switchboard.protocols.openai_responses.parts import PartReader
from switchboard.protocols.openai_responses.sealed import open_seal
from switchboard.protocols.openai_responses.stateless import item_reference
from switchboard.protocols.openai_responses.tools import as_arguments

ROLES: Mapping[str, Role] = {
    "system": "system",
    "developer": "developer",
    "user": "user",
    "assistant": "assistant",
}
PARAGRAPH = "\n\n"
# OpenRouter's word for reasoning of this dialect: without our mark it is all that keeps it from other providers.
OWN_FORMAT = "openai-responses-v1"


@dataclass(slots=True)
class ItemReader:
    """Reads items, and adds up on the way what they contain. Raises InvalidRequest, naming the item and its field."""

    parts: PartReader = field(default_factory=PartReader)

    @property
    def tokens(self) -> float:
        return self.parts.tokens

    @property
    def modalities(self) -> frozenset[Modality]:
        return frozenset(self.parts.modalities)

    def messages(self, given: Json) -> tuple[Message, ...]:
        if isinstance(given, str):
            self.parts.tokens += TOKENS_PER_MESSAGE
            return (Message("user", self.parts.content(given, "input")),)
        if not is_list(given) or not given:
            raise InvalidRequest("`input` must be a string or a list with at least one item.", param="input")
        return _joined([self._item(item, f"input[{index}]") for index, item in enumerate(given)])

    def _item(self, item: Json, where: str) -> Message:
        if not is_object(item):
            raise InvalidRequest(f"`{where}` must be an object.", param=where)
        self.parts.tokens += TOKENS_PER_MESSAGE
        match item.get("type"):
            case "message":
                return self._message(item, where)
            case "function_call" | "custom_tool_call":
                return Message("assistant", (self._call(item, where),))
            case "function_call_output" | "custom_tool_call_output":
                return Message("tool", (self._result(item, where),))
            case "reasoning":
                return Message("assistant", (self._thinking(item, where),))
            case "item_reference":
                raise item_reference(item.get("id"), where)
            case None:
                return self._untyped(item, where)
        return self._other(item)

    def _untyped(self, item: JsonObject, where: str) -> Message:
        if "role" in item:
            return self._message(item, where)
        if isinstance(item.get("id"), str) and len(item) == 1:
            raise item_reference(item["id"], where)
        raise InvalidRequest(f"`{where}` must have a `type`, or a `role` and `content`.", param=where)

    def _message(self, item: JsonObject, where: str) -> Message:
        role = ROLES.get(str(item.get("role")))
        if role is None:
            raise InvalidRequest(f"`{where}.role` must be one of {', '.join(ROLES)}.", param=f"{where}.role")
        content = item.get("content")
        if content is None and role == "assistant":
            return Message(role, ())
        return Message(role, self.parts.content(content, f"{where}.content"))

    def _call(self, item: JsonObject, where: str) -> ToolCall:
        for name in ("call_id", "name"):
            if not isinstance(item.get(name), str):
                raise InvalidRequest(f"`{where}.{name}` must be a string.", param=f"{where}.{name}")
        is_custom = item["type"] == "custom_tool_call"
        place = "input" if is_custom else "arguments"
        said = item.get(place, "")
        if not isinstance(said, str):
            kind = "a string" if is_custom else "JSON as a string"
            raise InvalidRequest(f"`{where}.{place}` must be {kind}.", param=f"{where}.{place}")
        self.parts.tokens += text_tokens(said)
        name = hub_name(str(item["name"]), item.get("namespace"))
        return ToolCall(str(item["call_id"]), name, as_arguments(said) if is_custom else said)

    def _result(self, item: JsonObject, where: str) -> ToolResult:
        if not isinstance(item.get("call_id"), str):
            raise InvalidRequest(f"`{where}.call_id` must be a string.", param=f"{where}.call_id")
        blocks = self.parts.content(item.get("output"), f"{where}.output")
        return ToolResult(str(item["call_id"]), blocks)

    def _thinking(self, item: JsonObject, where: str) -> Thinking:
        """Its summary, or the reasoning itself where a model shows it; the seal is what makes it worth sending back."""
        sealed = item.get("encrypted_content")
        if sealed is not None and not isinstance(sealed, str):
            raise InvalidRequest(f"`{where}.encrypted_content` must be a string.", param=f"{where}.encrypted_content")
        text = PARAGRAPH.join(_texts(item.get("summary")) or _texts(item.get("content")))
        self.parts.tokens += text_tokens(text)
        extra: JsonObject = {"id": item["id"]} if isinstance(item.get("id"), str) else {}
        if not sealed:
            return Thinking(text, extra=extra or NOTHING)
        seal = open_seal(sealed)
        if seal.provider is None:
            extra["format"] = OWN_FORMAT
        return Thinking(text, seal.text, seal.provider, seal.is_redacted, extra or NOTHING)

    def _other(self, item: JsonObject) -> Message:
        """Calls of a provider's own tools and their like: only an upstream of this dialect can take them back."""
        self.parts.tokens += text_tokens(orjson.dumps(item).decode())
        is_result = str(item["type"]).endswith("_output")
        return Message("user" if is_result else "assistant", (Other(item),))


def _texts(parts: Json) -> list[str]:
    return [str(part.get("text") or "") for part in parts if is_object(part)] if is_list(parts) else []


def _joined(messages: Sequence[Message]) -> tuple[Message, ...]:
    """Other dialects want a turn of the assistant whole: reasoning, words and calls in one message, in order."""
    joined: list[Message] = []
    for message in messages:
        if joined and message.role == "assistant" == joined[-1].role:
            blocks: tuple[Block, ...] = joined[-1].blocks + message.blocks
            joined[-1] = Message("assistant", blocks)
        else:
            joined.append(message)
    return tuple(joined)


def instructions(text: str) -> Message:
    """`instructions` is the system's word, before everything else."""
    return Message("system", (Text(text),))

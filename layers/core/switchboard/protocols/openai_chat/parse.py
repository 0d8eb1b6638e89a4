"""A chat completion request, from bytes to the hub; every refusal names the field and says what belongs there."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import cast

import orjson

from switchboard.accounting.estimate import (
    TOKENS_PER_FILE_BYTE,
    TOKENS_PER_IMAGE,
    TOKENS_PER_MESSAGE,
    text_tokens,
    with_margin,
)
from switchboard.chat import (
    NOTHING,
    Audio,
    Block,
    ChatRequest,
    File,
    Image,
    Message,
    Modality,
    Other,
    Role,
    Text,
    ToolCall,
    ToolResult,
)
from switchboard.errors import InvalidRequest
from switchboard.json_types import Json, JsonObject
from switchboard.protocols.checks import is_list, is_object, json_object
from switchboard.protocols.openai_chat.fields import ENVELOPE_FIELDS, FIELD_CHECKS, GATEWAY_FIELDS
from switchboard.protocols.openai_chat.legacy import LEGACY, is_legacy, modernized
from switchboard.protocols.openai_chat.reasoning import REASONING_FIELDS, read_reasoning

PROTOCOL = "openai-chat"
ROLES: Mapping[str, Role] = {
    "system": "system",
    "developer": "developer",
    "user": "user",
    "assistant": "assistant",
    "tool": "tool",
    "function": "tool",
}


def parse(body: bytes, headers: Mapping[str, str] | None = None) -> ChatRequest:
    """Raises InvalidRequest for anything that no provider could answer."""
    sent = json_object(body, "`model` and `messages`")
    native = modernized(sent)
    given = {name: value for name, value in native.items() if value is not None}
    _check_fields(given)
    if not given.get("tools"):  # an empty list asks for nothing: no endpoint needs to support tools for it
        given.pop("tools", None)
    _check_tools(given.get("tools"))
    reader = _Reader()
    messages = tuple(reader.message(index, message) for index, message in enumerate(_messages(given)))
    if "tools" in given:
        reader.tokens += text_tokens(orjson.dumps(given["tools"]).decode())
    return ChatRequest(
        protocol=PROTOCOL,
        model=model_of(given),
        messages=messages,
        parameters={k: v for k, v in given.items() if k not in ENVELOPE_FIELDS and k not in GATEWAY_FIELDS},
        gateway={**{k: v for k, v in given.items() if k in GATEWAY_FIELDS}, **_betas(headers or {}), **_form_of(sent)},
        native=native,
        stream=given.get("stream") is True,
        include_usage=_asks(given, "stream_options", "include_usage") or _asks(given, "usage", "include"),
        max_output=cast("int | None", given.get("max_completion_tokens", given.get("max_tokens"))),
        modalities=frozenset(reader.modalities),
        prompt_tokens=with_margin(reader.tokens),
    )


def _check_fields(given: Mapping[str, Json]) -> None:
    for name, value in given.items():
        check = FIELD_CHECKS.get(name)
        if check and not check[0](value):
            raise InvalidRequest(f"`{name}` must be {check[1]}.", param=name)


def model_of(given: Mapping[str, Json]) -> str:
    """The model asked for, or the first to fall back to. Raises InvalidRequest."""
    fallbacks = cast("list[str]", given.get("models", []))
    model = given.get("model", fallbacks[0] if fallbacks else None)
    if not isinstance(model, str) or not model:
        raise InvalidRequest("`model` must name a model, for example `openai/gpt-4.1`.", param="model")
    return model


def _messages(given: Mapping[str, Json]) -> list[Json]:
    messages = given.get("messages")
    if not is_list(messages) or not messages:
        raise InvalidRequest("`messages` must be a list with at least one message.", param="messages")
    return messages


def _check_tools(tools: Json) -> None:
    for index, tool in enumerate(cast("list[Json]", tools or [])):
        where = f"tools[{index}]"
        if not is_object(tool) or not isinstance(tool.get("type"), str):
            raise InvalidRequest(f"`{where}` must be an object with a `type`.", param=where)
        function = tool.get("function")
        if tool["type"] == "function" and not (is_object(function) and isinstance(function.get("name"), str)):
            raise InvalidRequest(f"`{where}.function.name` must be a string.", param=f"{where}.function.name")


def _betas(headers: Mapping[str, str]) -> dict[str, Json]:
    """Anthropic's betas, for an endpoint that speaks its dialect (OpenRouter's header too)."""
    said = ",".join(headers[name] for name in ("anthropic-beta", "x-anthropic-beta") if name in headers)
    betas: list[Json] = [beta.strip() for beta in said.split(",") if beta.strip()]
    return {"anthropic_betas": betas} if betas else {}


def _form_of(sent: JsonObject) -> JsonObject:
    return {LEGACY: True} if is_legacy(sent) else {}


def _asks(given: Mapping[str, Json], name: str, flag: str) -> bool:
    options = given.get(name)
    return is_object(options) and options.get(flag) is True


@dataclass(slots=True)
class _Reader:
    """Reads messages, and adds up on the way what they contain."""

    tokens: float = 0.0
    modalities: set[Modality] = field(default_factory=lambda: {"text"})

    def message(self, index: int, message: Json) -> Message:
        where = f"messages[{index}]"
        if not is_object(message):
            raise InvalidRequest(f"`{where}` must be an object with `role` and `content`.", param=where)
        role = ROLES.get(str(message.get("role")))
        if role is None:
            raise InvalidRequest(f"`{where}.role` must be one of {', '.join(ROLES)}.", param=f"{where}.role")
        self.tokens += TOKENS_PER_MESSAGE
        blocks = self._content(message.get("content"), where, required=role != "assistant")
        if role == "tool":
            blocks = (ToolResult(str(message.get("tool_call_id") or message.get("name") or ""), blocks),)
        calls = self._calls(message.get("tool_calls"), where)
        thoughts = read_reasoning(message) if role == "assistant" else ()
        self.tokens += sum(text_tokens(thought.text) for thought in thoughts)
        extra = {k: v for k, v in message.items() if k not in _READ and k not in REASONING_FIELDS}
        return Message(role, thoughts + blocks + calls, extra or NOTHING)

    def _content(self, content: Json, where: str, *, required: bool) -> tuple[Block, ...]:
        if isinstance(content, str):
            self.tokens += text_tokens(content)
            return (Text(content),) if content else ()
        if is_list(content):
            return tuple(self._part(part, f"{where}.content[{index}]") for index, part in enumerate(content))
        if content is None and not required:
            return ()
        raise InvalidRequest(f"`{where}.content` must be a string or a list of parts.", param=f"{where}.content")

    def _part(self, part: Json, where: str) -> Block:
        if not is_object(part) or not isinstance(part.get("type"), str):
            raise InvalidRequest(f"`{where}` must be an object with a `type`.", param=where)
        match part["type"]:
            case "text":
                return self._text(part, where)
            case "image_url":
                return self._image(part, where)
            case "input_audio":
                return self._audio(part, where)
            case "file":
                return self._file(part, where)
        self.tokens += text_tokens(orjson.dumps(part).decode())
        return Other(part)

    def _text(self, part: JsonObject, where: str) -> Text:
        text = part.get("text")
        if not isinstance(text, str):
            raise InvalidRequest(f"`{where}.text` must be a string.", param=f"{where}.text")
        self.tokens += text_tokens(text)
        return Text(text, _rest(part, "text"))

    def _image(self, part: JsonObject, where: str) -> Image:
        image = part.get("image_url")
        url = image.get("url") if is_object(image) else image
        if not isinstance(url, str) or not url:
            raise InvalidRequest(
                f"`{where}.image_url.url` must be a URL or a data URL.", param=f"{where}.image_url.url"
            )
        self.modalities.add("image")
        self.tokens += TOKENS_PER_IMAGE
        detail = image.get("detail") if is_object(image) else None
        return Image(url, detail if isinstance(detail, str) else None, _rest(part, "image_url"))

    def _audio(self, part: JsonObject, where: str) -> Audio:
        audio = part.get("input_audio")
        if not is_object(audio) or not isinstance(audio.get("data"), str):
            raise InvalidRequest(f"`{where}.input_audio.data` must be base64.", param=f"{where}.input_audio.data")
        self.modalities.add("audio")
        data = str(audio["data"])
        self.tokens += len(data) * TOKENS_PER_FILE_BYTE
        return Audio(data, str(audio.get("format") or "wav"), _rest(part, "input_audio"))

    def _file(self, part: JsonObject, where: str) -> File:
        described = part.get("file")
        source = (described.get("file_data") or described.get("file_id")) if is_object(described) else None
        if not is_object(described) or not isinstance(source, str):
            raise InvalidRequest(f"`{where}.file` needs `file_data` or `file_id`.", param=f"{where}.file")
        self.modalities.add("file")
        self.tokens += len(source) * TOKENS_PER_FILE_BYTE
        name = described.get("filename")
        return File(source, name if isinstance(name, str) else None, _rest(part, "file"))

    def _calls(self, calls: Json, where: str) -> tuple[ToolCall, ...]:
        if calls is None:
            return ()
        if not is_list(calls):
            raise InvalidRequest(f"`{where}.tool_calls` must be a list.", param=f"{where}.tool_calls")
        return tuple(self._call(call, f"{where}.tool_calls[{index}]") for index, call in enumerate(calls))

    def _call(self, call: Json, where: str) -> ToolCall:
        function = call.get("function") if is_object(call) else None
        if not is_object(call) or not is_object(function) or not isinstance(function.get("name"), str):
            raise InvalidRequest(f"`{where}.function.name` must be a string.", param=f"{where}.function.name")
        arguments = function.get("arguments")
        arguments = "" if arguments is None else arguments
        if not isinstance(arguments, str):
            raise InvalidRequest(
                f"`{where}.function.arguments` must be JSON as a string.", param=f"{where}.function.arguments"
            )
        self.tokens += text_tokens(arguments)
        return ToolCall(str(call.get("id") or ""), str(function["name"]), arguments, _rest(call, "function", "id"))


_READ = frozenset({"role", "content", "tool_calls", "tool_call_id"})


def _rest(part: JsonObject, *known: str) -> Mapping[str, Json]:
    return {k: v for k, v in part.items() if k != "type" and k not in known} or NOTHING

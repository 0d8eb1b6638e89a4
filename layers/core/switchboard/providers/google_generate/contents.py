"""A conversation as Gemini's contents. Calls and results are matched by their order: Gemini has no ids of its own."""

from typing import cast

import orjson

from switchboard.catalog.model import Endpoint
from switchboard.chat import Audio, ChatRequest, File, Image, Text, ToolCall, ToolResult
from switchboard.json_types import Json, JsonObject
from switchboard.providers.google_generate.media import media_part
from switchboard.providers.google_generate.replay import Signatures
from switchboard.providers.turns import PLACEHOLDER, Turn, calls_in, merged, turns_of


def contents_of(request: ChatRequest, endpoint: Endpoint) -> tuple[list[JsonObject], list[JsonObject]]:
    """The parts of systemInstruction, and the contents. Raises UpstreamFailure for media that cannot be sent."""
    system, turns = turns_of(request.messages)
    names = {call.id: call.name for call in calls_in(turns)}
    contents = [
        _content("model", _model_parts(turn, Signatures(request, endpoint, tuple(turn.blocks))))
        if turn.role == "assistant"
        else _content("user", _user_parts(turn, names))
        for turn in turns
    ]
    return [{"text": block.text} for block in system], _starting_with_user(merged(contents, "parts"))


def _content(role: str, parts: list[JsonObject]) -> JsonObject:
    return {"role": role, "parts": cast(Json, parts)}


def _starting_with_user(contents: list[JsonObject]) -> list[JsonObject]:
    """A turn that calls functions must follow a user's, and there must be one turn at least."""
    parts = cast("list[JsonObject]", contents[0]["parts"]) if contents else []
    if not contents or (contents[0]["role"] == "model" and any("functionCall" in part for part in parts)):
        return [_content("user", [{"text": PLACEHOLDER}]), *contents]
    return contents


def _model_parts(turn: Turn, signatures: Signatures) -> list[JsonObject]:
    parts: list[JsonObject] = []
    for block in turn.blocks:
        match block:
            case Text(text):
                parts.append({"text": text, **signatures.of_text()})
            case ToolCall():
                call: JsonObject = {"name": block.name, "args": _arguments(block.arguments)}
                parts.append({"functionCall": call, **signatures.of_call(block)})
            case Image() | Audio() | File():
                parts.append(media_part(block))
    return parts + [{"text": "", **rest} for rest in signatures.left_over()]


def _user_parts(turn: Turn, names: dict[str, str]) -> list[JsonObject]:
    """Results first, and what they show after them: a result itself has only words."""
    answers: list[JsonObject] = []
    others: list[JsonObject] = []
    for block in turn.blocks:
        match block:
            case Text(text):
                others.append({"text": text})
            case Image() | Audio() | File():
                others.append(media_part(block))
            case ToolResult():
                answers.append({"functionResponse": {"name": names[block.id], "response": _response(block)}})
                others += [media_part(shown) for shown in block.blocks if isinstance(shown, Image | Audio | File)]
    return answers + others


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

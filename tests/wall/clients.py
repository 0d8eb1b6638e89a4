"""The client protocols as the wall's callers speak them, and what they hear."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import orjson
from switchboard.wire.sse import SseDecoder

from tests.fakes import Answered
from tests.wall.canaries import laden

# Any: JSON of four protocols.


# What a client offers where calls are wanted, and what it is told then: there is only one way to fill these in.
CITY = {"city": 'Łódź "centre"'}
SCHEMA = {"type": "object", "properties": {"city": {"type": "string", "enum": [CITY["city"]]}}, "required": ["city"]}
TOOLS = ("look_outside", "read_clock")
CALLED = dict.fromkeys(TOOLS, CITY)


@dataclass(slots=True)
class Called:
    """A tool call as far as it has come."""

    number: object
    name: str | None = None
    arguments: str = ""


@dataclass(slots=True)
class Heard:
    """What a caller makes of a reply: `ended` says that it looks complete, `usage` that it counts tokens."""

    text: str = ""
    finish: str | None = None
    ended: bool = False
    error: str | None = None
    usage: bool = False
    calls: list[Called] = field(default_factory=list)

    def say(self, text: str) -> None:
        self.text += text

    def call(self, number: object, name: str | None, arguments: str) -> None:
        """A piece of the call that has this number, or the beginning of it."""
        known = next((one for one in self.calls if one.number == number), None)
        if known is None:
            known = Called(number)
            self.calls.append(known)
        known.name = name or known.name
        known.arguments += arguments

    def called(self) -> dict[str | None, Any]:
        """Each call's arguments by its function's name, as text where they are no JSON."""
        return {call.name: _read(call.arguments) for call in self.calls}


def _read(arguments: str) -> Any:
    try:
        return orjson.loads(arguments or "{}")
    except orjson.JSONDecodeError:
        return arguments


@dataclass(frozen=True, slots=True)
class Client:
    """A way to ask: `path` is made of the model and whether it streams."""

    name: str
    path: Callable[[str, bool], str]
    body: Callable[[str, str, bool], dict[str, Any]]
    hears: Callable[[Heard, dict[str, Any], bool], None]
    tools: Callable[[], list[Any]]

    def asks(self, model: str, text: str, stream: bool, *, tools: bool) -> bytes:
        """With every canary in its place."""
        body = laden(self.name, self.body(model, text, stream), text)
        return orjson.dumps({**body, "tools": [*body["tools"], *(self.tools() if tools else ())]})

    def heard(self, answer: Answered, stream: bool) -> Heard:
        heard = Heard()
        if answer.status != 200:
            heard.error = str(answer.json().get("error", {}))
            return heard
        if not stream:
            self.hears(heard, answer.json(), False)
            return heard
        for event in _events(answer.body):
            self.hears(heard, event, True)
        return heard


def _events(body: bytes) -> Iterator[dict[str, Any]]:
    decoder = SseDecoder()
    for event in [*decoder.feed(body), *decoder.close()]:
        yield {"done": True} if event.data == b"[DONE]" else orjson.loads(event.data)


def _hears_chat(heard: Heard, told: dict[str, Any], stream: bool) -> None:
    if "error" in told:
        heard.error = str(told["error"])
    heard.usage = heard.usage or bool(told.get("usage"))
    for choice in told.get("choices", []):
        said = choice["delta" if stream else "message"]
        heard.say(said.get("content") or "")
        for place, call in enumerate(said.get("tool_calls") or []):
            heard.call(call.get("index", place), call["function"].get("name"), call["function"].get("arguments") or "")
        finish = choice.get("finish_reason")
        heard.finish = finish or heard.finish
        heard.ended = heard.ended or (not stream and bool(finish))
    heard.ended = heard.ended or bool(told.get("done"))


def _hears_responses(heard: Heard, told: dict[str, Any], stream: bool) -> None:
    kind = told.get("type", "")
    response = told.get("response", {}) if stream else told
    if kind == "response.output_text.delta":
        heard.say(told["delta"])
    if kind == "response.output_item.done" and told["item"]["type"] == "function_call":
        heard.call(told["output_index"], told["item"]["name"], told["item"]["arguments"])
    if kind in ("response.failed", "error"):
        heard.error = str(response.get("error") or told)
    if not stream:
        for place, item in enumerate(response.get("output", [])):
            if item["type"] == "function_call":
                heard.call(place, item["name"], item["arguments"])
            heard.say("".join(part.get("text", "") for part in item.get("content", [])))
    if response.get("status") in ("completed", "incomplete"):
        heard.ended = True
        heard.finish = (response.get("incomplete_details") or {}).get("reason") or "stop"
    heard.usage = heard.usage or bool(response.get("usage"))


def _hears_messages(heard: Heard, told: dict[str, Any], stream: bool) -> None:
    if stream:
        _hears_message_event(heard, told)
        return
    for place, block in enumerate(told["content"]):
        _begins(heard, place, block)
        if "input" in block:
            heard.call(place, None, orjson.dumps(block["input"]).decode())
    heard.finish, heard.ended, heard.usage = told["stop_reason"], True, "usage" in told


def _hears_message_event(heard: Heard, told: dict[str, Any]) -> None:
    match told.get("type"):
        case "content_block_start":
            _begins(heard, told["index"], told["content_block"])
        case "content_block_delta":
            heard.say(told["delta"].get("text", ""))
            if "partial_json" in told["delta"]:
                heard.call(told["index"], None, told["delta"]["partial_json"])
        case "message_delta":
            heard.finish = told["delta"].get("stop_reason")
            heard.usage = heard.usage or bool(told.get("usage"))
        case "message_stop":
            heard.ended = True
        case "error":
            heard.error = str(told["error"])
            heard.usage = "usage" in told  # what its first event says is a guess


def _begins(heard: Heard, place: int, block: dict[str, Any]) -> None:
    heard.say(block.get("text", ""))
    if block["type"] == "tool_use":
        heard.call(place, block["name"], "")


def _hears_google(heard: Heard, told: dict[str, Any], stream: bool) -> None:
    if "error" in told:
        heard.error = str(told["error"])
    for candidate in told.get("candidates", []):
        for part in candidate.get("content", {}).get("parts", []):
            heard.say(part.get("text", ""))
            if "functionCall" in part:
                call = part["functionCall"]
                heard.call(len(heard.calls), call["name"], orjson.dumps(call.get("args", {})).decode())
        heard.finish = candidate.get("finishReason") or heard.finish
    heard.ended = heard.finish is not None
    heard.usage = heard.usage or "usageMetadata" in told


def _google_path(model: str, stream: bool) -> str:
    return f"/v1beta/models/{model}:" + ("streamGenerateContent?alt=sse" if stream else "generateContent")


CLIENTS = (
    Client(
        "openai-chat",
        lambda model, stream: "/api/v1/chat/completions",
        lambda model, text, stream: {
            "model": model,
            "messages": [{"role": "user", "content": text}],
            "stream": stream,
            **({"stream_options": {"include_usage": True}} if stream else {}),
        },
        _hears_chat,
        lambda: [{"type": "function", "function": {"name": name, "parameters": SCHEMA}} for name in TOOLS],
    ),
    Client(
        "openai-responses",
        lambda model, stream: "/api/v1/responses",
        lambda model, text, stream: {"model": model, "input": text, "stream": stream},
        _hears_responses,
        lambda: [{"type": "function", "name": name, "parameters": SCHEMA} for name in TOOLS],
    ),
    Client(
        "anthropic-messages",
        lambda model, stream: "/api/v1/messages",
        lambda model, text, stream: {
            "model": model,
            "max_tokens": 4000,
            "messages": [{"role": "user", "content": text}],
            "stream": stream,
        },
        _hears_messages,
        lambda: [{"name": name, "input_schema": SCHEMA} for name in TOOLS],
    ),
    Client(
        "google-generate",
        _google_path,
        lambda model, text, stream: {"contents": [{"role": "user", "parts": [{"text": text}]}]},
        _hears_google,
        lambda: [{"functionDeclarations": [{"name": name, "parameters": SCHEMA} for name in TOOLS]}],
    ),
)

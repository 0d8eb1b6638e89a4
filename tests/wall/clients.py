"""The client protocols as the wall's callers speak them, and what they hear."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import orjson
from switchboard.wire.sse import SseDecoder

from tests.fakes import Answered

# Any: JSON of four protocols.


@dataclass(slots=True)
class Heard:
    """What a caller makes of a reply: `ended` says that it looks complete, `usage` that it counts tokens."""

    text: str = ""
    finish: str | None = None
    ended: bool = False
    error: str | None = None
    usage: bool = False
    pieces: int = 0

    def say(self, text: str) -> None:
        self.text += text
        self.pieces += bool(text)


@dataclass(frozen=True, slots=True)
class Client:
    """A way to ask: `path` is made of the model and whether it streams."""

    name: str
    path: Callable[[str, bool], str]
    body: Callable[[str, str, bool], dict[str, Any]]
    hears: Callable[[Heard, dict[str, Any], bool], None]

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
        finish = choice.get("finish_reason")
        heard.finish = finish or heard.finish
        heard.ended = heard.ended or (not stream and bool(finish))
    heard.ended = heard.ended or bool(told.get("done"))


def _hears_responses(heard: Heard, told: dict[str, Any], stream: bool) -> None:
    kind = told.get("type", "")
    response = told.get("response", {}) if stream else told
    if kind == "response.output_text.delta":
        heard.say(told["delta"])
    if kind in ("response.failed", "error"):
        heard.error = str(response.get("error") or told)
    if not stream:
        for item in response.get("output", []):
            heard.say("".join(part.get("text", "") for part in item.get("content", [])))
    if response.get("status") in ("completed", "incomplete"):
        heard.ended = True
        heard.finish = (response.get("incomplete_details") or {}).get("reason") or "stop"
    heard.usage = heard.usage or bool(response.get("usage"))


def _hears_messages(heard: Heard, told: dict[str, Any], stream: bool) -> None:
    if not stream:
        heard.say("".join(block.get("text", "") for block in told["content"]))
        heard.finish, heard.ended, heard.usage = told["stop_reason"], True, "usage" in told
        return
    match told.get("type"):
        case "content_block_delta":
            heard.say(told["delta"].get("text", ""))
        case "message_delta":
            heard.finish = told["delta"].get("stop_reason")
            heard.usage = heard.usage or bool(told.get("usage"))
        case "message_stop":
            heard.ended = True
        case "error":
            heard.error = str(told["error"])
            heard.usage = "usage" in told  # what its first event says is a guess


def _hears_google(heard: Heard, told: dict[str, Any], stream: bool) -> None:
    if "error" in told:
        heard.error = str(told["error"])
    for candidate in told.get("candidates", []):
        heard.say("".join(part.get("text", "") for part in candidate.get("content", {}).get("parts", [])))
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
    ),
    Client(
        "openai-responses",
        lambda model, stream: "/api/v1/responses",
        lambda model, text, stream: {"model": model, "input": text, "stream": stream},
        _hears_responses,
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
    ),
    Client(
        "google-generate",
        _google_path,
        lambda model, text, stream: {"contents": [{"role": "user", "parts": [{"text": text}]}]},
        _hears_google,
    ),
)

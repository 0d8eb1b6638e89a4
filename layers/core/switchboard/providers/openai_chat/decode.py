"""An OpenAI-compatible server's answer, whole or streamed, read into the hub."""

from collections.abc import Mapping
from typing import cast

import orjson

from switchboard.chat import Chunk, Finish, FinishReason, StreamEvent, TextDelta, ThinkingDelta, ToolCallDelta, Usage
from switchboard.errors import Failure, UpstreamFailure
from switchboard.json_types import Json, JsonObject
from switchboard.providers.failures import failure_class, retry_after
from switchboard.providers.openai_chat.usage import read_usage
from switchboard.wire.sse import EventTooLarge, ServerSentEvent, SseDecoder

# specs/protocols.md section 10. What is not listed passes as "stop": a new word must not look like a failure.
_FINISH: Mapping[str, FinishReason] = {
    "stop": "stop",
    "eos": "stop",
    "length": "length",
    "model_length": "length",
    "max_tokens": "length",
    "tool_calls": "tool_calls",
    "function_call": "tool_calls",
    "tool_use": "tool_calls",
    "content_filter": "content_filter",
    "sensitive": "content_filter",
    "insufficient_system_resource": "error",
    "network_error": "error",
    "error": "error",
}
_SHOWN = 300


class OpenAiChatDecoder:
    """Tolerates what servers get wrong: a broken event is skipped, [DONE] may be missing, usage may come anywhere."""

    def __init__(self, flags: frozenset[str]) -> None:
        self._flags = flags
        self._events = SseDecoder()
        self._finished: set[int] = set()
        self._called_tools: set[int] = set()
        self._done = False
        self.skipped = 0

    def feed(self, piece: bytes) -> list[Chunk]:
        try:
            events = self._events.feed(piece)
        except EventTooLarge as error:
            raise UpstreamFailure(Failure.SERVER, str(error)) from error
        return self._chunks(events)

    def close(self) -> list[Chunk]:
        chunks = self._chunks(self._events.close())
        if not self._done and not self._finished:
            raise UpstreamFailure(Failure.CUT, "The stream ended without a finish reason.")
        return chunks

    def _chunks(self, events: list[ServerSentEvent]) -> list[Chunk]:
        return [chunk for event in events if (chunk := self._chunk(event))]

    def _chunk(self, event: ServerSentEvent) -> Chunk | None:
        if event.data == b"[DONE]":
            self._done = True
            return None
        try:
            native = orjson.loads(event.data)
        except orjson.JSONDecodeError:
            native = None
        if not isinstance(native, dict):
            self.skipped += 1
            return None
        if native.get("error"):
            raise failure_of(200, native)
        said: list[StreamEvent] = []
        for choice in cast("list[JsonObject]", native.get("choices") or []):
            self._read(choice, said)
        usage = usage_of(native, self._flags)
        if usage:
            said.append(usage)
        return Chunk(tuple(said), native)

    def _read(self, choice: JsonObject, said: list[StreamEvent]) -> None:
        index = cast(int, choice.get("index", 0))
        delta = choice.get("delta")
        if isinstance(delta, dict):
            said.extend(spoken(delta, index))
            if delta.get("tool_calls"):
                self._called_tools.add(index)
        if isinstance(choice.get("finish_reason"), str):
            self._finished.add(index)
            said.append(finish(str(choice["finish_reason"]), index, called_tools=index in self._called_tools))


def decode_reply(body: bytes, flags: frozenset[str]) -> Chunk:
    """Raises UpstreamFailure for what is no answer: an error with status 200, no choices, nothing said."""
    try:
        native = orjson.loads(body)
    except orjson.JSONDecodeError:
        raise UpstreamFailure(Failure.SERVER, "The reply is not JSON.") from None
    if not isinstance(native, dict) or native.get("error"):
        raise failure_of(200, native)
    said: list[StreamEvent] = []
    for choice in cast("list[JsonObject]", native.get("choices") or []):
        index = cast(int, choice.get("index", 0))
        message = choice.get("message")
        message = message if isinstance(message, dict) else {}
        said.extend(spoken(message, index))
        said.append(finish(str(choice.get("finish_reason")), index, called_tools=bool(message.get("tool_calls"))))
    usage = usage_of(native, flags)
    if usage:
        said.append(usage)
    if not any(isinstance(event, Finish) for event in said):
        raise UpstreamFailure(Failure.SERVER, "The reply has no choices.")
    return Chunk(tuple(said), native)


def spoken(said: JsonObject, choice: int) -> list[StreamEvent]:
    """What a message, or a delta of one, holds: reasoning, text, refusal, tool calls. Empty texts say nothing."""
    events: list[StreamEvent] = []
    reasoning = said.get("reasoning_content") or said.get("reasoning")
    if isinstance(reasoning, str) and reasoning:
        events.append(ThinkingDelta(reasoning, choice=choice))
    for name in ("content", "refusal"):
        text = _plain(said.get(name))
        if text:
            events.append(TextDelta(text, choice, is_refusal=name == "refusal"))
    for position, call in enumerate(cast("list[JsonObject]", said.get("tool_calls") or [])):
        function = cast(JsonObject, call.get("function") or {})
        events.append(
            ToolCallDelta(
                index=cast(int, call.get("index", position)),
                arguments=str(function.get("arguments") or ""),
                id=cast("str | None", call.get("id")),
                name=cast("str | None", function.get("name")),
                choice=choice,
            )
        )
    return events


def finish(native: str, choice: int, *, called_tools: bool) -> Finish:
    """Servers that call tools and then say "stop" are corrected."""
    reason = _FINISH.get(native, "stop")
    return Finish("tool_calls" if called_tools and reason == "stop" else reason, native, choice)


def usage_of(native: JsonObject, flags: frozenset[str]) -> Usage | None:
    groq = native.get("x_groq")
    usage = native.get("usage") or (groq.get("usage") if isinstance(groq, dict) else None)
    return read_usage(usage, flags) if isinstance(usage, dict) else None


def classify(status: int, headers: Mapping[str, str], body: bytes, now: float) -> UpstreamFailure:
    """The failure that an HTTP status other than 200 stands for."""
    try:
        native: Json = orjson.loads(body)
    except orjson.JSONDecodeError:
        native = None
    failure = failure_of(status, native)
    failure.retry_after = retry_after(headers, now)
    return failure


def failure_of(status: int, native: Json) -> UpstreamFailure:
    """Reads {"error": {...}}, {"error": "..."}, {"message": ...} and {"detail": ...}; status 200 may be one too."""
    body = native if isinstance(native, dict) else {}
    error = body.get("error") or body
    details = error if isinstance(error, dict) else {"message": error}
    message = _plain(details.get("message") or details.get("detail")) or f"The provider answered with status {status}."
    code = details.get("code") or details.get("type")
    text_code = str(code) if isinstance(code, str | int) else None
    told_status = int(code) if isinstance(code, int) and status == 200 else status
    return UpstreamFailure(
        failure_class(told_status, text_code, message),
        message[:_SHOWN],
        upstream_status=status,
        provider_code=text_code,
    )


def _plain(content: Json) -> str:
    """Text, or the text parts of a list (Mistral's way); anything else as JSON would be no text."""
    if isinstance(content, str):
        return content
    if isinstance(content, list):
        return "".join(str(part.get("text") or part.get("msg") or "") for part in content if isinstance(part, dict))
    return ""

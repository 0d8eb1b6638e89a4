"""An OpenAI-compatible server's answer, whole or streamed, read into the hub."""

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import cast

import orjson

from switchboard.chat import Chunk, Finish, FinishReason, StreamEvent, TextDelta, ThinkingDelta, ToolCallDelta, Usage
from switchboard.errors import Failure, UpstreamFailure
from switchboard.json_types import Json, JsonObject
from switchboard.providers.events import ChunkReader, read_events
from switchboard.providers.failures import failure_class, retry_after
from switchboard.providers.openai_chat.beside_text import citations_of, logprobs_of, sources_of
from switchboard.providers.openai_chat.call_numbers import CallNumbers
from switchboard.providers.openai_chat.json_answer import JsonCalls
from switchboard.providers.openai_chat.quirks import JSON_OBJECT_ONLY
from switchboard.providers.openai_chat.usage import read_usage
from switchboard.providers.service_tiers import unusual_tier
from switchboard.wire.sse import ServerSentEvent, SseDecoder

# Servers have words of their own; what is not listed passes as "stop": a new one must not look like a failure.
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
_STATUS = re.compile(r"[1-5][0-9]{2}", re.ASCII)


def reply_object(body: bytes) -> JsonObject:
    """A whole reply. Raises UpstreamFailure for an error, whatever its status says, and for what is no JSON."""
    try:
        native: Json = orjson.loads(body)
    except orjson.JSONDecodeError:
        raise UpstreamFailure(Failure.SERVER, "The reply is not JSON.") from None
    if not isinstance(native, dict) or native.get("error") or native.get("fault"):
        raise failure_of(200, native)
    return native


class OpenAiChatDecoder:
    """Tolerates what servers get wrong: a broken event is skipped, [DONE] may be missing, usage may come anywhere."""

    def __init__(self, flags: frozenset[str]) -> None:
        self._flags = flags
        self._events = SseDecoder()
        self._begun: set[int] = set()
        self._finished: set[int] = set()
        self._called_tools: set[int] = set()
        self._json = _json_calls(flags, "delta")
        self._numbers = CallNumbers()
        self._done = False
        self._reader = ChunkReader(self._chunk)
        self.skipped = 0

    def feed(self, piece: bytes) -> list[Chunk]:
        return self._reader.chunks(read_events(self._events, piece))

    def close(self) -> list[Chunk]:
        chunks = self._reader.chunks(self._events.close())
        if not self._is_over and not self._reader.has_failed:
            raise UpstreamFailure(Failure.CUT, "The stream ended without a finish reason.")
        return chunks

    @property
    def _is_over(self) -> bool:
        """Every choice that began has said why it ended. [DONE] alone ends only an answer in which nothing began."""
        return not self._begun - self._finished and bool(self._finished or self._done)

    def _chunk(self, event: ServerSentEvent) -> Chunk | None:
        if event.data == b"[DONE]":
            self._done = True
            return None
        try:
            native = orjson.loads(event.data)
        except orjson.JSONDecodeError:
            native = None
        if isinstance(native, dict) and (native.get("error") or native.get("fault")):
            raise failure_of(200, native)
        choices = _choices(native, "delta")
        if choices is None:
            self.skipped += 1
            return None
        if self._json:
            choices = [self._json.as_content(choice) for choice in choices]
            native = {**native, "choices": choices}
        said: list[StreamEvent] = []
        for choice in choices:
            self._read(choice, native, said)
        usage = usage_of(native, self._flags)
        if usage:
            said.append(usage)
        return Chunk(tuple(said), native)

    def _read(self, choice: JsonObject, native: JsonObject, said: list[StreamEvent]) -> None:
        index = cast(int, choice.get("index") or 0)
        delta = choice.get("delta")
        if isinstance(delta, dict):
            self._begun.add(index)
            if delta.get("tool_calls"):
                self._called_tools.add(index)
                self._numbers.settle(index, cast("list[JsonObject]", delta["tool_calls"]))
            said.extend(spoken(delta, index, choice))
        reason = choice.get("finish_reason")
        if isinstance(reason, str) and reason:  # some servers send an empty one with every delta
            self._finished.add(index)
            said.extend(sources_of(native, index))
            said.append(finish(reason, index, called_tools=index in self._called_tools))


def decode_reply(body: bytes, flags: frozenset[str]) -> Chunk:
    """Raises UpstreamFailure for what is no answer: an error with status 200, no choices, nothing said."""
    native = reply_object(body)
    choices = _choices(native, "message") or []
    if calls := _json_calls(flags, "message"):
        choices = [calls.as_content(choice) for choice in choices]
        native = {**native, "choices": cast("list[Json]", choices)}
    said: list[StreamEvent] = []
    for choice in choices:
        index = cast(int, choice.get("index") or 0)
        message = cast(JsonObject, choice.get("message") or {})
        said.extend(spoken(message, index, choice))
        said.extend(sources_of(native, index))
        reason = choice.get("finish_reason")
        native_reason = reason if isinstance(reason, str) else ""
        said.append(finish(native_reason, index, called_tools=bool(message.get("tool_calls"))))
    usage = usage_of(native, flags)
    if usage:
        said.append(usage)
    if not any(isinstance(event, Finish) for event in said):
        raise UpstreamFailure(Failure.SERVER, "The reply has no choices.")
    return Chunk(tuple(said), native)


def _json_calls(flags: frozenset[str], holder: str) -> JsonCalls | None:
    return JsonCalls(holder) if JSON_OBJECT_ONLY in flags else None


def _choices(native: Json, holder: str) -> list[JsonObject] | None:
    """The choices, whose words are in `holder`; None if anything in them is not what the protocol says it is."""
    if not isinstance(native, dict):
        return None
    choices = native.get("choices") or []
    if not isinstance(choices, list):
        return None
    for choice in choices:
        if not _is_choice(choice, holder):
            return None
    return cast("list[JsonObject]", choices)


def _is_choice(choice: Json, holder: str) -> bool:
    if not isinstance(choice, dict) or not isinstance(choice.get("index") or 0, int):
        return False
    said = choice.get(holder) or {}
    if not isinstance(said, dict):
        return False
    calls = said.get("tool_calls")
    return not calls or (
        isinstance(calls, list)
        and all(isinstance(call, dict) and isinstance(call.get("function") or {}, dict) for call in calls)
    )


def spoken(said: JsonObject, choice: int, around: JsonObject | None = None) -> list[StreamEvent]:
    """What a message, or a delta of one, holds: reasoning, text, refusal, tool calls. Empty texts say nothing.

    `around` is what it stands in.
    """
    events: list[StreamEvent] = []
    reasoning = said.get("reasoning_content") or said.get("reasoning") or _thoughts(said.get("content"))
    if isinstance(reasoning, str) and reasoning:
        events.append(ThinkingDelta(reasoning, choice=choice))
    for name in ("content", "refusal"):
        text = _plain(said.get(name))
        if text:
            events.append(TextDelta(text, choice, name == "refusal", logprobs_of(around or {}, name)))
    events += citations_of(said, choice)
    audio = said.get("audio")
    if isinstance(audio, dict):  # content, even where its words are not known yet
        events.append(TextDelta(_plain(audio.get("transcript")), choice))
    for position, call in enumerate(cast("list[JsonObject]", said.get("tool_calls") or [])):
        events.append(_called(position, call, choice))
    return events


def _called(position: int, call: JsonObject, choice: int) -> ToolCallDelta:
    function = cast(JsonObject, call.get("function") or {})
    index, arguments = call.get("index"), function.get("arguments")
    if not isinstance(arguments, str):
        arguments = orjson.dumps(arguments).decode() if arguments else ""
    return ToolCallDelta(
        index=index if isinstance(index, int) else position,
        arguments=arguments,
        id=_name(call.get("id")),
        name=_name(function.get("name")),
        choice=choice,
    )


def _name(value: Json) -> str | None:
    """Absent, null and empty mean the same: it was said before, or never will be."""
    return value if isinstance(value, str) and value else None


def finish(native: str, choice: int, *, called_tools: bool) -> Finish:
    """Servers that call tools and then say "stop" are corrected."""
    reason = _FINISH.get(native, "stop")
    return Finish("tool_calls" if called_tools and reason == "stop" else reason, native, choice)


def usage_of(native: JsonObject, flags: frozenset[str]) -> Usage | None:
    groq = native.get("x_groq")
    usage = native.get("usage") or (groq.get("usage") if isinstance(groq, dict) else None)
    if not isinstance(usage, dict):
        return None
    counted, tier = read_usage(usage, flags), unusual_tier(native.get("service_tier"))
    return replace(counted, service_tier=tier) if tier else counted


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
    """Reads {"error": {...}}, {"error": "..."}, {"fault": ...}, {"message": ...}, {"detail": ...}; 200 may be one."""
    body = native if isinstance(native, dict) else {}
    error = body.get("error") or body.get("fault") or body
    details: JsonObject = error if isinstance(error, dict) else {"message": error}
    message = _words_of(details) or f"The provider answered with status {status}."
    code = details.get("code") or details.get("type")
    text_code = str(code) if isinstance(code, str | int) else None
    told_status = int(text_code) if status == 200 and text_code and _STATUS.fullmatch(text_code) else status
    return UpstreamFailure(
        failure_class(told_status, text_code, message),
        message[:_SHOWN],
        upstream_status=status,
        provider_code=text_code,
    )


def _words_of(details: JsonObject) -> str:
    """`faultstring` is what the gateway in front of Fireworks says."""
    return next((text for name in ("message", "faultstring", "detail") if (text := _plain(details.get(name)))), "")


def _plain(content: Json) -> str:
    """Text, or the text parts of a list (Mistral's way); anything else as JSON would be no text."""
    if isinstance(content, str):
        return content
    if isinstance(content, list):
        return "".join(str(part.get("text") or part.get("msg") or "") for part in content if isinstance(part, dict))
    return ""


def _thoughts(content: Json) -> str:
    """Mistral's reasoning: parts of type thinking, whose `thinking` is a list of texts again."""
    if not isinstance(content, list):
        return ""
    return "".join(_plain(part.get("thinking")) for part in content if isinstance(part, dict))

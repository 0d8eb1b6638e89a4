"""OpenAI's reply shapes: the completion object, and the chunks of a stream.

https://platform.openai.com/docs/api-reference/chat/object and .../chat-streaming
"""

import itertools
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from local.simulator.answer import Answer
from local.simulator.json_types import Json, JsonObject
from local.simulator.script import Send
from local.simulator.tokens import CHARACTERS_PER_TOKEN, Usage
from local.simulator.tools import ToolCall

DONE = Send(b"data: [DONE]\n\n")
_WORD = re.compile(r"\s*\S+\s*?|\s+")
_ARGUMENT_PIECE = 12  # characters of a tool call's arguments in one chunk


@dataclass(frozen=True, slots=True)
class Reply:
    """All that a reply's bytes depend on; `reasoning_field` names the delta that shows thoughts, if any does."""

    id: str
    created: int
    model: str
    answers: Sequence[Answer]
    usage: Usage
    logprobs: bool = False
    reasoning_field: str = ""


def completion(reply: Reply) -> Send:
    """The whole reply as one JSON object."""
    choices: list[Json] = [_choice(reply, index, answer) for index, answer in enumerate(reply.answers)]
    body = _frame(reply, "chat.completion") | {"choices": choices, "usage": reply.usage.body()}
    return Send(to_bytes(body), reply.usage.completion, content=True)


def stream(reply: Reply, *, include_usage: bool) -> list[Send]:
    """The reply as server-sent events; the usage chunk only when asked for."""
    base = _frame(reply, "chat.completion.chunk") | ({"usage": None} if include_usage else {})
    lanes = [list(_lane(reply, index, answer, base)) for index, answer in enumerate(reply.answers)]
    # The choices of n > 1 take turns, as they do in a real stream.
    steps = [step for turn in itertools.zip_longest(*lanes) for step in turn if step is not None]
    if include_usage:
        steps.append(Send(event(base | {"choices": [], "usage": reply.usage.body()})))
    return [*steps, DONE]


def event(data: JsonObject) -> bytes:
    return b"data: " + to_bytes(data) + b"\n\n"


def to_bytes(data: JsonObject) -> bytes:
    return json.dumps(data, ensure_ascii=False, separators=(",", ":")).encode()


def _frame(reply: Reply, kind: str) -> JsonObject:
    return {
        "id": reply.id,
        "object": kind,
        "created": reply.created,
        "model": reply.model,
        "service_tier": "default",
        "system_fingerprint": "fp_simulated",
    }


def _choice(reply: Reply, index: int, answer: Answer) -> JsonObject:
    message: JsonObject = {"role": "assistant", "content": answer.text or None, "refusal": None, "annotations": []}
    if not answer.calls:
        message["content"] = answer.text
    else:
        message["tool_calls"] = [_call(call, call.arguments) for call in answer.calls]
    if reply.reasoning_field and answer.reasoning:
        message[reply.reasoning_field] = answer.reasoning
    logprobs = _logprobs(_pieces(answer.text)) if reply.logprobs else None
    return {"index": index, "message": message, "logprobs": logprobs, "finish_reason": answer.finish}


def _lane(reply: Reply, index: int, answer: Answer, base: JsonObject) -> Iterator[Send]:
    """One choice's chunks."""

    def chunk(delta: JsonObject, text: str = "", finish: str | None = None, logprobs: Json = None) -> Send:
        choice: JsonObject = {"index": index, "delta": delta, "logprobs": logprobs, "finish_reason": finish}
        data = event(base | {"choices": [choice]})
        return Send(data, len(text) / CHARACTERS_PER_TOKEN, content=bool(text))

    first: JsonObject = {"role": "assistant", "content": None if answer.calls else "", "refusal": None}
    yield chunk(first)
    if reply.reasoning_field:
        yield from (chunk({reply.reasoning_field: piece}, piece) for piece in _pieces(answer.reasoning))
    else:
        yield Send(b"", answer.reasoning_tokens)
    for piece in _pieces(answer.text):
        yield chunk({"content": piece}, piece, logprobs=_logprobs([piece]) if reply.logprobs else None)
    for number, call in enumerate(answer.calls):
        opening: JsonObject = {"index": number, **_call(call, "")}
        yield chunk({"tool_calls": [opening]}, call.name)
        for piece in _argument_pieces(call):
            part: JsonObject = {"index": number, "function": {"arguments": piece}}
            yield chunk({"tool_calls": [part]}, piece)
    yield chunk({}, finish=answer.finish)


def _call(call: ToolCall, arguments: str) -> JsonObject:
    return {"id": call.id, "type": "function", "function": {"name": call.name, "arguments": arguments}}


def _pieces(text: str) -> list[str]:
    """Words with the space before them, about a token each; joined they are the text."""
    return _WORD.findall(text)


def _argument_pieces(call: ToolCall) -> list[str]:
    return [call.arguments[at : at + _ARGUMENT_PIECE] for at in range(0, len(call.arguments), _ARGUMENT_PIECE)]


def _logprobs(pieces: Sequence[str]) -> JsonObject:
    tokens: list[Json] = [
        {"token": piece, "logprob": -0.1, "bytes": list(piece.encode()), "top_logprobs": []} for piece in pieces
    ]
    return {"content": tokens, "refusal": None}

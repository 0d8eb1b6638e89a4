"""OpenAI's reply shapes: the completion object, and the chunks of a stream.

https://platform.openai.com/docs/api-reference/chat/object and .../chat-streaming
"""

import itertools
from collections.abc import Iterator, Sequence

from local.simulator.answer import Answer, Source
from local.simulator.json_types import Json, JsonObject
from local.simulator.oddities import FILTERED_PROMPT, PROMPT_FILTER_RESULTS, call_id, completion_tokens
from local.simulator.reply import Reply, argument_pieces, pieces_of, to_bytes
from local.simulator.script import Send
from local.simulator.tokens import CHARACTERS_PER_TOKEN
from local.simulator.tools import ToolCall

DONE = Send(b"data: [DONE]\n\n", part="end")


def completion(reply: Reply) -> JsonObject:
    """The whole reply as one JSON object."""
    choices: list[Json] = [_choice(reply, index, answer) for index, answer in enumerate(reply.answers)]
    return _frame(reply, "chat.completion") | {"choices": choices, "usage": usage_body(reply)}


def stream(reply: Reply) -> list[Send]:
    """The reply as server-sent events; the usage chunk only when asked for."""
    options = reply.call.body.get("stream_options")
    include_usage = isinstance(options, dict) and bool(options.get("include_usage"))
    base = _frame(reply, "chat.completion.chunk") | ({"usage": None} if include_usage else {})
    lanes = [list(_lane(reply, index, answer, base)) for index, answer in enumerate(reply.answers)]
    # The choices of n > 1 take turns, as they do in a real stream.
    steps = [step for turn in itertools.zip_longest(*lanes) for step in turn if step is not None]
    if include_usage:
        steps.append(Send(event(base | {"choices": [], "usage": usage_body(reply)}), part="usage"))
    if PROMPT_FILTER_RESULTS in reply.call.traits.oddities:
        steps.insert(0, Send(event(FILTERED_PROMPT)))
    return [*steps, DONE]


def event(data: JsonObject) -> bytes:
    return b"data: " + to_bytes(data) + b"\n\n"


def usage_body(reply: Reply) -> JsonObject:
    usage = reply.usage
    return {
        "prompt_tokens": usage.prompt.total,
        "completion_tokens": completion_tokens(usage, reply.call.traits.oddities),
        "total_tokens": usage.prompt.total + usage.completion,
        "prompt_tokens_details": {"cached_tokens": usage.prompt.read, "audio_tokens": 0},
        "completion_tokens_details": {
            "reasoning_tokens": usage.reasoning,
            "audio_tokens": 0,
            "accepted_prediction_tokens": usage.completion if reply.call.body.get("prediction") else 0,
            "rejected_prediction_tokens": 0,
        },
    }


def _frame(reply: Reply, kind: str) -> JsonObject:
    return {
        "id": f"chatcmpl-{reply.key}",
        "object": kind,
        "created": reply.created,
        "model": reply.call.model,
        "service_tier": reply.call.body.get("service_tier") or "default",
        "system_fingerprint": "fp_simulated",
    }


def _choice(reply: Reply, index: int, answer: Answer) -> JsonObject:
    message: JsonObject = {"role": "assistant", "content": answer.text or None, "refusal": None}
    message["annotations"] = [_annotation(source, answer.text) for source in answer.sources]
    if _speaks(reply) and answer.text:
        message |= {"content": None, "audio": _audio(reply, answer.text)}
    elif not answer.calls:
        message["content"] = answer.text
    else:
        message["tool_calls"] = [_call(reply, call, call.arguments) for call in answer.calls]
    if reply.call.traits.reasoning_field and answer.reasoning:
        message[reply.call.traits.reasoning_field] = answer.reasoning
    logprobs = _logprobs(pieces_of(answer.text)) if reply.call.body.get("logprobs") else None
    return {"index": index, "message": message, "logprobs": logprobs, "finish_reason": answer.finish}


def _lane(reply: Reply, index: int, answer: Answer, base: JsonObject) -> Iterator[Send]:
    """One choice's chunks."""

    def chunk(delta: JsonObject, text: str = "", finish: str | None = None, logprobs: Json = None) -> Send:
        choice: JsonObject = {"index": index, "delta": delta, "logprobs": logprobs, "finish_reason": finish}
        data = event(base | {"choices": [choice]})
        return Send(data, len(text) / CHARACTERS_PER_TOKEN, content=bool(text))

    first: JsonObject = {"role": "assistant", "content": None if answer.calls else "", "refusal": None}
    yield chunk(first)
    if reply.call.traits.reasoning_field:
        yield from (chunk({reply.call.traits.reasoning_field: piece}, piece) for piece in pieces_of(answer.reasoning))
    else:
        yield Send(b"", answer.reasoning_tokens)
    if _speaks(reply) and answer.text:
        yield chunk({"audio": _audio(reply, answer.text)}, answer.text)
    for piece in pieces_of("" if _speaks(reply) else answer.text):
        yield chunk({"content": piece}, piece, logprobs=_logprobs([piece]) if reply.call.body.get("logprobs") else None)
    if answer.sources:
        yield chunk({"annotations": [_annotation(source, answer.text) for source in answer.sources]})
    for number, call in enumerate(answer.calls):
        opening: JsonObject = {"index": number, **_call(reply, call, "")}
        yield chunk({"tool_calls": [opening]}, call.name)
        for piece in argument_pieces(call.arguments):
            part: JsonObject = {"index": number, "function": {"arguments": piece}}
            yield chunk({"tool_calls": [part]}, piece)
    yield chunk({}, finish=answer.finish)


def _call(reply: Reply, call: ToolCall, arguments: str) -> JsonObject:
    identifier = call_id(call.key, reply.call.traits.oddities)
    return {"id": identifier, "type": "function", "function": {"name": call.name, "arguments": arguments}}


def _speaks(reply: Reply) -> bool:
    modalities = reply.call.body.get("modalities")
    return isinstance(modalities, list) and "audio" in modalities


def _audio(reply: Reply, text: str) -> JsonObject:
    """Four samples of silence, whatever the words."""
    return {"id": f"audio_{reply.key}", "data": "AAAAAAAAAAA=", "expires_at": reply.created + 3600, "transcript": text}


def _annotation(source: Source, text: str) -> JsonObject:
    place: JsonObject = {"start_index": 0, "end_index": len(text)}
    return {"type": "url_citation", "url_citation": {"url": source.url, "title": source.title, **place}}


def _logprobs(pieces: Sequence[str]) -> JsonObject:
    tokens: list[Json] = [
        {"token": piece, "logprob": -0.1, "bytes": list(piece.encode()), "top_logprobs": []} for piece in pieces
    ]
    return {"content": tokens, "refusal": None}

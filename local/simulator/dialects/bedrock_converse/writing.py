"""Bedrock's reply shapes: the message of Converse, and the frames of ConverseStream.

https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ConverseStream.html
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from local.simulator import thinking
from local.simulator.answer import Answer
from local.simulator.dialects.bedrock_frames import event_frame
from local.simulator.json_types import Json, JsonObject
from local.simulator.reply import Reply, argument_pieces, pieces_of
from local.simulator.script import Send
from local.simulator.tokens import CHARACTERS_PER_TOKEN, Usage

_STOP_REASONS: Mapping[str, str] = {
    "stop": "end_turn",
    "length": "max_tokens",
    "tool_calls": "tool_use",
    "content_filter": "content_filtered",
}
_HIT_PATH = "/stop_sequence"


def message(reply: Reply) -> JsonObject:
    answer = reply.answer
    if answer is None:
        return {"output": {}, "stopReason": "end_turn", "usage": _usage(reply.usage), "metrics": {"latencyMs": 1}}
    content: list[Json] = [block.whole for block in _blocks(reply, answer)]
    output: JsonObject = {"message": {"role": "assistant", "content": content}}
    return {"output": output, **_end(reply, answer), "usage": _usage(reply.usage), "metrics": {"latencyMs": 1}}


def stream(reply: Reply) -> list[Send]:
    """Usage comes after the stop; a text has no start of its own."""
    answer = reply.answer
    found = [Send(event_frame("messageStart", {"role": "assistant"}))]
    for index, block in enumerate(_blocks(reply, answer) if answer else []):
        found += _block_events(index, block)
    if answer:
        found.append(Send(event_frame("messageStop", _end(reply, answer))))
    metadata: JsonObject = {"usage": _usage(reply.usage), "metrics": {"latencyMs": 1}}
    return [*found, Send(event_frame("metadata", metadata), part="usage")]


@dataclass(frozen=True, slots=True)
class _Block:
    """`deltas`, each with the words in it, add up to `whole`; `start` is there for calls only."""

    whole: JsonObject
    deltas: tuple[tuple[JsonObject, str], ...]
    start: JsonObject | None = None


def _blocks(reply: Reply, answer: Answer) -> Iterator[_Block]:
    if answer.reasoning:
        yield _thought(reply, answer.reasoning)
    if answer.text or not answer.calls:
        yield _text(answer)
    for call in answer.calls:
        opening: JsonObject = {"toolUseId": f"tooluse_{call.key}", "name": call.name}
        pieces = argument_pieces("" if call.arguments == "{}" else call.arguments)
        deltas: list[tuple[JsonObject, str]] = [({"toolUse": {"input": piece}}, piece) for piece in pieces]
        yield _Block({"toolUse": {**opening, "input": _parsed(call.arguments)}}, tuple(deltas), {"toolUse": opening})


def _text(answer: Answer) -> _Block:
    """With its sources, if it has any, in a block of another kind."""
    said: list[tuple[JsonObject, str]] = [({"text": piece}, piece) for piece in pieces_of(answer.text)]
    if not answer.sources:
        return _Block({"text": answer.text}, tuple(said))
    cited: list[JsonObject] = [
        {
            "title": source.title,
            "sourceContent": [{"text": source.quote}],
            "location": {"web": {"url": source.url, "domain": "source.example"}},
        }
        for source in answer.sources
    ]
    deltas: list[tuple[JsonObject, str]] = [({"citation": each}, "") for each in cited]
    whole: JsonObject = {"content": [{"text": answer.text}], "citations": list[Json](cited)}
    return _Block({"citationsContent": whole}, (*said, *deltas))


def _thought(reply: Reply, thought: str) -> _Block:
    """Claude signs what it thinks, others do not."""
    deltas: list[tuple[JsonObject, str]] = [
        ({"reasoningContent": {"text": piece}}, piece) for piece in pieces_of(thought)
    ]
    told: JsonObject = {"text": thought}
    if "claude" in reply.call.model:
        seal = thinking.sealed(reply.call.provider, thought)
        told["signature"] = seal
        deltas.append(({"reasoningContent": {"signature": seal}}, ""))
    return _Block({"reasoningContent": {"reasoningText": told}}, tuple(deltas))


def _block_events(index: int, block: _Block) -> Iterator[Send]:
    place: JsonObject = {"contentBlockIndex": index}
    if block.start is not None:
        yield Send(event_frame("contentBlockStart", {"start": block.start, **place}))
    for delta, said in block.deltas:
        data = event_frame("contentBlockDelta", {"delta": delta, **place})
        yield Send(data, len(said) / CHARACTERS_PER_TOKEN, content=bool(said))
    yield Send(event_frame("contentBlockStop", place))


def _parsed(arguments: str) -> Json:
    try:
        value: Json = json.loads(arguments)
    except ValueError:
        return {}
    return value


def _end(reply: Reply, answer: Answer) -> JsonObject:
    if answer.hit is None:
        return {"stopReason": _STOP_REASONS[answer.finish]}
    paths = reply.call.body.get("additionalModelResponseFieldPaths")
    asked = isinstance(paths, list) and _HIT_PATH in paths
    more: JsonObject = {"additionalModelResponseFields": {"stop_sequence": answer.hit}} if asked else {}
    return {"stopReason": "stop_sequence", **more}


def _usage(usage: Usage) -> JsonObject:
    prompt = usage.prompt
    found: JsonObject = {
        "inputTokens": prompt.fresh,
        "outputTokens": usage.completion,
        "totalTokens": prompt.total + usage.completion,
        "cacheReadInputTokens": prompt.read,
        "cacheWriteInputTokens": prompt.written,
    }
    if prompt.written:
        life = "1h" if prompt.for_an_hour else "5m"
        found["cacheDetails"] = [{"ttl": life, "inputTokens": prompt.written}]
    return found

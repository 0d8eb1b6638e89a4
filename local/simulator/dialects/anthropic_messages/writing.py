"""Anthropic's reply shapes: the message, and the events of a stream.

https://docs.anthropic.com/en/api/messages and .../messages-streaming
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from local.simulator import thinking
from local.simulator.answer import Answer, Source
from local.simulator.json_types import Json, JsonObject
from local.simulator.prompt import table
from local.simulator.reply import Reply, argument_pieces, pieces_of
from local.simulator.tokens import CHARACTERS_PER_TOKEN, Usage

_STOP_REASONS: Mapping[str, str] = {
    "stop": "end_turn",
    "length": "max_tokens",
    "tool_calls": "tool_use",
    "content_filter": "refusal",
}
REDACTED = "redacted"  # the word in a prompt that has the thoughts withheld


@dataclass(frozen=True, slots=True)
class Event:
    """One event's data, how many tokens' time it takes, and whether a client sees progress in it."""

    data: JsonObject
    tokens: float = 0.0
    content: bool = False
    part: Literal["", "end"] = ""


def message(reply: Reply) -> JsonObject:
    answer = reply.answer
    blocks = [_whole(block) for block in _blocks(reply, answer)] if answer else []
    return _shell(reply) | {"content": list[Json](blocks), **_end(answer), "usage": _usage(reply.usage)}


def events(reply: Reply) -> list[Event]:
    """The whole stream; a ping comes after the first block has begun, as Anthropic sends it."""
    answer = reply.answer
    start = _shell(reply) | {"content": [], "stop_reason": None, "stop_sequence": None, "usage": _usage(reply.usage, 1)}
    found = [Event({"type": "message_start", "message": start})]
    for index, block in enumerate(_blocks(reply, answer) if answer else []):
        found += _block_events(index, block)
        if index == 0:
            found.insert(2, Event({"type": "ping"}))
    usage = _usage(reply.usage)
    kept = ("input_tokens", "cache_creation_input_tokens", "cache_read_input_tokens", "output_tokens")
    told: JsonObject = {name: usage[name] for name in (*kept, "output_tokens_details") if name in usage}
    found.append(Event({"type": "message_delta", "delta": _end(answer), "usage": told}))
    return [*found, Event({"type": "message_stop"}, part="end")]


@dataclass(frozen=True, slots=True)
class _Block:
    """`shell` is how it begins; what is added to it, `said`, is of the delta's type and member."""

    shell: JsonObject
    said: str = ""
    delta: tuple[str, str] = ("text_delta", "text")
    signature: str = ""
    sources: tuple[Source, ...] = ()


def _blocks(reply: Reply, answer: Answer) -> Iterator[_Block]:
    if answer.reasoning:
        yield _thought(reply, answer.reasoning)
    if answer.text:
        yield _Block({"type": "text", "text": ""}, answer.text, sources=answer.sources)
    for call in answer.calls:
        shell: JsonObject = {"type": "tool_use", "id": f"toolu_{call.key}", "name": call.name, "input": {}}
        yield _Block(shell, call.arguments, ("input_json_delta", "partial_json"))


def _thought(reply: Reply, thought: str) -> _Block:
    maker = reply.call.provider
    if REDACTED in reply.prompt.last_user_text.lower():
        return _Block({"type": "redacted_thinking", "data": thinking.sealed(maker, thought)})
    shown = "" if table(reply.call.body.get("thinking")).get("display") == "omitted" else thought
    shell: JsonObject = {"type": "thinking", "thinking": "", "signature": ""}
    return _Block(shell, shown, ("thinking_delta", "thinking"), thinking.sealed(maker, shown))


def _block_events(index: int, block: _Block) -> Iterator[Event]:
    yield Event({"type": "content_block_start", "index": index, "content_block": block.shell})
    kind, member = block.delta
    is_json = kind == "input_json_delta"
    # A call begins with an empty fragment, and has no other if it takes no arguments.
    pieces = ["", *argument_pieces("" if block.said == "{}" else block.said)] if is_json else pieces_of(block.said)
    for piece in pieces:
        delta: JsonObject = {"type": kind, member: piece}
        data: JsonObject = {"type": "content_block_delta", "index": index, "delta": delta}
        yield Event(data, len(piece) / CHARACTERS_PER_TOKEN, content=bool(piece))
    for source in block.sources:
        cited: JsonObject = {"type": "citations_delta", "citation": _citation(source)}
        yield Event({"type": "content_block_delta", "index": index, "delta": cited})
    if block.signature:
        seal: JsonObject = {"type": "signature_delta", "signature": block.signature}
        yield Event({"type": "content_block_delta", "index": index, "delta": seal})
    yield Event({"type": "content_block_stop", "index": index})


def _whole(block: _Block) -> JsonObject:
    shell = dict(block.shell)
    match shell["type"]:
        case "tool_use":
            shell["input"] = _parsed(block.said)
        case "thinking":
            shell |= {"thinking": block.said, "signature": block.signature}
        case "text":
            shell["text"] = block.said
            if block.sources:
                shell["citations"] = [_citation(source) for source in block.sources]
    return shell


def _citation(source: Source) -> JsonObject:
    page: JsonObject = {"url": source.url, "title": source.title, "cited_text": source.quote}
    return {"type": "web_search_result_location", **page, "encrypted_index": "c2VhbGVk"}


def _parsed(arguments: str) -> Json:
    """What was cut off by the limit on tokens is shown as empty."""
    try:
        value: Json = json.loads(arguments)
    except ValueError:
        return {}
    return value


def _shell(reply: Reply) -> JsonObject:
    return {"id": f"msg_{reply.key}", "type": "message", "role": "assistant", "model": reply.call.model}


def _end(answer: Answer | None) -> JsonObject:
    if answer is not None and answer.hit is not None:
        return {"stop_reason": "stop_sequence", "stop_sequence": answer.hit}
    return {"stop_reason": _STOP_REASONS[answer.finish if answer else "stop"], "stop_sequence": None}


def _usage(usage: Usage, output: int | None = None) -> JsonObject:
    """`output` other than the whole is what a stream says at its beginning."""
    prompt = usage.prompt
    by_life: JsonObject = {
        "ephemeral_5m_input_tokens": 0 if prompt.for_an_hour else prompt.written,
        "ephemeral_1h_input_tokens": prompt.written if prompt.for_an_hour else 0,
    }
    found: JsonObject = {
        "input_tokens": prompt.fresh,
        "cache_creation_input_tokens": prompt.written,
        "cache_read_input_tokens": prompt.read,
        "cache_creation": by_life,
        "output_tokens": usage.completion if output is None else output,
        "service_tier": "standard",
    }
    if usage.reasoning and output is None:
        found["output_tokens_details"] = {"thinking_tokens": usage.reasoning}
    return found

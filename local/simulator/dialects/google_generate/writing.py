"""Google's reply shape: one GenerateContentResponse, or one for each step of a stream.

https://ai.google.dev/api/generate-content#generatecontentresponse
"""

import itertools
import json
from collections.abc import Iterator, Mapping

from local.simulator import thinking
from local.simulator.answer import Answer
from local.simulator.dialects.google_generate.reading import generation_config
from local.simulator.json_types import Json, JsonObject
from local.simulator.prompt import table
from local.simulator.reply import Reply, pieces_of, to_bytes
from local.simulator.script import Send
from local.simulator.tokens import CHARACTERS_PER_TOKEN, Usage
from local.simulator.tools import ToolCall

_FINISH: Mapping[str, str] = {"stop": "STOP", "length": "MAX_TOKENS", "tool_calls": "STOP", "content_filter": "SAFETY"}
_WORDS_PER_EVENT = 4  # Gemini sends larger pieces than others


def response(reply: Reply) -> JsonObject:
    candidates: list[Json] = []
    for index, answer in enumerate(reply.answers):
        parts: list[Json] = [part for part, _ in _parts(reply, answer, 10**9)]
        said = _candidate(index, parts) | _logprobs(reply, answer.text)
        candidates.append(said | _grounding(answer) | {"finishReason": _FINISH[answer.finish]})
    return _frame(reply, reply.usage) | {"candidates": candidates}


def stream(reply: Reply) -> list[Send]:
    """Each event counts the tokens so far; the finish reason comes by itself, after the last part."""
    lanes = [list(_lane(reply, index, answer)) for index, answer in enumerate(reply.answers)]
    steps = [step for turn in itertools.zip_longest(*lanes) for step in turn if step is not None]
    return steps or [Send(event(_frame(reply, reply.usage)))]


def event(data: JsonObject) -> bytes:
    return b"data: " + to_bytes(data) + b"\r\n\r\n"


def _lane(reply: Reply, index: int, answer: Answer) -> Iterator[Send]:
    said = 0.0
    if answer.reasoning and not _shows_thoughts(reply):
        yield Send(b"", answer.reasoning_tokens)
    for part, length in _parts(reply, answer, _WORDS_PER_EVENT):
        said += length / CHARACTERS_PER_TOKEN
        so_far = Usage(reply.usage.prompt, round(said) + answer.reasoning_tokens, answer.reasoning_tokens)
        spoken = "" if part.get("thought") else str(part.get("text") or "")
        data = _frame(reply, so_far) | {"candidates": [_candidate(index, [part]) | _logprobs(reply, spoken)]}
        yield Send(event(data), length / CHARACTERS_PER_TOKEN, content=True)
    last = _candidate(index, [{"text": ""}]) | _grounding(answer) | {"finishReason": _FINISH[answer.finish]}
    yield Send(event(_frame(reply, reply.usage) | {"candidates": [last]}))


def _parts(reply: Reply, answer: Answer, words: int) -> Iterator[tuple[JsonObject, int]]:
    """Each with its length in characters. Thoughts, text, calls; what follows a thought is signed."""
    seal: JsonObject = {"thoughtSignature": thinking.sealed(reply.call.provider, "")} if _signs(reply, answer) else {}
    if _shows_thoughts(reply):
        for thought in _groups(answer.reasoning, words):
            yield {"text": thought, "thought": True}, len(thought)
    texts = _groups(answer.text, words)
    for index, text in enumerate(texts):
        is_last = index == len(texts) - 1 and not answer.calls
        yield {"text": text, **(seal if is_last else {})}, len(text)
    for index, call in enumerate(answer.calls):
        said = len(call.name + call.arguments)
        yield {"functionCall": _call(call), **(seal if index == 0 else {})}, said


def _signs(reply: Reply, answer: Answer) -> bool:
    """Gemini 2.5 signs only where there are functions to call, later ones always."""
    return bool(answer.reasoning) and (bool(reply.prompt.tools) or not reply.call.model.startswith("gemini-2"))


def _groups(text: str, words: int) -> list[str]:
    pieces = pieces_of(text)
    return ["".join(pieces[at : at + words]) for at in range(0, len(pieces), min(words, len(pieces) or 1))]


def _call(call: ToolCall) -> JsonObject:
    try:
        arguments = json.loads(call.arguments)
    except ValueError:
        arguments = {}
    return {"name": call.name, "args": arguments}


def _shows_thoughts(reply: Reply) -> bool:
    return table(generation_config(reply.call.body).get("thinkingConfig")).get("includeThoughts") is True


def _candidate(index: int, parts: list[Json]) -> JsonObject:
    return {"content": {"parts": parts, "role": "model"}, "index": index}


def _grounding(answer: Answer) -> JsonObject:
    """Places are counted in bytes."""
    if not answer.sources:
        return {}
    segment: JsonObject = {"startIndex": 0, "endIndex": len(answer.text.encode()), "text": answer.text}
    chunks: list[Json] = [{"web": {"uri": source.url, "title": source.title}} for source in answer.sources]
    supports: list[Json] = [{"segment": segment, "groundingChunkIndices": [at]} for at in range(len(chunks))]
    return {"groundingMetadata": {"groundingChunks": chunks, "groundingSupports": supports}}


def _logprobs(reply: Reply, text: str) -> JsonObject:
    if not text or generation_config(reply.call.body).get("responseLogprobs") is not True:
        return {}
    tokens: list[Json] = [{"token": piece, "logProbability": -0.1} for piece in pieces_of(text)]
    return {
        "logprobsResult": {"chosenCandidates": tokens, "topCandidates": [{"candidates": [token]} for token in tokens]}
    }


def _frame(reply: Reply, usage: Usage) -> JsonObject:
    return {
        "usageMetadata": _usage(usage),
        "modelVersion": reply.call.model,
        "responseId": reply.key,
    }


def _usage(usage: Usage) -> JsonObject:
    """The answer without its thoughts, which stand beside it."""
    prompt = usage.prompt
    found: JsonObject = {
        "promptTokenCount": prompt.total,
        "candidatesTokenCount": usage.completion - usage.reasoning,
        "totalTokenCount": prompt.total + usage.completion,
        "promptTokensDetails": [{"modality": "TEXT", "tokenCount": prompt.total}],
    }
    if prompt.read:
        found["cachedContentTokenCount"] = prompt.read
    if usage.reasoning:
        found["thoughtsTokenCount"] = usage.reasoning
    return found

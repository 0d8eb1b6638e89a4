"""A Messages request as a prompt."""

import json
from typing import Literal

from local.simulator import thinking
from local.simulator.json_types import Json, JsonObject
from local.simulator.prompt import Choice, Form, Media, Prompt, Turn, integer, objects, stops_of, table, texts_of
from local.simulator.reply import Call

MARK = "cache_control"
_TOKENS_OF_BUDGET = 64  # one token of thought for so many of the budget: long enough to see, short enough to read


def read_prompt(call: Call) -> Prompt:
    body = call.body
    return Prompt(
        model=call.model,
        turns=_turns(body),
        tools={str(tool["name"]): tool.get("input_schema") for tool in objects(body.get("tools")) if "name" in tool},
        choice=_choice(table(body.get("tool_choice"))),
        limit=integer(body.get("max_tokens")),
        stops=stops_of(body.get("stop_sequences")),
        form=_form(body),
        thinking=_thinking(body),
        marks_only=True,
    )


def blocks_of(content: Json) -> list[JsonObject]:
    return [{"type": "text", "text": content}] if isinstance(content, str) else objects(content)


def _turns(body: JsonObject) -> list[Turn]:
    turns: list[Turn] = []
    tools, system = objects(body.get("tools")), blocks_of(body.get("system"))
    if tools:
        turns.append(Turn("tools", counted=json.dumps(tools), native=_unmarked([*tools]), mark=_mark(tools)))
    turns += [Turn("system", texts_of([part]), native=_unmarked(part), mark=_mark([part])) for part in system]
    turns += [_turn(message) for message in objects(body["messages"])]
    whole = table(body.get(MARK))  # at the top level: whatever comes last is marked
    if whole and turns:
        last = turns[-1]
        turns[-1] = Turn(last.role, last.text, last.results, last.media, last.counted, last.native, _life(whole))
    return turns


def _turn(message: JsonObject) -> Turn:
    blocks = blocks_of(message.get("content"))
    results = [block for block in blocks if block.get("type") == "tool_result"]
    shown = [*blocks, *(inner for result in results for inner in objects(result.get("content")))]
    role: Literal["system", "user", "assistant"] = "user"
    if message.get("role") in ("assistant", "system"):
        role = "assistant" if message["role"] == "assistant" else "system"
    return Turn(
        role=role,
        text=texts_of([block for block in blocks if block.get("type") == "text"]),
        results=tuple(texts_of(result.get("content")) for result in results),
        media=_media(shown),
        counted=_counted(shown),
        native=_unmarked(message),
        mark=_mark(blocks),
    )


def _counted(blocks: list[JsonObject]) -> str:
    """All words, but not the bytes of pictures: they are counted by the piece."""
    said = [str(block.get("text") or block.get("thinking") or "") for block in blocks]
    said += [json.dumps(block["input"]) for block in blocks if "input" in block]
    said += [str(block["content"]) for block in blocks if isinstance(block.get("content"), str)]
    return " ".join(said)


def _media(blocks: list[JsonObject]) -> Media:
    images = [table(block.get("source")).get("type") for block in blocks if block.get("type") == "image"]
    links = images.count("url") + images.count("file")
    documents = sum(block.get("type") == "document" for block in blocks)
    return Media(len(images) - links, links, documents)


def _mark(blocks: list[JsonObject]) -> Literal["", "5m", "1h"]:
    marks = [table(block[MARK]) for block in blocks if block.get(MARK)]
    return _life(marks[-1]) if marks else ""


def _life(mark: JsonObject) -> Literal["5m", "1h"]:
    return "1h" if mark.get("ttl") == "1h" else "5m"


def _unmarked(value: Json) -> Json:
    """Without cache marks, which wander while the words stay the same."""
    if isinstance(value, list):
        return [_unmarked(member) for member in value]
    if isinstance(value, dict):
        return {name: _unmarked(member) for name, member in value.items() if name != MARK}
    return value


def _choice(choice: JsonObject) -> Choice:
    parallel = choice.get("disable_parallel_tool_use") is not True
    match choice.get("type"):
        case "none":
            return Choice("none", parallel=parallel)
        case "any":
            return Choice("required", parallel=parallel)
        case "tool":
            return Choice("named", str(choice.get("name")), parallel)
    return Choice(parallel=parallel)


def _form(body: JsonObject) -> Form | None:
    wanted = table(table(body.get("output_config")).get("format") or body.get("output_format"))
    return Form(wanted.get("schema") or {}) if wanted.get("type") == "json_schema" else None


def _thinking(body: JsonObject) -> int:
    wanted = table(body.get("thinking"))
    match wanted.get("type"):
        case "enabled":
            return max((integer(wanted.get("budget_tokens")) or 0) // _TOKENS_OF_BUDGET, thinking.EFFORT_TOKENS["low"])
        case "adaptive":
            return thinking.effort_tokens(table(body.get("output_config")).get("effort"))
    return 0

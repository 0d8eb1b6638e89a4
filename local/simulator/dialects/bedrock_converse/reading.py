"""A Converse request as a prompt."""

import json

from local.simulator import thinking
from local.simulator.json_types import Json, JsonObject
from local.simulator.prompt import Choice, Form, Media, Prompt, Turn, integer, objects, stops_of, table, texts_of
from local.simulator.reply import Call

POINT = "cachePoint"
_TOKENS_OF_BUDGET = 64


def read_prompt(call: Call) -> Prompt:
    body = call.body
    config, limits = table(body.get("toolConfig")), table(body.get("inferenceConfig"))
    specs = [table(tool.get("toolSpec")) for tool in objects(config.get("tools")) if "toolSpec" in tool]
    return Prompt(
        model=call.model,
        turns=_turns(body),
        tools={str(spec["name"]): table(spec.get("inputSchema")).get("json") for spec in specs},
        choice=_choice(table(config.get("toolChoice"))),
        limit=integer(limits.get("maxTokens")),
        stops=stops_of(limits.get("stopSequences")),
        form=_form(body),
        thinking=thinking_tokens(body),
        marks_only=True,
    )


def _turns(body: JsonObject) -> list[Turn]:
    tools, system = objects(table(body.get("toolConfig")).get("tools")), objects(body.get("system"))
    turns: list[Turn] = []
    if tools:
        said = json.dumps(_unmarked(tools))
        turns.append(Turn("tools", counted=said, native=said, mark="5m" if _points(tools) else ""))
    if system:
        turns.append(_turn({"role": "system", "content": body["system"]}))
    return turns + [_turn(message) for message in objects(body["messages"])]


def _turn(message: JsonObject) -> Turn:
    blocks = objects(message.get("content"))
    results = [table(block["toolResult"]) for block in blocks if "toolResult" in block]
    shown = [*blocks, *(inner for result in results for inner in objects(result.get("content")))]
    calls = [json.dumps(table(block["toolUse"]).get("input")) for block in blocks if "toolUse" in block]
    points = _points(blocks)
    is_hour = any(table(point).get("ttl") == "1h" for point in points)
    return Turn(
        role="system" if message["role"] == "system" else "assistant" if message["role"] == "assistant" else "user",
        text=texts_of(message.get("content")),
        results=tuple(_result_text(result) for result in results),
        media=_media(shown),
        counted=" ".join([texts_of([*shown]), *calls]),
        native=_unmarked(blocks),
        mark="" if not points else "1h" if is_hour else "5m",
    )


def _result_text(result: JsonObject) -> str:
    parts = objects(result.get("content"))
    return " ".join(str(part["text"]) if "text" in part else json.dumps(part.get("json")) for part in parts)


def _media(blocks: list[JsonObject]) -> Media:
    sources = [table(table(block["image"]).get("source")) for block in blocks if "image" in block]
    links = sum("bytes" not in source for source in sources)
    documents, sounds = (sum(kind in block for block in blocks) for kind in ("document", "audio"))
    return Media(len(sources) - links, links, documents, sounds)


def _points(blocks: list[JsonObject]) -> list[Json]:
    return [block[POINT] for block in blocks if POINT in block]


def _unmarked(blocks: list[JsonObject]) -> list[Json]:
    return [block for block in blocks if POINT not in block]


def _choice(choice: JsonObject) -> Choice:
    if "any" in choice:
        return Choice("required")
    if "tool" in choice:
        return Choice("named", str(table(choice["tool"]).get("name")))
    return Choice()


def _form(body: JsonObject) -> Form | None:
    wanted = table(table(body.get("outputConfig")).get("textFormat"))
    if wanted.get("type") != "json_schema":
        return None
    schema = table(table(wanted.get("structure")).get("jsonSchema")).get("schema")
    return Form(json.loads(schema) if isinstance(schema, str) else {})


def thinking_tokens(body: JsonObject) -> int:
    """Each maker has his own words for it, which Bedrock hands on."""
    fields = table(body.get("additionalModelRequestFields"))
    budget, config = table(fields.get("thinking")), table(fields.get("reasoningConfig"))
    if budget.get("type") == "enabled":
        return max((integer(budget.get("budget_tokens")) or 0) // _TOKENS_OF_BUDGET, thinking.EFFORT_TOKENS["low"])
    if config.get("type") == "enabled":
        return thinking.effort_tokens(config.get("maxReasoningEffort"))
    return thinking.effort_tokens(fields["reasoning_effort"]) if "reasoning_effort" in fields else 0

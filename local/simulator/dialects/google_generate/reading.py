"""A generateContent request as a prompt."""

import json

from local.simulator import thinking
from local.simulator.dialects.google_generate.spelling import in_camel_case
from local.simulator.json_types import Json, JsonObject
from local.simulator.prompt import Choice, Form, Media, Prompt, Turn, integer, objects, stops_of, table, texts_of
from local.simulator.reply import Call

# They think unless told not to; https://ai.google.dev/gemini-api/docs/thinking
THINKERS = ("gemini-2.5", "gemini-3", "gemini-pro-latest", "gemini-flash-latest")
_TOKENS_OF_BUDGET = 64


def read_prompt(call: Call) -> Prompt:
    body = call.body
    config = generation_config(body)
    declared = declarations(body)
    system = table(body.get("systemInstruction") or body.get("system_instruction"))
    turns = [Turn("tools", counted=json.dumps(declared), native=list[Json](declared))] if declared else []
    turns += [Turn("system", texts_of(system.get("parts")), native=system)] if system else []
    turns += [_turn(content) for content in objects(body["contents"])]
    return Prompt(
        model=call.model,
        turns=turns,
        tools={str(one["name"]): one.get("parametersJsonSchema") or _lower(one.get("parameters")) for one in declared},
        choice=_choice(body),
        limit=integer(config.get("maxOutputTokens")),
        stops=stops_of(config.get("stopSequences")),
        form=_form(config),
        thinking=_thinking(call.model, table(config.get("thinkingConfig"))),
        choices=integer(config.get("candidateCount")) or 1,
        seed=config.get("seed"),
    )


def generation_config(body: JsonObject) -> JsonObject:
    return in_camel_case(table(body.get("generationConfig") or body.get("generation_config")))


def declarations(body: JsonObject) -> list[JsonObject]:
    """The functions of all tools; Google's own tools declare none."""
    return [one for tool in objects(body.get("tools")) for one in objects(tool.get("functionDeclarations"))]


def _turn(content: JsonObject) -> Turn:
    parts = objects(content.get("parts"))
    results = [table(part["functionResponse"]).get("response") for part in parts if "functionResponse" in part]
    text = texts_of([part for part in parts if not part.get("thought")])
    calls = [part["functionCall"] for part in parts if "functionCall" in part]
    return Turn(
        role="assistant" if content.get("role") == "model" else "user",
        text=text,
        results=tuple(_result_text(result) for result in results),
        media=_media(parts),
        counted=" ".join([text, *(json.dumps(part) for part in [*calls, *results])]),
        native=content,
    )


def _result_text(result: Json) -> str:
    """The only member of a response is what the function said."""
    members = list(table(result).values())
    return members[0] if len(members) == 1 and isinstance(members[0], str) else json.dumps(result, ensure_ascii=False)


def _media(parts: list[JsonObject]) -> Media:
    data = [str(table(part["inlineData"]).get("mimeType")) for part in parts if "inlineData" in part]
    links = [str(table(part["fileData"]).get("mimeType")) for part in parts if "fileData" in part]
    kinds = [kind.partition("/")[0] for kind in (*data, *links)]
    documents = sum(kind in ("application", "text") for kind in kinds)
    linked = sum(kind.startswith("image/") for kind in links)
    return Media(kinds.count("image") - linked, linked, documents, kinds.count("audio"))


def _choice(body: JsonObject) -> Choice:
    config = table(table(body.get("toolConfig")).get("functionCallingConfig"))
    allowed = config.get("allowedFunctionNames")
    match config.get("mode"):
        case "NONE":
            return Choice("none")
        case "ANY" if isinstance(allowed, list) and len(allowed) == 1:
            return Choice("named", str(allowed[0]))
        case "ANY":
            return Choice("required")
    return Choice()


def _form(config: JsonObject) -> Form | None:
    if config.get("responseMimeType") != "application/json":
        return None
    return Form(config.get("responseJsonSchema") or _lower(config.get("responseSchema")))


def _lower(schema: Json) -> Json:
    """Google writes types in capitals: "STRING"."""
    if isinstance(schema, list):
        return [_lower(member) for member in schema]
    if not isinstance(schema, dict):
        return schema
    lowered: JsonObject = {name: _lower(member) for name, member in schema.items()}
    kind = schema.get("type")
    return {**lowered, "type": kind.lower()} if isinstance(kind, str) else lowered


def _thinking(model: str, config: JsonObject) -> int:
    budget = integer(config.get("thinkingBudget"))
    if budget is not None and budget >= 0:
        return budget and max(budget // _TOKENS_OF_BUDGET, thinking.EFFORT_TOKENS["low"])
    level = config.get("thinkingLevel")
    if level is None and not config and not model.startswith(THINKERS):
        return 0
    return thinking.effort_tokens(str(level or "medium").lower())

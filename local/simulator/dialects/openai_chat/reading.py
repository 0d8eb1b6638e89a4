"""A chat completion request as a prompt."""

import json

from local.simulator import thinking
from local.simulator.json_types import Json, JsonObject
from local.simulator.prompt import Choice, Form, Media, Prompt, Turn, integer, objects, stops_of, table, texts_of
from local.simulator.reply import Call


def read_prompt(call: Call) -> Prompt:
    body = call.body
    turns = [_turn(message) for message in objects(body["messages"])]
    tools = objects(body.get("tools"))
    if tools:
        turns.insert(0, Turn("tools", counted=json.dumps(tools), native=body["tools"]))
    functions = [table(tool.get("function")) for tool in tools]
    return Prompt(
        model=call.model,
        turns=turns,
        tools={str(function["name"]): function.get("parameters") for function in functions if "name" in function},
        choice=_choice(body),
        limit=integer(body.get("max_completion_tokens")) or integer(body.get("max_tokens")),
        stops=stops_of(body.get("stop")),
        form=_form(body),
        thinking=_thinking(body),
        choices=integer(body.get("n")) or 1,
        seed=body.get("seed"),
    )


def _turn(message: JsonObject) -> Turn:
    content, role = message.get("content"), message["role"]
    text = texts_of(content)
    calls = message.get("tool_calls")
    counted = text + (json.dumps(calls) if calls else "")
    if role in ("tool", "function"):
        return Turn("user", results=(text,), counted=counted, native=message)
    if role in ("system", "developer"):
        return Turn("system", text, counted=counted, native=message)
    return Turn("assistant" if role == "assistant" else "user", text, (), _media(content), counted, message)


def _media(content: Json) -> Media:
    parts = objects(content)
    links = [image_link(part) for part in parts if part.get("type") == "image_url"]
    data = sum(link.startswith("data:") for link in links)
    kinds = [part.get("type") for part in parts]
    return Media(data, len(links) - data, kinds.count("file"), kinds.count("input_audio"))


def image_link(part: JsonObject) -> str:
    image = part.get("image_url")
    return str(image.get("url", "")) if isinstance(image, dict) else str(image)


def _choice(body: JsonObject) -> Choice:
    choice, parallel = body.get("tool_choice"), body.get("parallel_tool_calls") is not False
    match choice:
        case "none":
            return Choice("none", parallel=parallel)
        case "required" | "any":
            return Choice("required", parallel=parallel)
        case dict():
            name = table(choice.get("function")).get("name")
            return Choice("named" if name else "required", str(name or ""), parallel)
    return Choice(parallel=parallel)


def _form(body: JsonObject) -> Form | None:
    wanted = table(body.get("response_format"))
    match wanted.get("type"):
        case "json_schema":
            return Form(table(wanted.get("json_schema")).get("schema") or {})
        case "json_object":
            return Form()
    return None


def _thinking(body: JsonObject) -> int:
    """Models that reason do so unasked."""
    options = body.get("reasoning")
    effort = body.get("reasoning_effort") or table(options).get("effort")
    if effort is None and not options and not thinking.REASONERS.search(str(body["model"])):
        return 0
    return thinking.effort_tokens(effort)

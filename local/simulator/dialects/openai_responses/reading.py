"""A Responses request as a prompt."""

import json

from local.simulator import thinking
from local.simulator.json_types import Json, JsonObject
from local.simulator.prompt import Choice, Form, Media, Prompt, Turn, integer, objects, table, texts_of
from local.simulator.reply import Call

SEALED = "reasoning.encrypted_content"


def read_prompt(call: Call) -> Prompt:
    body = call.body
    tools = functions_of(body)
    turns = [Turn("tools", counted=json.dumps(body["tools"]), native=body["tools"])] if body.get("tools") else []
    instructions = body.get("instructions")
    if isinstance(instructions, str):
        turns.append(Turn("system", instructions, native=instructions))
    return Prompt(
        model=call.model,
        turns=[*turns, *(_turn(item) for item in items_of(body))],
        tools={str(tool["name"]): tool.get("parameters") for tool in tools},
        choice=_choice(body),
        limit=integer(body.get("max_output_tokens")),
        form=_form(body),
        thinking=_thinking(body),
    )


def items_of(body: JsonObject) -> list[JsonObject]:
    """A plain text is a user's message."""
    given = body["input"]
    return [{"role": "user", "content": given}] if isinstance(given, str) else objects(given)


def kind_of(item: JsonObject) -> str:
    """Messages need not say that they are some."""
    return str(item.get("type") or "message")


def functions_of(body: JsonObject) -> list[JsonObject]:
    return [tool for tool in objects(body.get("tools")) if tool.get("type") == "function" and "name" in tool]


def _turn(item: JsonObject) -> Turn:
    match kind_of(item):
        case "message":
            role, content = item.get("role"), item.get("content")
            text = texts_of(content)
            if role in ("system", "developer"):
                return Turn("system", text, native=item)
            return Turn("assistant" if role == "assistant" else "user", text, (), _media(content), text, item)
        case "function_call_output" | "custom_tool_call_output":
            output = item.get("output")
            text = texts_of(output)
            return Turn("user", results=(text,), media=_media(output), counted=text, native=item)
        case _:
            return Turn("assistant", counted=str(item.get("arguments") or ""), native=item)


def _media(content: Json) -> Media:
    parts = objects(content)
    links = [str(part.get("image_url") or "file") for part in parts if part.get("type") == "input_image"]
    data = sum(link.startswith("data:") for link in links)
    kinds = [part.get("type") for part in parts]
    return Media(data, len(links) - data, kinds.count("input_file"), kinds.count("input_audio"))


def _choice(body: JsonObject) -> Choice:
    choice, parallel = body.get("tool_choice"), body.get("parallel_tool_calls") is not False
    match choice:
        case "none":
            return Choice("none", parallel=parallel)
        case "required":
            return Choice("required", parallel=parallel)
        case {"type": "function"}:
            return Choice("named", str(table(choice).get("name")), parallel)
    return Choice(parallel=parallel)


def _form(body: JsonObject) -> Form | None:
    wanted = table(table(body.get("text")).get("format"))
    match wanted.get("type"):
        case "json_schema":
            return Form(wanted.get("schema") or {})
        case "json_object":
            return Form()
    return None


def _thinking(body: JsonObject) -> int:
    """Models that reason do so unasked."""
    options = table(body.get("reasoning"))
    if not options and not thinking.REASONERS.search(str(body["model"])):
        return 0
    return thinking.effort_tokens(options.get("effort"))

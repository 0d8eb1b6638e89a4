"""Functions and how they may be called, in Bedrock's words."""

from typing import cast

from switchboard.catalog.model import Endpoint
from switchboard.chat import ChatRequest
from switchboard.json_types import Json, JsonObject
from switchboard.providers.bedrock_converse.cache import cache_points
from switchboard.providers.bedrock_converse.messages import has_tool_blocks, names_called
from switchboard.providers.bedrock_converse.parameters import knows_schemas
from switchboard.requested import NO_PARAMETERS, Tool, ToolChoice, tool_choice_of, tools_of

NO_CALLS = "Answer in words. Do not call any tool in this answer."


def tool_config(
    request: ChatRequest, endpoint: Endpoint, messages: list[JsonObject]
) -> tuple[JsonObject | None, str | None]:
    """`toolConfig`, and words for the system that say what it cannot.

    A conversation in which tools were used needs it even if none may be called any more, or Bedrock refuses the whole;
    and it has no way to say "none".
    """
    tools, choice = tools_of(request), tool_choice_of(request) or ToolChoice()
    used = has_tool_blocks(messages)
    if not tools and not used:
        return None, None
    if choice.mode == "none" and not used:
        return None, None
    specs = [spec for tool in tools for spec in _specification(tool, endpoint)]
    if not tools:
        specs = [
            {"toolSpec": {"name": name, "inputSchema": {"json": NO_PARAMETERS}}} for name in names_called(messages)
        ]
    if not specs:
        return None, None
    config: JsonObject = {"tools": cast(Json, specs)}
    wanted = _choice(choice) if tools else None
    if wanted is not None:
        config["toolChoice"] = wanted
    return config, NO_CALLS if choice.mode == "none" or not tools else None


def _specification(tool: Tool, endpoint: Endpoint) -> list[JsonObject]:
    spec: JsonObject = {"name": tool.name, "inputSchema": {"json": {**tool.parameters, "type": "object"}}}
    if tool.description.strip():
        spec["description"] = tool.description
    if tool.strict and knows_schemas(endpoint):
        spec["strict"] = True
    takes_points = endpoint.facts.get("cache_tools") is not False
    return [{"toolSpec": spec}, *(cache_points(tool.extra, endpoint) if takes_points else [])]


def _choice(choice: ToolChoice) -> JsonObject | None:
    """Auto is what holds without one."""
    match choice.mode:
        case "required":
            return {"any": {}}
        case "named":
            return {"tool": {"name": choice.name}}
    return None

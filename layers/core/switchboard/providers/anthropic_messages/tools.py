"""Functions and the choice among them, as Anthropic's tools."""

import re

from switchboard.chat import ChatRequest
from switchboard.json_types import Json, JsonObject
from switchboard.providers.anthropic_messages.content import CACHE_MARK
from switchboard.providers.anthropic_messages.failures import cannot_say
from switchboard.requested import NO_PARAMETERS, Tool, ToolChoice, native_tools_of, tools_of

# Anthropic's own tools are dated: a caller of another dialect that names one knows what it asks for.
_OWN_TOOL = re.compile(r"[a-z_]+_20\d{6}")


def tools(request: ChatRequest, *, strict: bool) -> list[JsonObject]:
    """Raises UpstreamFailure for a tool that only another provider can run."""
    own = [dict(tool) for tool in native_tools_of(request)]
    for tool in own:
        if not is_own_tool(tool):
            raise cannot_say(f"A tool of type `{tool.get('type')}`")
    return [_tool(tool, strict=strict) for tool in tools_of(request)] + own


def is_own_tool(tool: JsonObject) -> bool:
    return _OWN_TOOL.fullmatch(str(tool.get("type"))) is not None


def placeholder_tool(name: str) -> JsonObject:
    """For a tool that the conversation has used and the request no longer offers."""
    return {"name": name, "input_schema": NO_PARAMETERS}


def tool_choice(choice: ToolChoice | None) -> JsonObject | None:
    if choice is None:
        return None
    made: JsonObject
    match choice.mode:
        case "none":
            return {"type": "none"}
        case "named":
            made = {"type": "tool", "name": choice.name}
        case "required":
            made = {"type": "any"}
        case _:
            made = {"type": "auto"}
    if choice.parallel is False:
        made["disable_parallel_tool_use"] = True
    return made


def _tool(tool: Tool, *, strict: bool) -> JsonObject:
    schema: dict[str, Json] = {**tool.parameters}
    schema.setdefault("type", "object")
    made: JsonObject = {"name": tool.name, "input_schema": schema}
    if tool.description:
        made["description"] = tool.description
    if strict and tool.strict:
        made["strict"] = True
    if tool.extra.get(CACHE_MARK):
        made[CACHE_MARK] = tool.extra[CACHE_MARK]
    return made

"""Functions and how they may be called, in Gemini's words."""

from switchboard.catalog.model import Endpoint
from switchboard.chat import ChatRequest
from switchboard.json_types import Json, JsonObject
from switchboard.providers.google_generate.schemas import is_empty, openapi_subset, self_contained
from switchboard.requested import Tool, ToolChoice, tool_choice_of, tools_of

_MODES = {"auto": "AUTO", "none": "NONE", "required": "ANY", "named": "ANY"}


def takes_json_schema(endpoint: Endpoint) -> bool:
    """False for older endpoints, whose catalog rows say `schema = "openapi"`."""
    return endpoint.facts.get("schema") != "openapi"


def tool_fields(request: ChatRequest, endpoint: Endpoint) -> JsonObject:
    """`tools` and `toolConfig`; neither without a function. That calls may not be parallel cannot be said."""
    tools = tools_of(request)
    if not tools:
        return {}
    declared: list[Json] = [_declaration(tool, takes_json_schema(endpoint)) for tool in tools]
    fields: JsonObject = {"tools": [{"functionDeclarations": declared}]}
    choice = tool_choice_of(request)
    if choice is not None:
        fields["toolConfig"] = {"functionCallingConfig": _calling(choice)}
    return fields


def _declaration(tool: Tool, json_schema: bool) -> JsonObject:
    said: JsonObject = {"name": tool.name}
    if tool.description:
        said["description"] = tool.description
    if is_empty(tool.parameters):
        return said
    if json_schema:
        said["parametersJsonSchema"] = self_contained(tool.parameters)
    else:
        said["parameters"] = openapi_subset(tool.parameters)
    return said


def _calling(choice: ToolChoice) -> JsonObject:
    said: JsonObject = {"mode": _MODES[choice.mode]}
    if choice.name is not None:
        said["allowedFunctionNames"] = [choice.name]
    return said

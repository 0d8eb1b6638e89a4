"""The names of a request's tools, of which some are custom and some in a namespace (as Codex has its agents' tools).

The hub knows functions of one flat name; what a tool is called in this dialect is found again here.
"""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass

from switchboard.json_types import Json, JsonObject
from switchboard.protocols.checks import is_list, is_object

LONGEST_NAME = 64
_ODD = re.compile(r"[^a-zA-Z0-9_-]")


@dataclass(frozen=True, slots=True)
class ToolName:
    """`is_custom` if its calls carry free text."""

    name: str
    namespace: str | None = None
    is_custom: bool = False


def hub_name(name: str, namespace: Json) -> str:
    """The name of a tool as a plain function: the same for the same tool, in whatever request."""
    if not isinstance(namespace, str):
        return name
    flat = _ODD.sub("_", f"{namespace}__{name}")
    if len(flat) <= LONGEST_NAME:
        return flat
    return flat[: LONGEST_NAME - 9] + "_" + hashlib.sha256(flat.encode()).hexdigest()[:8]


def names_of(asked: Mapping[str, Json]) -> Mapping[str, ToolName]:
    """By the hub's name; plain functions are not listed, for they have the same one."""
    tools = asked.get("tools")
    found: dict[str, ToolName] = {}
    for tool in tools if is_list(tools) else []:
        for each, namespace in tools_within(tool) if is_object(tool) else []:
            is_custom = each.get("type") == "custom"
            if is_custom or namespace is not None:
                name = str(each.get("name"))
                found[hub_name(name, namespace)] = ToolName(name, namespace, is_custom)
    return found


def tools_within(tool: JsonObject) -> list[tuple[JsonObject, str | None]]:
    """The tools of a namespace with its name; any other tool is the only one in its."""
    inner = tool.get("tools")
    if tool.get("type") != "namespace" or not is_list(inner):
        return [(tool, None)]
    return [(each, str(tool.get("name"))) for each in inner if is_object(each)]

"""Sampling, limits, thinking and the shape of the answer: Gemini's generationConfig."""

from typing import cast

import orjson

from switchboard.catalog.model import Endpoint
from switchboard.chat import ChatRequest
from switchboard.json_types import Json, JsonObject
from switchboard.providers.google_generate.schemas import openapi_subset, self_contained
from switchboard.providers.google_generate.tools import takes_json_schema
from switchboard.providers.google_generate.words import FIELDS
from switchboard.requested import JsonFormat, Reasoning, budget_of, effort_of, json_format_of, reasoning_of, stop_of

USUAL_MAX_OUTPUT = 65_536
DYNAMIC = -1
LEVELS = ("minimal", "low", "medium", "high")
_LEVEL_OF = {"none": "minimal", "xhigh": "high", "max": "high"}


def generation_config(request: ChatRequest, endpoint: Endpoint) -> JsonObject:
    config: JsonObject = {
        native: request.parameters[name] for name, native in FIELDS.items() if name in request.parameters
    }
    if request.max_output is not None:
        config["maxOutputTokens"] = request.max_output
    stops = stop_of(request)
    if stops:
        config["stopSequences"] = list(stops)
    config.update(_thinking(request, endpoint))
    config.update(_format(request, endpoint))
    return config


def prompted_format(request: ChatRequest, endpoint: Endpoint) -> str | None:
    """The wish for JSON in words, where it cannot be had as a setting: before Gemini 3, with functions at hand."""
    wanted = json_format_of(request)
    if wanted is None or not _must_be_prompted(request, endpoint):
        return None
    if wanted.schema is None:
        return "Unless you call a function, answer with one JSON object and nothing else."
    schema = orjson.dumps(wanted.schema).decode()
    return f"Unless you call a function, answer with JSON and nothing else. It has to fit this JSON Schema:\n{schema}"


def _must_be_prompted(request: ChatRequest, endpoint: Endpoint) -> bool:
    return bool(request.parameters.get("tools")) and endpoint.facts.get("reasoning_style") != "level"


def _format(request: ChatRequest, endpoint: Endpoint) -> JsonObject:
    wanted: JsonFormat | None = json_format_of(request)
    if wanted is None or _must_be_prompted(request, endpoint):
        return {}
    config: JsonObject = {"responseMimeType": "application/json"}
    if wanted.schema is not None and takes_json_schema(endpoint):
        config["responseJsonSchema"] = self_contained(wanted.schema)
    elif wanted.schema is not None:
        config["responseSchema"] = openapi_subset(wanted.schema)
    return config


def _thinking(request: ChatRequest, endpoint: Endpoint) -> JsonObject:
    """Nothing for a model that does not think. A budget and a level at once would be refused."""
    wanted = reasoning_of(request)
    if wanted is None or endpoint.facts.get("reasoning_style") == "none":
        return {}
    room = request.max_output or endpoint.max_output or USUAL_MAX_OUTPUT
    config: JsonObject = {} if wanted.is_off else {"includeThoughts": not wanted.exclude}
    if endpoint.facts.get("reasoning_style") == "level":
        config["thinkingLevel"] = _level(wanted, room, endpoint).upper()
    else:
        config["thinkingBudget"] = _budget(wanted, room, endpoint)
    return {"thinkingConfig": config}


def _level(wanted: Reasoning, room: int, endpoint: Endpoint) -> str:
    """The nearest of those that the catalog row lists; the lowest stands for "off"."""
    listed = [level for level in LEVELS if level in _names(endpoint.facts.get("efforts"))] or list(LEVELS)
    effort = effort_of(wanted, room)
    level = _LEVEL_OF.get(effort, effort)
    place = LEVELS.index(level) if level in LEVELS else LEVELS.index("medium")
    return min(listed, key=lambda name: abs(LEVELS.index(name) - place))


def _budget(wanted: Reasoning, room: int, endpoint: Endpoint) -> int:
    """Within the bounds of the catalog row's `reasoning_budget = { min, max }`; a Pro model cannot be switched off."""
    bounds = endpoint.facts.get("reasoning_budget")
    limits = bounds if isinstance(bounds, dict) else {}
    least, most = cast(int, limits.get("min", 0)), cast(int, limits.get("max", room))
    if wanted.is_off:
        return least if limits.get("always") is True else 0
    if wanted.max_tokens is not None and wanted.max_tokens < 0:
        return DYNAMIC
    budget = wanted.max_tokens if wanted.max_tokens is not None else budget_of(wanted, room)
    return max(least, min(most, budget))


def _names(value: Json) -> list[str]:
    return [str(name) for name in value] if isinstance(value, list) else []

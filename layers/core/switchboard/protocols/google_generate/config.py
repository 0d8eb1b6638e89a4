"""generationConfig, tools and toolConfig as the hub's parameters."""

from collections.abc import Mapping

from switchboard.errors import InvalidRequest
from switchboard.json_types import Json, JsonObject
from switchboard.protocols.google_generate.fields import (
    FLAG,
    NUMBER,
    OBJECT,
    POSITIVE,
    TEXT,
    TEXTS,
    WHOLE,
    Check,
    checked,
    field,
    is_object,
    objects,
    optional_object,
)
from switchboard.protocols.google_generate.schemas import json_schema
from switchboard.protocols.google_generate.untranslatable import output_modalities, untranslatable

CONFIG = "generationConfig"
_PLAIN: Mapping[str, tuple[str, Check]] = {
    "temperature": ("temperature", NUMBER),
    "topP": ("top_p", NUMBER),
    "topK": ("top_k", WHOLE),
    "maxOutputTokens": ("max_tokens", POSITIVE),
    "stopSequences": ("stop", TEXTS),
    "seed": ("seed", WHOLE),
    "presencePenalty": ("presence_penalty", NUMBER),
    "frequencyPenalty": ("frequency_penalty", NUMBER),
    "candidateCount": ("n", POSITIVE),
    "responseLogprobs": ("logprobs", FLAG),
    "logprobs": ("top_logprobs", WHOLE),
}
_MODES = {"MODE_UNSPECIFIED": "auto", "AUTO": "auto", "VALIDATED": "auto", "ANY": "required", "NONE": "none"}
_WHOLE_NUMBERS = frozenset({"topK", "maxOutputTokens", "seed", "candidateCount", "logprobs"})
_LEVELS = ("MINIMAL", "LOW", "MEDIUM", "HIGH", "XHIGH")


def parameters_of(native: JsonObject) -> JsonObject:
    """Raises InvalidRequest, naming the field."""
    config = optional_object(native, CONFIG, CONFIG)
    parameters: JsonObject = {}
    for written, (name, check) in _PLAIN.items():
        value = checked(config, written, check, CONFIG)
        if value is not None and value != []:
            whole = written in _WHOLE_NUMBERS and isinstance(value, float)
            parameters[name] = int(value) if whole and isinstance(value, float) else value
    parameters.update(_response_format(config))
    parameters.update(_reasoning(config))
    parameters.update(_tools(native))
    parameters.update(output_modalities(native))
    return {**untranslatable(native), **parameters}


def _response_format(config: JsonObject) -> JsonObject:
    kind = checked(config, "responseMimeType", TEXT, CONFIG)
    plain = checked(config, "responseSchema", OBJECT, CONFIG)
    real = checked(config, "responseJsonSchema", OBJECT, CONFIG)
    if kind != "application/json" and not (kind is None and (plain or real)):
        return {}
    schema = real or (json_schema(plain) if is_object(plain) else None)
    if not schema:
        return {"response_format": {"type": "json_object"}}
    return {"response_format": {"type": "json_schema", "json_schema": {"name": "response", "schema": schema}}}


def _reasoning(config: JsonObject) -> JsonObject:
    """A budget of 0 is off, -1 is the model's own choice; thoughts are shown unless they are refused outright."""
    where = f"{CONFIG}.thinkingConfig"
    thinking = optional_object(config, "thinkingConfig", where)
    if not thinking:
        return {}
    budget = checked(thinking, "thinkingBudget", WHOLE, where)
    level = checked(thinking, "thinkingLevel", TEXT, where)
    shown = checked(thinking, "includeThoughts", FLAG, where)
    reasoning: JsonObject = {"exclude": True} if shown is False else {}
    if isinstance(level, str) and level.upper() in _LEVELS:
        reasoning["effort"] = level.lower()
    elif budget == 0:
        reasoning["enabled"] = False
    elif isinstance(budget, int) and budget > 0:
        reasoning["max_tokens"] = budget
    else:
        reasoning["enabled"] = True
    return {"reasoning": reasoning}


def _tools(native: JsonObject) -> JsonObject:
    functions: list[JsonObject] = []
    others: list[JsonObject] = []
    for index, tool in enumerate(objects(native.get("tools"), "tools")):
        where = f"tools[{index}].functionDeclarations"
        functions += [
            _function(declared, f"{where}[{place}]")
            for place, declared in enumerate(objects(field(tool, "functionDeclarations"), where))
        ]
        kept = {n: v for n, v in tool.items() if n not in ("functionDeclarations", "function_declarations")}
        others += [{"type": name, name: value} for name, value in kept.items()]
    choice, allowed = _choice(native)
    if allowed:
        functions = [tool for tool in functions if _name(tool) in allowed]
    tools: list[Json] = [*functions, *others]
    if not tools:
        return {}
    return {"tools": tools} if choice is None else {"tools": tools, "tool_choice": choice}


def _function(declared: JsonObject, where: str) -> JsonObject:
    name = checked(declared, "name", TEXT, where)
    if not name:
        raise InvalidRequest(f"`{where}.name` must be a string.", param=f"{where}.name")
    function: JsonObject = {"name": name}
    description = checked(declared, "description", TEXT, where)
    if description:
        function["description"] = description
    real = checked(declared, "parametersJsonSchema", OBJECT, where)
    plain = checked(declared, "parameters", OBJECT, where)
    if real:
        function["parameters"] = real
    elif is_object(plain):
        function["parameters"] = json_schema(plain)
    return {"type": "function", "function": function}


def _choice(native: JsonObject) -> tuple[Json, frozenset[str]]:
    """The mode in OpenAI's words, and the names that alone may be called if it says so."""
    where = "toolConfig.functionCallingConfig"
    calling = optional_object(optional_object(native, "toolConfig", "toolConfig"), "functionCallingConfig", where)
    mode = checked(calling, "mode", TEXT, where)
    if mode is None:
        return None, frozenset()
    if str(mode).upper() not in _MODES:
        raise InvalidRequest(f"`{where}.mode` must be AUTO, ANY, NONE or VALIDATED.", param=f"{where}.mode")
    choice: Json = _MODES[str(mode).upper()]
    names = checked(calling, "allowedFunctionNames", TEXTS, where)
    allowed = frozenset(str(name) for name in names) if isinstance(names, list) and choice == "required" else None
    if allowed and len(allowed) == 1:
        choice = {"type": "function", "function": {"name": next(iter(allowed))}}
        return choice, frozenset()
    return choice, allowed or frozenset()


def _name(tool: JsonObject) -> str:
    function = tool["function"]
    return str(function["name"]) if is_object(function) else ""

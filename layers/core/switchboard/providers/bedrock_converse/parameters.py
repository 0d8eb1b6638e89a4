"""Sampling, limits, reasoning and the shape of the answer.

Bedrock knows four settings by name; what else a model understands goes to it unread, in its maker's own words. Which
words those are is the catalog row's to say: `reasoning_style` and `top_k_style`.
"""

import orjson

from switchboard.catalog.model import Endpoint
from switchboard.chat import ChatRequest
from switchboard.json_types import Json, JsonObject
from switchboard.requested import (
    LEAST_BUDGET,
    JsonFormat,
    Reasoning,
    budget_of,
    effort_of,
    json_format_of,
    reasoning_of,
    stop_of,
)

USUAL_MAX_OUTPUT = 8192
_SAMPLING = {"temperature": "temperature", "top_p": "topP"}
_NOVA_EFFORT = {"minimal": "low", "xhigh": "high", "max": "high"}


def inference_config(request: ChatRequest, endpoint: Endpoint, budget: int | None) -> JsonObject:
    """`budget` is what thinking may spend: sampling is not free then."""
    config: JsonObject = {}
    limit = _limit(request, endpoint, budget)
    if limit is not None:
        config["maxTokens"] = limit
    given = request.parameters
    if budget is None:
        config.update({native: given[name] for name, native in _SAMPLING.items() if name in given})
    stops: list[Json] = [stop for stop in stop_of(request) if stop.strip()]
    if stops:
        config["stopSequences"] = stops
    return config


def thinking_budget(request: ChatRequest, endpoint: Endpoint) -> int | None:
    """Tokens, for models that are told a number (Claude); None if they are not to think."""
    wanted = reasoning_of(request)
    if wanted is None or wanted.is_off or endpoint.facts.get("reasoning_style") != "anthropic":
        return None
    room = request.max_output or endpoint.max_output or USUAL_MAX_OUTPUT
    most = (endpoint.max_output or room + LEAST_BUDGET) - 1
    return max(LEAST_BUDGET, min(budget_of(wanted, room), most))


def model_fields(request: ChatRequest, endpoint: Endpoint, budget: int | None) -> JsonObject:
    """additionalModelRequestFields; empty if there is nothing to say in it."""
    fields: JsonObject = {}
    top_k = request.parameters.get("top_k")
    if isinstance(top_k, int) and budget is None:
        is_nova = endpoint.facts.get("top_k_style") == "nova"
        fields.update({"inferenceConfig": {"topK": top_k}} if is_nova else {"top_k": top_k})
    if budget is not None:
        fields["thinking"] = {"type": "enabled", "budget_tokens": budget}
    wanted = reasoning_of(request)
    if wanted is not None:
        fields.update(_effort(wanted, request, endpoint))
    return fields


def output_config(request: ChatRequest, endpoint: Endpoint) -> JsonObject | None:
    wanted = json_format_of(request)
    if wanted is None or wanted.schema is None or not knows_schemas(endpoint):
        return None
    schema = {"schema": orjson.dumps(wanted.schema).decode(), "name": wanted.name}
    return {"textFormat": {"type": "json_schema", "structure": {"jsonSchema": {**schema}}}}


def prompted_format(request: ChatRequest, endpoint: Endpoint) -> str | None:
    """The wish for JSON in words, for a model that has no setting for it."""
    wanted = json_format_of(request)
    if wanted is None or (wanted.schema is not None and knows_schemas(endpoint)):
        return None
    if wanted.schema is None:
        return "Answer with one JSON object and nothing else: no words around it, no code fence."
    schema = orjson.dumps(wanted.schema).decode()
    return f"Answer with JSON and nothing else, no code fence. It has to fit this JSON Schema:\n{schema}"


def asks_by_tool(wanted: JsonFormat, endpoint: Endpoint) -> bool:
    """True if a schema has to become a tool that must be called, and the model can be made to call one."""
    return wanted.schema is not None and not knows_schemas(endpoint) and _can_be_forced(endpoint)


def _can_be_forced(endpoint: Endpoint) -> bool:
    """The provider's `forced_tools` lists the authors whose models can be made to call one tool; absent, all can."""
    listed, authors = endpoint.supported_parameters, endpoint.provider.facts.get("forced_tools")
    is_able = not isinstance(authors, list) or endpoint.model.partition("/")[0] in authors
    return is_able and (listed is None or "tool_choice" in listed)


def knows_schemas(endpoint: Endpoint) -> bool:
    """True if its catalog row says so: older models refuse the very word."""
    return "structured_outputs" in (endpoint.supported_parameters or ())


def _limit(request: ChatRequest, endpoint: Endpoint, budget: int | None) -> int | None:
    """Thinking counts as output: there has to be room for more than that, and a model's own default may have none."""
    limit = request.max_output
    if budget is not None and (limit is None or limit <= budget):
        limit = budget + (limit or USUAL_MAX_OUTPUT)
    if limit is None or endpoint.max_output is None:
        return limit
    return min(limit, endpoint.max_output)


def _effort(wanted: Reasoning, request: ChatRequest, endpoint: Endpoint) -> JsonObject:
    effort = effort_of(wanted, request.max_output or endpoint.max_output or USUAL_MAX_OUTPUT)
    match endpoint.facts.get("reasoning_style"):
        case "nova" if wanted.is_off:
            return {"reasoningConfig": {"type": "disabled"}}
        case "nova":
            level = _NOVA_EFFORT.get(effort, effort)
            return {"reasoningConfig": {"type": "enabled", "maxReasoningEffort": level}}
        case "effort" if not wanted.is_off:
            return {"reasoning_effort": _NOVA_EFFORT.get(effort, effort)}
    return {}

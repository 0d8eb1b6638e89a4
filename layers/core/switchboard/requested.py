"""The structured parameters of a request, read out of the hub's plain ones (OpenAI's names and shapes) into values.

Upstream dialects that are not OpenAI's build their tools, formats and reasoning from these.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, cast

from switchboard.chat import NOTHING, ChatRequest
from switchboard.json_types import Json, JsonObject

NO_PARAMETERS: JsonObject = {"type": "object", "properties": {}}


@dataclass(frozen=True, slots=True)
class Tool:
    """A function the caller offers; `parameters` is its JSON Schema."""

    name: str
    description: str
    parameters: JsonObject
    strict: bool | None = None
    extra: Mapping[str, Json] = field(default_factory=lambda: NOTHING)


@dataclass(frozen=True, slots=True)
class ToolChoice:
    """`name` only goes with `named`; `parallel` None leaves it to the provider."""

    mode: Literal["auto", "none", "required", "named"] = "auto"
    name: str | None = None
    parallel: bool | None = None


@dataclass(frozen=True, slots=True)
class JsonFormat:
    """The answer has to be JSON; `schema` None leaves its shape open."""

    schema: JsonObject | None = None
    name: str = "response"
    strict: bool | None = None


@dataclass(frozen=True, slots=True)
class Reasoning:
    """`effort` is none, minimal, low, medium, high, xhigh or max; `max_tokens` a budget; either may be missing."""

    effort: str | None = None
    max_tokens: int | None = None
    exclude: bool = False

    @property
    def is_off(self) -> bool:
        return self.effort == "none"


# The share of the output limit that an effort may spend on reasoning (OpenRouter's table).
_SHARE = {"max": 0.95, "xhigh": 0.95, "high": 0.8, "medium": 0.5, "low": 0.2, "minimal": 0.1}
LEAST_BUDGET = 1024
MOST_BUDGET = 128_000


def tools_of(request: ChatRequest) -> tuple[Tool, ...]:
    """The functions; tools of other types are a provider's own and do not travel between dialects."""
    given = cast("list[JsonObject]", request.parameters.get("tools", []))
    return tuple(_tool(tool) for tool in given if tool.get("type") == "function")


def native_tools_of(request: ChatRequest) -> tuple[JsonObject, ...]:
    """The tools that are no functions, as they came."""
    given = cast("list[JsonObject]", request.parameters.get("tools", []))
    return tuple(tool for tool in given if tool.get("type") != "function")


def tool_choice_of(request: ChatRequest) -> ToolChoice | None:
    """None if the caller said nothing of it."""
    choice = request.parameters.get("tool_choice")
    parallel = request.parameters.get("parallel_tool_calls")
    allowed = parallel if isinstance(parallel, bool) else None
    if isinstance(choice, dict):
        return _chosen(choice, allowed)
    if choice in ("auto", "none", "required"):
        return ToolChoice(cast("Literal['auto', 'none', 'required']", choice), None, allowed)
    return None if allowed is None else ToolChoice("auto", None, allowed)


def _chosen(choice: JsonObject, parallel: bool | None) -> ToolChoice:
    """A tool by its name; an object without one says how freely to choose, and otherwise that some tool is wanted."""
    inner = choice.get(str(choice.get("type")))
    table = inner if isinstance(inner, dict) else choice
    if isinstance(table.get("name"), str) and table["name"]:
        return ToolChoice("named", str(table["name"]), parallel)
    return ToolChoice("auto" if table.get("mode") == "auto" else "required", None, parallel)


def json_format_of(request: ChatRequest) -> JsonFormat | None:
    given = request.parameters.get("response_format")
    if not isinstance(given, dict) or given.get("type") not in ("json_object", "json_schema"):
        return None
    described = given.get("json_schema")
    if not isinstance(described, dict):
        return JsonFormat()
    schema, strict = described.get("schema"), described.get("strict")
    return JsonFormat(
        schema if isinstance(schema, dict) else None,
        str(described.get("name", "response")),
        strict if isinstance(strict, bool) else None,
    )


def reasoning_of(request: ChatRequest) -> Reasoning | None:
    """From OpenRouter's `reasoning` or OpenAI's `reasoning_effort`; None if the caller asked for neither."""
    given = request.parameters.get("reasoning")
    effort = request.parameters.get("reasoning_effort")
    if not isinstance(given, dict):
        return Reasoning(effort) if isinstance(effort, str) else None
    stated, budget = given.get("effort", effort), given.get("max_tokens")
    if given.get("enabled") is False:
        stated = "none"
    elif stated is None and budget is None and given.get("enabled") is True:
        stated = "medium"
    return Reasoning(
        stated if isinstance(stated, str) else None,
        budget if isinstance(budget, int) else None,
        given.get("exclude") is True,
    )


def wants_reasoning(request: ChatRequest) -> bool:
    """True if the model is asked to think before it answers."""
    wanted = reasoning_of(request)
    return wanted is not None and not wanted.is_off


def budget_of(reasoning: Reasoning, max_output: int) -> int:
    """Tokens for thinking within `max_output`, for dialects that want a number instead of an effort."""
    if reasoning.max_tokens is not None:
        return max(LEAST_BUDGET, reasoning.max_tokens)
    share = _SHARE.get(reasoning.effort or "medium", _SHARE["medium"])
    return max(LEAST_BUDGET, min(MOST_BUDGET, int(max_output * share)))


def effort_of(reasoning: Reasoning, max_output: int) -> str:
    """The effort whose share of `max_output` is nearest to a budget, for dialects that want a word."""
    if reasoning.effort is not None or reasoning.max_tokens is None:
        return reasoning.effort or "medium"
    share = reasoning.max_tokens / max_output
    return min(("high", "medium", "low", "minimal"), key=lambda effort: abs(_SHARE[effort] - share))


def user_of(request: ChatRequest) -> str | None:
    """Whom the caller asks for; to some dialects that is no parameter of the answer."""
    user = request.parameters.get("user") or request.native.get("user")
    return user if isinstance(user, str) and user else None


def stop_of(request: ChatRequest) -> tuple[str, ...]:
    given = request.parameters.get("stop")
    if isinstance(given, str):
        return (given,)
    return tuple(str(entry) for entry in given) if isinstance(given, list) else ()


def _tool(tool: JsonObject) -> Tool:
    function = cast(JsonObject, tool["function"])
    parameters, strict = function.get("parameters"), function.get("strict")
    return Tool(
        str(function["name"]),
        str(function.get("description") or ""),
        parameters if isinstance(parameters, dict) else NO_PARAMETERS,
        strict if isinstance(strict, bool) else None,
        {name: value for name, value in tool.items() if name not in ("type", "function")} or NOTHING,
    )

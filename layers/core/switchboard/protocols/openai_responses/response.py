"""The Response object around an answer's items: it repeats what was asked, as OpenAI's does."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from switchboard.chat import NOTHING, Finish, Served
from switchboard.ids import GENERATION_PREFIX
from switchboard.json_types import Json, JsonObject
from switchboard.protocols.checks import is_list, is_object

ResponseStatus = Literal["in_progress", "completed", "incomplete", "failed"]

# What a Response says of fields that the request left out. The keys have to be there for strict readers (Codex).
_DEFAULTS: Mapping[str, Json] = {
    "instructions": None,
    "max_output_tokens": None,
    "max_tool_calls": None,
    "frequency_penalty": None,
    "presence_penalty": None,
    "parallel_tool_calls": True,
    "prompt_cache_key": None,
    "safety_identifier": None,
    "service_tier": None,
    "temperature": None,
    "tool_choice": "auto",
    "top_logprobs": None,
    "top_p": None,
    "truncation": "disabled",
    "user": None,
}
_INCOMPLETE: Mapping[str, str] = {"length": "max_output_tokens", "content_filter": "content_filter"}


@dataclass(frozen=True, slots=True)
class Ending:
    """How an answer came out; `reason` says why it is incomplete."""

    status: ResponseStatus
    reason: str | None = None


def ending_of(finish: Finish | None) -> Ending:
    if finish is not None and finish.reason in _INCOMPLETE:
        return Ending("incomplete", _INCOMPLETE[finish.reason])
    return Ending("failed" if finish is not None and finish.reason == "error" else "completed")


def stem_of(generation_id: str) -> str:
    """What the ids of a generation's response and of its items have in common."""
    return generation_id.removeprefix(GENERATION_PREFIX).lower()


def response_id(served: Served) -> str:
    return f"resp_{stem_of(served.generation_id)}"


def response_object(served: Served, ending: Ending, output: list[JsonObject], asked: Mapping[str, Json]) -> JsonObject:
    """`asked` is the request's body; without it the object says what would hold by default."""
    return {
        "id": response_id(served),
        "object": "response",
        "created_at": served.created,
        "status": ending.status,
        "background": False,
        "completed_at": None,
        "error": None,
        "incomplete_details": {"reason": ending.reason} if ending.reason else None,
        "model": served.model,
        "output": list[Json](output),
        "usage": None,
        **_repeated(asked),
    }


def _repeated(asked: Mapping[str, Json]) -> JsonObject:
    repeated: JsonObject = {
        name: asked[name] if asked.get(name) is not None else default for name, default in _DEFAULTS.items()
    }
    tools, text, metadata = asked.get("tools"), asked.get("text"), asked.get("metadata")
    repeated["tools"] = [_tool(tool) for tool in tools if is_object(tool)] if is_list(tools) else []
    repeated["text"] = {"format": {"type": "text"}, **_given(text)}
    repeated["reasoning"] = {"effort": None, "summary": None, **_given(asked.get("reasoning"))}
    repeated["metadata"] = metadata if is_object(metadata) else {}
    return repeated | {"previous_response_id": None, "store": False}


def _tool(tool: JsonObject) -> JsonObject:
    """Readers of the object want these keys in a function, null or not."""
    if tool.get("type") != "function":
        return tool
    return {"description": None, "parameters": None, "strict": None, **tool}


def _given(value: Json) -> Mapping[str, Json]:
    return {k: v for k, v in value.items() if v is not None} if is_object(value) else NOTHING

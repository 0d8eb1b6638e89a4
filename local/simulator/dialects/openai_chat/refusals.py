"""What OpenAI refuses, in OpenAI's words, so that a gateway's bad request fails here as it would there."""

import json
import re
from collections.abc import Callable, Collection

from local.simulator.dialects.openai_chat.reading import image_link
from local.simulator.dialects.rules import is_picture
from local.simulator.json_types import Json, JsonObject
from local.simulator.prompt import objects, table
from local.simulator.refusal import Refusal

# https://platform.openai.com/docs/api-reference/chat/create
OPENAI_FIELDS = frozenset(
    [
        "messages",
        "model",
        "metadata",
        "top_logprobs",
        "temperature",
        "top_p",
        "user",
        "safety_identifier",
        "prompt_cache_key",
        "prompt_cache_retention",
        "prompt_cache_options",
        "service_tier",
        "modalities",
        "verbosity",
        "reasoning_effort",
        "max_completion_tokens",
        "frequency_penalty",
        "presence_penalty",
        "web_search_options",
        "response_format",
        "audio",
        "store",
        "moderation",
        "stream",
        "stop",
        "logit_bias",
        "logprobs",
        "max_tokens",
        "n",
        "prediction",
        "seed",
        "stream_options",
        "tools",
        "tool_choice",
        "parallel_tool_calls",
        "function_call",
        "functions",
    ]
)
PARTS = ("text", "image_url", "input_audio", "file", "refusal")
_ALWAYS_REASONS = re.compile(r"o[134](-|$)|gpt-5(?!.*chat)")  # https://platform.openai.com/docs/guides/reasoning
_TOOL_NAME = re.compile(r"[a-zA-Z0-9_-]{1,64}")
ROLES = ("system", "developer", "user", "assistant", "tool", "function")


def refuse(body: JsonObject, extra_fields: Collection[str]) -> Refusal | None:
    """The first thing wrong with a request, None if it is fine; `extra_fields` are accepted beside OpenAI's own."""
    for field in body:
        if field not in OPENAI_FIELDS and field not in extra_fields:
            return Refusal(400, f"Unrecognized request argument supplied: {field}")
    for rule in RULES:
        refusal = rule(body)
        if refusal is not None:
            return refusal
    return None


def _model(body: JsonObject) -> Refusal | None:
    model = body.get("model")
    return None if isinstance(model, str) and model else Refusal(400, "you must provide a model parameter")


def _messages(body: JsonObject) -> Refusal | None:
    messages = body.get("messages")
    if messages is None:
        return Refusal(400, "Missing required parameter: 'messages'.", "messages", "missing_required_parameter")
    if not isinstance(messages, list):
        return Refusal(400, "Invalid type for 'messages': expected an array of objects.", "messages", "invalid_type")
    if not messages:
        words = "Invalid 'messages': empty array. Expected an array with minimum length 1, but got an empty array."
        return Refusal(400, words, "messages", "empty_array")
    for index, message in enumerate(messages):
        if not isinstance(message, dict):
            return Refusal(400, f"Invalid type for 'messages[{index}]'.", f"messages[{index}]", "invalid_type")
        if message.get("role") not in ROLES:
            words = f"Invalid value: '{message.get('role')}'. Supported values are: {', '.join(ROLES)}."
            return Refusal(400, words, f"messages[{index}].role", "invalid_value")
    return None


def _tool_turns(body: JsonObject) -> Refusal | None:
    open_calls: set[Json] = set()
    for index, message in enumerate(_turns(body)):
        if message["role"] == "tool":
            if message.get("tool_call_id") not in open_calls:
                words = "messages with role 'tool' must be a response to a preceeding message with 'tool_calls'."
                return Refusal(400, f"Invalid parameter: {words}", f"messages.[{index}].role")
            open_calls.discard(message["tool_call_id"])
            continue
        if open_calls:
            return _unanswered(open_calls)
        open_calls = _call_ids(message)
    return _unanswered(open_calls) if open_calls else None


def _turns(body: JsonObject) -> list[JsonObject]:
    messages = body["messages"]
    assert isinstance(messages, list)
    return [message for message in messages if isinstance(message, dict)]


def _call_ids(message: JsonObject) -> set[Json]:
    calls = message.get("tool_calls")
    return {call.get("id") for call in calls if isinstance(call, dict)} if isinstance(calls, list) else set()


def _unanswered(calls: set[Json]) -> Refusal:
    words = (
        "An assistant message with 'tool_calls' must be followed by tool messages responding to each 'tool_call_id'."
    )
    missing = ", ".join(sorted(str(call) for call in calls))
    return Refusal(400, f"{words} The following tool_call_ids did not have response messages: {missing}", "messages")


def _limits(body: JsonObject) -> Refusal | None:
    if body.get("max_tokens") is not None and body.get("max_completion_tokens") is not None:
        words = "Setting 'max_tokens' and 'max_completion_tokens' at the same time is not supported."
        return Refusal(400, words, "max_tokens", "invalid_parameter_combination")
    for field in ("max_tokens", "max_completion_tokens", "n"):
        value = body.get(field)
        if value is not None and (not isinstance(value, int) or value < 1):
            words = f"Invalid '{field}': integer below minimum value. Expected a value >= 1, but got {value} instead."
            return Refusal(400, words, field, "integer_below_min_value")
    return None


def _companions(body: JsonObject) -> Refusal | None:
    """Fields that are refused without another."""
    if body.get("stream_options") is not None and not body.get("stream"):
        words = "The 'stream_options' parameter is only allowed when 'stream' is enabled."
        return Refusal(400, words, "stream_options")
    for field in ("tool_choice", "parallel_tool_calls"):
        if body.get(field) is not None and not body.get("tools"):
            return Refusal(400, f"Invalid value for '{field}': '{field}' is only allowed when 'tools' are specified.")
    if body.get("top_logprobs") is not None and not body.get("logprobs"):
        words = "The 'top_logprobs' parameter is only allowed when 'logprobs' is enabled."
        return Refusal(400, words, "top_logprobs")
    return None


def _sampling(body: JsonObject) -> Refusal | None:
    for field, low, high in (("temperature", 0, 2), ("top_p", 0, 1), ("presence_penalty", -2, 2)):
        value = body.get(field)
        if isinstance(value, int | float) and not low <= value <= high:
            words = f"Invalid '{field}': expected a value between {low} and {high}, but got {value} instead."
            return Refusal(400, words, field, "decimal_out_of_range")
    stop = body.get("stop")
    if isinstance(stop, list) and len(stop) > 4:
        return Refusal(400, "Invalid 'stop': array too long. Expected at most 4.", "stop", "array_above_max_length")
    return None


def _reasoners(body: JsonObject) -> Refusal | None:
    """Models that always reason take neither the old limit nor any sampling."""
    if not _ALWAYS_REASONS.match(str(body["model"])):
        return None
    if body.get("max_tokens") is not None:
        words = (
            "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead."
        )
        return Refusal(400, words, "max_tokens", "unsupported_parameter")
    for field, usual in (("temperature", 1), ("top_p", 1), ("presence_penalty", 0), ("frequency_penalty", 0)):
        if body.get(field) not in (None, usual):
            words = (
                f"Unsupported value: '{field}' does not support {body[field]} with this model. Only the default "
                f"({usual}) value is supported."
            )
            return Refusal(400, words, field, "unsupported_value")
    return None


def _tools(body: JsonObject) -> Refusal | None:
    tools = body.get("tools")
    if tools == []:
        words = "Invalid 'tools': empty array. Expected an array with minimum length 1, but got an empty array instead."
        return Refusal(400, words, "tools", "empty_array")
    for index, tool in enumerate(objects(tools)):
        name = str(table(tool.get("function")).get("name", ""))
        if tool.get("type") == "function" and not _TOOL_NAME.fullmatch(name):
            place = f"tools[{index}].function.name"
            words = (
                f"Invalid '{place}': string does not match pattern. Expected a string that matches '^[a-zA-Z0-9_-]+$'."
            )
            return Refusal(400, words, place, "invalid_value")
    return None


def _parts(body: JsonObject) -> Refusal | None:
    for index, message in enumerate(_turns(body)):
        for number, part in enumerate(objects(message.get("content"))):
            place = f"messages[{index}].content[{number}]"
            if part.get("type") not in PARTS:
                known = "', '".join(PARTS)
                words = f"Invalid value: '{part.get('type')}'. Supported values are: '{known}'."
                return Refusal(400, words, f"{place}.type", "invalid_value")
            if part["type"] == "image_url" and not is_picture(image_link(part)):
                words = f"Invalid '{place}.image_url.url'. Expected a URL or a base64-encoded data URL of a picture."
                return Refusal(400, words, f"{place}.image_url.url", "invalid_value")
    return None


def _json_word(body: JsonObject) -> Refusal | None:
    if (
        table(body.get("response_format")).get("type") != "json_object"
        or "json" in json.dumps(body["messages"]).lower()
    ):
        return None
    words = "'messages' must contain the word 'json' in some form, to use 'response_format' of type 'json_object'."
    return Refusal(400, words, "messages")


RULES: tuple[Callable[[JsonObject], Refusal | None], ...] = (
    _model,
    _messages,
    _parts,
    _tools,
    _reasoners,
    _json_word,
    _tool_turns,
    _limits,
    _companions,
    _sampling,
)

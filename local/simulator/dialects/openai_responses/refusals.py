"""What OpenAI refuses of a Responses request, in its words."""

import re

from local.simulator import thinking
from local.simulator.dialects.openai_responses.reading import items_of, kind_of
from local.simulator.dialects.rules import Rule, first_refusal, is_picture
from local.simulator.json_types import Json
from local.simulator.prompt import objects, table
from local.simulator.refusal import Refusal
from local.simulator.reply import Call

# https://platform.openai.com/docs/api-reference/responses/create
_WORDS = (
    "background context_management conversation include input instructions max_output_tokens max_tool_calls metadata "
    "model moderation parallel_tool_calls previous_response_id prompt prompt_cache_key prompt_cache_options "
    "prompt_cache_retention reasoning safety_identifier service_tier store stream stream_options temperature text "
    "tool_choice tools top_logprobs top_p truncation user"
)
FIELDS = frozenset(_WORDS.split())
LEAST_OUTPUT = 16
ROLES = ("user", "assistant", "system", "developer")
_CALLS = {"function_call": "function_call_output", "custom_tool_call": "custom_tool_call_output"}
_PARTS = {
    "assistant": ("output_text", "refusal"),
    "user": ("input_text", "input_image", "input_file", "input_audio"),
}
_NAME = re.compile(r"[a-zA-Z0-9_-]{1,64}")


def refuse(call: Call) -> Refusal | None:
    """The first thing wrong with a request, None if it is fine."""
    for name in call.body:
        if name not in FIELDS and name not in call.traits.extra_fields:
            return Refusal(400, f"Unknown parameter: '{name}'.", name, "unknown_parameter")
    return first_refusal(call, RULES)


def _required(call: Call) -> Refusal | None:
    for name in ("model", "input"):
        if not call.body.get(name):
            words = f"Missing required parameter: '{name}'."
            return Refusal(400, words, name, "missing_required_parameter")
    if not isinstance(call.body["input"], str | list):
        words = "Invalid type for 'input': expected one of a string or array of objects."
        return Refusal(400, words, "input", "invalid_type")
    return None


def _stored(call: Call) -> Refusal | None:
    """Nothing is kept here, so nothing can be referred to."""
    previous = call.body.get("previous_response_id")
    if previous is not None:
        words = f"Previous response with id '{previous}' not found."
        return Refusal(400, words, "previous_response_id", "previous_response_not_found")
    for item in items_of(call.body):
        if item.get("type") == "item_reference":
            words = f"Item with id '{item.get('id')}' not found. Items are not persisted when `store` is set to false."
            return Refusal(404, words, "input")
    return None


def _limits(call: Call) -> Refusal | None:
    limit = call.body.get("max_output_tokens")
    if isinstance(limit, int) and limit < LEAST_OUTPUT:
        words = (
            f"Invalid 'max_output_tokens': integer below minimum value. Expected a value >= {LEAST_OUTPUT}, but got "
            f"{limit} instead."
        )
        return Refusal(400, words, "max_output_tokens", "integer_below_min_value")
    for name, high in (("temperature", 2), ("top_p", 1)):
        value = call.body.get(name)
        if isinstance(value, int | float) and not 0 <= value <= high:
            words = f"Invalid '{name}': expected a value between 0 and {high}, but got {value} instead."
            return Refusal(400, words, name, "decimal_out_of_range")
    return None


def _roles_and_parts(call: Call) -> Refusal | None:
    for index, item in enumerate(items_of(call.body)):
        if kind_of(item) != "message":
            continue
        role, place = item.get("role"), f"input[{index}]"
        if role not in ROLES:
            known = "', '".join(ROLES)
            words = f"Invalid value: '{role}'. Supported values are: '{known}'."
            return Refusal(400, words, f"{place}.role", "invalid_value")
        known_parts = _PARTS["assistant" if role == "assistant" else "user"]
        for number, part in enumerate(objects(item.get("content"))):
            if part.get("type") not in known_parts:
                known = "', '".join(known_parts)
                words = f"Invalid value: '{part.get('type')}'. Supported values are: '{known}'."
                return Refusal(400, words, f"{place}.content[{number}]", "invalid_value")
    return None


def _pictures(call: Call) -> Refusal | None:
    for item in items_of(call.body):
        for part in objects(item.get("content")):
            url = part.get("image_url")
            if part.get("type") == "input_image" and isinstance(url, dict):
                words = "Invalid type for 'input[0].content[0].image_url': expected an image URL, but got an object."
                return Refusal(400, words, "input", "invalid_type")
            if isinstance(url, str) and not is_picture(url):
                words = "Invalid 'input[0].content[0].image_url'. Expected a valid URL, but got a value that is none."
                return Refusal(400, words, "input", "invalid_value")
    return None


def _calls(call: Call) -> Refusal | None:
    items = items_of(call.body)
    made: dict[str, Json] = {}
    answered: set[Json] = set()
    for item in items:
        kind = kind_of(item)
        if kind in _CALLS:
            made[str(item.get("call_id"))] = item.get("call_id")
        if kind in _CALLS.values():
            if str(item.get("call_id")) not in made:
                return Refusal(
                    400, f"No tool call found for function call output with call_id {item.get('call_id')}.", "input"
                )
            answered.add(str(item.get("call_id")))
    for identifier in made:
        if identifier not in answered:
            return Refusal(400, f"No tool output found for function call {identifier}.", "input")
    return None


def _reasoning(call: Call) -> Refusal | None:
    """Sealed thoughts are taken back only from where they were made, and only by their own id or none."""
    for item in items_of(call.body):
        seal, identifier = item.get("encrypted_content"), item.get("id")
        if item.get("type") != "reasoning":
            continue
        if not isinstance(seal, str):
            return Refusal(
                404,
                f"Item with id '{identifier}' not found. Items are not persisted when `store` is set to "
                "false. Try again with `store` set to true, or remove this item from your input.",
                "input",
            )
        ours = thinking.is_made_by(call.provider, seal)
        if not ours or (isinstance(identifier, str) and not thinking.fits(seal, identifier)):
            words = f"The encrypted content {seal[:12]}... could not be verified."
            return Refusal(400, words, None, "invalid_encrypted_content")
    return None


def _tools(call: Call) -> Refusal | None:
    tools = objects(call.body.get("tools"))
    for index, tool in enumerate(tools):
        if tool.get("type") == "function" and "name" not in tool:
            words = f"Missing required parameter: 'tools[{index}].name'."
            return Refusal(400, words, f"tools[{index}].name", "missing_required_parameter")
        if tool.get("type") == "function" and not _NAME.fullmatch(str(tool["name"])):
            words = f"Invalid 'tools[{index}].name': string does not match pattern '^[a-zA-Z0-9_-]+$'."
            return Refusal(400, words, f"tools[{index}].name", "invalid_value")
    choice = call.body.get("tool_choice")
    if choice not in (None, "auto", "none") and not tools:
        return Refusal(400, "Tool choice must be specified while passing tools.", "tool_choice")
    return None


def _form(call: Call) -> Refusal | None:
    wanted = table(table(call.body.get("text")).get("format"))
    if wanted.get("type") == "json_schema" and not wanted.get("name"):
        return Refusal(
            400, "Missing required parameter: 'text.format.name'.", "text.format.name", "missing_required_parameter"
        )
    return None


RULES: tuple[Rule, ...] = (
    _required,
    _stored,
    _limits,
    _roles_and_parts,
    _pictures,
    _calls,
    _reasoning,
    _tools,
    _form,
)

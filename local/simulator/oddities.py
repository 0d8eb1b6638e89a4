"""How some who offer OpenAI's dialect differ from OpenAI: what they refuse, and what they write.

profiles.toml names them by provider.
"""

import re

from local.simulator.json_types import JsonObject
from local.simulator.prompt import objects, table
from local.simulator.refusal import Refusal
from local.simulator.reply import Call
from local.simulator.tokens import Usage

# https://api-docs.deepseek.com/guides/json_mode
JSON_OBJECT_ONLY = "json_object_only"
# https://docs.mistral.ai/capabilities/function_calling
TOOL_IDS_9 = "tool_ids_9"
# https://learn.microsoft.com/azure/ai-services/openai/concepts/content-filter: before the first word of a stream
PROMPT_FILTER_RESULTS = "prompt_filter_results"
# https://docs.x.ai/docs/guides/reasoning
REASONING_BESIDE_COMPLETION = "reasoning_beside_completion"

FILTERED_PROMPT: JsonObject = {
    "choices": [],
    "created": 0,
    "id": "",
    "model": "",
    "object": "",
    "prompt_filter_results": [
        {"prompt_index": 0, "content_filter_results": {"hate": {"filtered": False, "severity": "safe"}}}
    ],
}
_NINE = re.compile(r"[A-Za-z0-9]{9}")


def refusal_of(call: Call) -> Refusal | None:
    """What OpenAI would take and this provider does not."""
    oddities = call.traits.oddities
    if JSON_OBJECT_ONLY in oddities and table(call.body.get("response_format")).get("type") == "json_schema":
        return Refusal(400, "This response_format type is unavailable now")
    if TOOL_IDS_9 in oddities:
        for identifier in _tool_ids(call.body):
            if not _NINE.fullmatch(identifier):
                words = f"Tool call id was {identifier} but must be a-z, A-Z, 0-9, with a length of 9."
                return Refusal(400, words, code="3280", type="invalid_function_call")
    return None


def call_id(key: str, oddities: frozenset[str]) -> str:
    return key[-9:] if TOOL_IDS_9 in oddities else f"call_{key}"


def completion_tokens(usage: Usage, oddities: frozenset[str]) -> int:
    return usage.completion - usage.reasoning if REASONING_BESIDE_COMPLETION in oddities else usage.completion


def _tool_ids(body: JsonObject) -> list[str]:
    messages = objects(body.get("messages"))
    called = [str(call.get("id")) for message in messages for call in objects(message.get("tool_calls"))]
    return called + [str(message["tool_call_id"]) for message in messages if "tool_call_id" in message]

"""Field names as Google's JSON takes them: `mimeType` and `mime_type` are one (protobuf.dev/programming-guides/json).

Google's own SDK mixes both in one request.
"""

import re

from local.simulator.json_types import Json, JsonObject

# What the caller made up himself: its names mean what they say.
_FREE = {"args", "response", "parametersJsonSchema", "responseJsonSchema", "labels", "properties"}
_WORDS = (
    "system_instruction generation_config tool_config safety_settings cached_content inline_data file_data mime_type "
    "file_uri display_name function_call function_response thought_signature function_declarations "
    "parameters_json_schema function_calling_config allowed_function_names max_output_tokens top_p top_k "
    "candidate_count stop_sequences response_mime_type response_schema response_json_schema thinking_config "
    "thinking_budget thinking_level include_thoughts"
)
_LETTER = re.compile(r"_([a-z])")
_SPELT = {word: _LETTER.sub(lambda found: found[1].upper(), word) for word in _WORDS.split()}


def in_camel_case(body: JsonObject) -> JsonObject:
    """A copy; what Google does not know keeps its spelling, to be refused by it."""
    return {_SPELT.get(name, name): _value(_SPELT.get(name, name), value) for name, value in body.items()}


def _value(name: str, value: Json) -> Json:
    if name in _FREE:
        return value
    if isinstance(value, list):
        return [_value("", member) for member in value]
    return in_camel_case(value) if isinstance(value, dict) else value

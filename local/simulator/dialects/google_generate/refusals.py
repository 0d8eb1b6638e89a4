"""What Google refuses, in its words."""

import base64
import re
from collections.abc import Iterator

from local.simulator import thinking
from local.simulator.dialects.google_generate.errors import INVALID
from local.simulator.dialects.google_generate.reading import declarations, generation_config
from local.simulator.dialects.rules import first_refusal, is_base64
from local.simulator.json_types import Json, JsonObject
from local.simulator.prompt import objects, table
from local.simulator.refusal import Refusal
from local.simulator.reply import Call

# https://ai.google.dev/api/generate-content
_FIELDS = "contents tools toolConfig safetySettings systemInstruction generationConfig cachedContent model labels"
FIELDS = frozenset(_FIELDS.split())
_CONFIG_WORDS = (
    "stopSequences responseMimeType responseSchema responseJsonSchema responseModalities candidateCount "
    "maxOutputTokens temperature topP topK seed presencePenalty frequencyPenalty responseLogprobs logprobs "
    "enableEnhancedCivicAnswers speechConfig thinkingConfig imageConfig mediaResolution audioTimestamp"
)
CONFIG_FIELDS = frozenset(_CONFIG_WORDS.split())
_PART_WORDS = (
    "text thought thoughtSignature inlineData fileData functionCall functionResponse executableCode "
    "codeExecutionResult videoMetadata mediaResolution partMetadata toolCall toolResponse"
)
PART_FIELDS = frozenset(_PART_WORDS.split())
_SCHEMA_WORDS = (
    "type format title description nullable enum items maxItems minItems properties required minProperties "
    "maxProperties minLength maxLength pattern example anyOf propertyOrdering default minimum maximum"
)
SCHEMA_FIELDS = frozenset(_SCHEMA_WORDS.split())
_NAME = re.compile(r"[a-zA-Z_][a-zA-Z0-9_.:-]{0,127}")
_MOST_STOPS = 5
# Documented for signatures that are lost or another model's.
BYPASSES = ("skip_thought_signature_validator", "context_engineering_is_the_way_to_go")
# As SDKs write them, to which a signature is bytes.
_BYPASSES_AS_BYTES = tuple(base64.urlsafe_b64encode(word.encode()).decode() for word in BYPASSES)


def refuse(call: Call) -> Refusal | None:
    """The first thing wrong with a request, None if it is fine."""
    return first_refusal(call, (_fields, _contents, _parts, _calls, _signatures, _config, _thoughts, _tools))


def _standard(data: Json) -> Json:
    """Google's SDK writes the alphabet for URLs, which protobuf's JSON takes as well."""
    return data.replace("-", "+").replace("_", "/") if isinstance(data, str) else data


def _no(words: str) -> Refusal:
    return Refusal(400, words, type=INVALID)


def _unknown(name: str, place: str) -> Refusal:
    return _no(f'Invalid JSON payload received. Unknown name "{name}"{place}: Cannot find field.')


def _fields(call: Call) -> Refusal | None:
    body = call.body
    for known, given, place in (
        (FIELDS, body, ""),
        (CONFIG_FIELDS, generation_config(body), " at 'generation_config'"),
    ):
        for name in given:
            if name not in known:
                return _unknown(name, place)
    for at, content in enumerate(objects(body.get("contents"))):
        for index, part in enumerate(objects(content.get("parts"))):
            for name in part:
                if name not in PART_FIELDS:
                    return _unknown(name, f" at 'contents[{at}].parts[{index}]'")
    return None


def _contents(call: Call) -> Refusal | None:
    contents = objects(call.body.get("contents"))
    if not contents:
        return _no("* GenerateContentRequest.contents: contents is not specified\n")
    for at, content in enumerate(contents):
        if content.get("role", "user") not in ("user", "model", "function"):
            return _no("Please use a valid role: user, model.")
        if not objects(content.get("parts")):
            return _no(f"* GenerateContentRequest.contents[{at}].parts: contents.parts must not be empty.\n")
    return None


def _parts(call: Call) -> Refusal | None:
    for part in _all_parts(call):
        data = part.get("inlineData")
        if data is not None and not table(data).get("mimeType"):
            return _no("Unable to determine the MIME type of the inline data.")
        if data is not None and not is_base64(_standard(table(data).get("data"))):
            return _no("Invalid value at 'contents[0].parts[0].inline_data.data' (TYPE_BYTES), Base64 decoding failed")
        if "functionResponse" in part and not isinstance(table(part["functionResponse"]).get("response"), dict):
            return _no(
                "Invalid value at 'contents[0].parts[0].function_response.response' (type.googleapis.com/google."
                "protobuf.Struct)"
            )
        if "functionCall" in part and not isinstance(table(part["functionCall"]).get("args", {}), dict):
            return _no(
                "Invalid value at 'contents[0].parts[0].function_call.args' (type.googleapis.com/google.protobuf"
                ".Struct)"
            )
    return None


def _all_parts(call: Call) -> Iterator[JsonObject]:
    for content in objects(call.body["contents"]):
        yield from objects(content.get("parts"))


def _calls(call: Call) -> Refusal | None:
    """As many responses as calls, right after them; and calls after the user only."""
    awaited, before = 0, ""
    for content in objects(call.body["contents"]):
        parts, role = objects(content.get("parts")), str(content.get("role", "user"))
        calls = sum("functionCall" in part for part in parts)
        responses = sum("functionResponse" in part for part in parts)
        if responses != awaited:
            return _no(
                "Please ensure that the number of function response parts is equal to the number of function "
                "call parts of the function call turn."
            )
        if calls and before not in ("user", "function"):
            return _no(
                "Please ensure that function call turn comes immediately after a user turn or after a function "
                "response turn."
            )
        awaited, before = calls, role
    return (
        _no("Please ensure that function response turn comes immediately after a function call turn.")
        if (awaited)
        else None
    )


def _signatures(call: Call) -> Refusal | None:
    """From Gemini 3 on, the first call of each step of the current turn has to bring its signature."""
    for part in _all_parts(call):
        seal = part.get("thoughtSignature")
        if not isinstance(seal, str) or seal in (*BYPASSES, *_BYPASSES_AS_BYTES):
            continue
        if not thinking.is_made_by(call.provider, seal):
            return _no("Corrupted thought signature.")
    if not call.model.startswith("gemini-3"):
        return None
    for at, content in _current_turn(call):
        calls = [part for part in objects(content.get("parts")) if "functionCall" in part]
        if calls and not calls[0].get("thoughtSignature"):
            name = table(calls[0]["functionCall"]).get("name")
            return _no(f"Function call `{name}` in the {at}. content block is missing a `thought_signature`.")
    return None


def _current_turn(call: Call) -> list[tuple[int, JsonObject]]:
    """What came since the user spoke last."""
    contents = list(enumerate(objects(call.body["contents"]), 1))
    spoken = [
        at
        for at, content in contents
        if content.get("role", "user") == "user" and any("text" in part for part in objects(content.get("parts")))
    ]
    return contents[spoken[-1] if spoken else 0 :]


def _config(call: Call) -> Refusal | None:
    config = generation_config(call.body)
    stops = config.get("stopSequences")
    if isinstance(stops, list) and len(stops) > _MOST_STOPS:
        return _no(
            f"* GenerateContentRequest.generation_config.stop_sequences: too many stop sequences: {len(stops)}, "
            f"at most {_MOST_STOPS}\n"
        )
    for name, high in (("temperature", 2), ("topP", 1)):
        value = config.get(name)
        if isinstance(value, int | float) and not 0 <= value <= high:
            return _no(
                f"* GenerateContentRequest.generation_config.{name}: {name} must be in the range [0.0, {high}.0].\n"
            )
    limit = config.get("maxOutputTokens")
    if isinstance(limit, int) and limit < 1:
        return _no(
            "* GenerateContentRequest.generation_config.max_output_tokens: max_output_tokens must be positive.\n"
        )
    is_json = config.get("responseMimeType") in ("application/json", "text/x.enum")
    if not is_json and not {"responseSchema", "responseJsonSchema"}.isdisjoint(config):
        return _no("For controlled generation of only JSON, response_mime_type must be set to application/json.")
    return _schema(config.get("responseSchema"), "generation_config.response_schema")


def _thoughts(call: Call) -> Refusal | None:
    config = table(generation_config(call.body).get("thinkingConfig"))
    if "thinkingBudget" in config and "thinkingLevel" in config:
        return _no("You can only set only one of thinking budget and thinking level.")
    if "thinkingLevel" in config and call.model.startswith("gemini-2"):
        return _no("Thinking level is not supported for this model.")
    if config.get("thinkingBudget") == 0 and call.model.startswith("gemini-2.5-pro"):
        return _no("Budget 0 is invalid. This model only works in thinking mode.")
    return None


def _tools(call: Call) -> Refusal | None:
    declared = declarations(call.body)
    for index, one in enumerate(declared):
        place = f"tools[0].function_declarations[{index}]"
        if not _NAME.fullmatch(str(one.get("name", ""))):
            return _no(
                f"* GenerateContentRequest.{place}.name: Invalid function name. Must start with a letter or an "
                "underscore.\n"
            )
        if "parameters" in one and "parametersJsonSchema" in one:
            return _no(f"* GenerateContentRequest.{place}: only one of parameters and parameters_json_schema.\n")
        refusal = _schema(one.get("parameters"), f"{place}.parameters")
        if refusal is not None:
            return refusal
    allowed = table(table(call.body.get("toolConfig")).get("functionCallingConfig")).get("allowedFunctionNames")
    names = [one.get("name") for one in declared]
    if isinstance(allowed, list) and any(name not in names for name in allowed):
        return _no("allowed_function_names should be a subset of the declared functions.")
    return None


def _schema(schema: Json, place: str) -> Refusal | None:
    """Google's own subset of OpenAPI: one unknown word, however deep, refuses the whole."""
    if not isinstance(schema, dict):
        return None
    for name in schema:
        if name not in SCHEMA_FIELDS:
            return _unknown(name, f" at '{place}'")
    properties = schema.get("properties")
    if str(schema.get("type")).lower() == "object" and properties == {}:
        return _no(f"* GenerateContentRequest.{place}.properties: should be non-empty for OBJECT type\n")
    if isinstance(schema.get("type"), list):
        return _no(f"Proto field is not repeating, cannot start list. at '{place}.type'")
    inner = [*table(properties).values(), schema.get("items"), *objects(schema.get("anyOf"))]
    return next((refusal for each in inner if (refusal := _schema(each, f"{place}.properties"))), None)

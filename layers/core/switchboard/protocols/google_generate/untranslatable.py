"""What a generateContent request says that the hub has no name for, under Google's: to be named if it gets lost."""

import re

from switchboard.json_types import JsonObject
from switchboard.protocols.google_generate.fields import GATEWAY_FIELDS, field, is_object

# What the hub has elsewhere, or under another name.
_UNDERSTOOD = frozenset(
    {
        *("contents", "generationConfig", "model", "systemInstruction", "toolConfig", "tools"),
        *("candidateCount", "frequencyPenalty", "logprobs", "maxOutputTokens", "presencePenalty"),
        *("responseJsonSchema", "responseLogprobs", "responseMimeType", "responseModalities", "responseSchema"),
        *("seed", "stopSequences", "temperature", "thinkingConfig", "topK", "topP"),
    }
)


def untranslatable(native: JsonObject) -> JsonObject:
    config = field(native, "generationConfig")
    said = {**native, **(config if is_object(config) else {})}
    named = {_camel(name): value for name, value in said.items() if value is not None and name not in GATEWAY_FIELDS}
    return {name: value for name, value in named.items() if name not in _UNDERSTOOD}


def output_modalities(native: JsonObject) -> JsonObject:
    """Words alone are what everybody answers in."""
    config = field(native, "generationConfig")
    wanted = field(config, "responseModalities") if is_object(config) else None
    kinds = [str(kind).lower() for kind in wanted] if isinstance(wanted, list) else []
    return {"modalities": list(kinds)} if set(kinds) - {"text"} else {}


def _camel(name: str) -> str:
    """Protobuf's own spelling is read too."""
    return re.sub(r"_([a-z])", lambda found: found[1].upper(), name)

"""A request that is in Google's words already: passed on as it is, less what is not meant for the provider."""

from switchboard.catalog.model import Endpoint
from switchboard.chat import ChatRequest
from switchboard.json_types import Json, JsonObject
from switchboard.parameters import dropped_parameters
from switchboard.providers.google_generate.replay import BYPASS, wants_signatures
from switchboard.providers.google_generate.words import FIELDS
from switchboard.signatures import is_welcome, unmarked

# Which field of generationConfig (and of the request) stands for a parameter that an endpoint may not support.
_CONFIG_FIELDS = {
    **FIELDS,
    "stop": "stopSequences",
    "reasoning": "thinkingConfig",
    "response_format": "responseMimeType",
}
_FORMAT_FIELDS = frozenset({"responseMimeType", "responseSchema", "responseJsonSchema"})
_REQUEST_FIELDS = {"tools": "tools", "tool_choice": "toolConfig"}


def native_body(request: ChatRequest, endpoint: Endpoint) -> JsonObject:
    """Copies only what it changes: most parts pass through as they are."""
    dropped = dropped_parameters(request, endpoint)
    gone = {_REQUEST_FIELDS[name] for name in dropped if name in _REQUEST_FIELDS} | {"model", *request.gateway}
    body: JsonObject = {
        name: value for name, value in request.native.items() if value is not None and camel(name) not in gone
    }
    config_gone = {_CONFIG_FIELDS[name] for name in dropped if name in _CONFIG_FIELDS}
    if "responseMimeType" in config_gone:
        config_gone |= _FORMAT_FIELDS
    for name in ("generationConfig", "generation_config"):
        config = body.get(name)
        if config_gone and isinstance(config, dict):
            body[name] = {field: value for field, value in config.items() if camel(field) not in config_gone}
    contents = body.get("contents")
    if isinstance(contents, list):
        body["contents"] = [_with_own_signatures(content, endpoint) for content in contents]
    return body


def camel(name: str) -> str:
    """Google reads generation_config as generationConfig."""
    first, *others = name.split("_")
    return first + "".join(word[:1].upper() + word[1:] for word in others)


def _with_own_signatures(content: Json, endpoint: Endpoint) -> Json:
    parts = content.get("parts") if isinstance(content, dict) else None
    if not isinstance(content, dict) or not isinstance(parts, list):
        return content
    edited = [_with_own_signature(part, endpoint) for part in parts]
    kept: list[Json] = [part for part in edited if part is not None]
    return {**content, "parts": _first_call_signed(kept) if wants_signatures(endpoint) else kept}


def _with_own_signature(part: Json, endpoint: Endpoint) -> Json:
    """The provider's own signature, as it made it; another provider's is taken off, and its thoughts with it."""
    name = _signature_field(part)
    if name is None or not isinstance(part, dict):
        return part
    signature = unmarked(str(part[name]))
    if is_welcome(signature.provider, endpoint.provider.id):
        return {**part, name: signature.text}
    if part.get("thought") is True:
        return None
    return {field: value for field, value in part.items() if field != name}


def _first_call_signed(parts: list[Json]) -> list[Json]:
    """Newer models refuse a turn whose first call is unsigned: another model's, or one whose signature was foreign."""
    for place, part in enumerate(parts):
        if isinstance(part, dict) and not {"functionCall", "function_call"}.isdisjoint(part):
            signed: Json = part if _signature_field(part) else {**part, "thoughtSignature": BYPASS}
            return [*parts[:place], signed, *parts[place + 1 :]]
    return parts


def _signature_field(part: Json) -> str | None:
    names = ("thoughtSignature", "thought_signature")
    return next((name for name in names if isinstance(part, dict) and isinstance(part.get(name), str)), None)

"""Puts the document together: the inference routes from their table here, every other route from FastAPI."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import cast

from fastapi import FastAPI

from switchboard.json_types import Json, JsonObject
from switchboard.web.reference.replies import REPLIES
from switchboard.web.reference.requests import REQUESTS
from switchboard.web.reference.schemas import named, text

INTRODUCTION = """\
One key and one address for every model of the catalog. The routes speak the dialects of OpenAI, Anthropic and Google, \
so their SDKs work unchanged: every path below /api/v1 is also at /v1, those of Anthropic also at /api/anthropic/v1, \
those of Google also at /v1beta. Fields that OpenRouter adds are understood."""
PUBLIC = ("/models", "/model/", "/providers", "/endpoints", "/rankings")
JSON, EVENTS = "application/json", "text/event-stream"


@dataclass(frozen=True, slots=True)
class Inference:
    """One inference route. `tag` groups it, `streams` says that it can answer in events."""

    path: str
    tag: str
    summary: str
    request: str
    reply: str
    streams: bool = False


INFERENCE = (
    Inference("/api/v1/chat/completions", "Chat", "Chat completion", "ChatCompletionRequest", "ChatCompletion", True),
    Inference("/api/v1/responses", "Responses", "Response", "ResponseRequest", "Response", True),
    Inference("/api/v1/messages", "Messages", "Message", "MessageRequest", "Message", True),
    Inference("/api/v1/messages/count_tokens", "Messages", "Count tokens", "CountTokensRequest", "TokenCount"),
    Inference("/api/v1/route", "Routing", "Explain a route", "ChatCompletionRequest", "Route"),
    Inference("/api/v1/embeddings", "Embeddings", "Embeddings", "EmbeddingsRequest", "Embeddings"),
    *(
        Inference(f"/api/v1beta/models/{{author}}/{{slug}}:{method}", "Google", summary, request, reply, streams)
        for method, summary, request, reply, streams in (
            ("generateContent", "Generate content", "GenerateContentRequest", "GenerateContentResponse", False),
            ("streamGenerateContent", "Stream content", "GenerateContentRequest", "GenerateContentResponse", True),
            ("countTokens", "Count tokens, Google's way", "GoogleCountTokensRequest", "GoogleTokenCount", False),
        )
    ),
)
# What FastAPI's routes answer with, where it is more than `{"data": ...}`.
_SHAPES: Mapping[str, str] = {
    "/api/v1/models": "ModelList",
    "/api/v1/models/{model_id}": "Model",
    "/api/v1beta/models": "GoogleModelList",
}
_NO_SCHEMAS = frozenset({"HTTPValidationError", "ValidationError"})


def api_document(described: Iterable[FastAPI]) -> JsonObject:
    """OpenAPI 3.1 for all of `described` and for the inference routes."""
    paths: JsonObject = {route.path: {"post": _inference(route)} for route in INFERENCE}
    schemas: JsonObject = {**REQUESTS, **REPLIES}
    for app in described:
        theirs = cast(JsonObject, app.openapi())
        for path, methods in cast("dict[str, JsonObject]", theirs["paths"]).items():
            paths[path] = {method: _rest(path, cast(JsonObject, told)) for method, told in methods.items()}
        components = cast("dict[str, JsonObject]", theirs.get("components", {}))
        schemas |= {name: each for name, each in components.get("schemas", {}).items() if name not in _NO_SCHEMAS}
    return {
        "openapi": "3.1.0",
        "info": {"title": "Switchboard", "version": "1", "description": INTRODUCTION},
        "servers": [{"url": "/"}],
        "security": [{"bearer": []}, {"apiKey": []}, {"googleKey": []}],
        "paths": paths,
        "components": {"schemas": schemas, "securitySchemes": _KEYS, "responses": {"Error": _ERROR}},
    }


_KEYS: JsonObject = {
    "bearer": {"type": "http", "scheme": "bearer"},
    "apiKey": {"type": "apiKey", "in": "header", "name": "x-api-key"},
    "googleKey": {"type": "apiKey", "in": "header", "name": "x-goog-api-key"},
}
_ERROR: JsonObject = {
    "description": "What went wrong; `message` says what to do about it.",
    "content": {JSON: {"schema": named("Error")}},
}


def _inference(route: Inference) -> JsonObject:
    content: JsonObject = {JSON: {"schema": named(route.reply)}}
    if route.streams:
        content[EVENTS] = {"schema": text("One event for each piece, in the dialect of the route.")}
    parameters: list[Json] = [
        {"name": name, "in": "path", "required": True, "schema": text()}
        for name in ("author", "slug")
        if f"{{{name}}}" in route.path
    ]
    return {
        "tags": [route.tag],
        "summary": route.summary,
        "operationId": route.summary.lower().replace(",", "").replace("'", "").replace(" ", "_"),
        **({"parameters": parameters} if parameters else {}),
        "requestBody": {"required": True, "content": {JSON: {"schema": named(route.request)}}},
        "responses": {
            "200": {"description": "The answer.", "content": content},
            "default": {"$ref": "#/components/responses/Error"},
        },
    }


def _rest(path: str, told: JsonObject) -> JsonObject:
    """FastAPI's own words, with the shape of the answer; a wrong value is answered with 400 here, not with 422."""
    responses = cast("dict[str, Json]", told.get("responses", {}))
    kept = {status: each for status, each in responses.items() if status not in ("200", "422")}
    shape: JsonObject = {"description": "The answer.", "content": {JSON: {"schema": named(_SHAPES.get(path, "Data"))}}}
    given = cast(JsonObject, responses.get("200") or {})
    content = cast("dict[str, JsonObject]", given.get("content") or {})
    answer: Json = given if content.get(JSON, {}).get("schema") else shape
    is_public = any(path.removeprefix("/api/v1").removeprefix("beta").startswith(start) for start in PUBLIC)
    return {
        **told,
        **({"security": []} if is_public else {}),
        "responses": {
            **({"200": answer} if "200" in responses else {}),
            **kept,
            "default": {"$ref": "#/components/responses/Error"},
        },
    }

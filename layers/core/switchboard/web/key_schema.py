"""The bodies of the key routes, as their OpenAPI document describes them."""

from typing import Any

# Any: JSON Schema, which FastAPI takes as it is.
_TEXTS: dict[str, Any] = {"type": ["array", "null"], "items": {"type": "string"}, "minItems": 1}
_COUNT: dict[str, Any] = {"type": ["integer", "null"], "minimum": 1}
_FLAG: dict[str, Any] = {"type": "boolean"}

CHANGEABLE: dict[str, Any] = {
    "name": {"type": "string", "maxLength": 256, "description": "What the key is for."},
    "disabled": {**_FLAG, "description": "A disabled key opens nothing; it can be enabled again."},
    "limit": {"type": ["number", "null"], "minimum": 0, "description": "USD; null is no limit."},
    "limit_reset": {
        "enum": ["daily", "weekly", "monthly", None],
        "description": "When the limit begins anew, at 00:00 UTC (weeks on Monday); null: never.",
    },
    "expires_at": {"type": ["string", "null"], "format": "date-time", "description": "UTC; null: never."},
    "rpm": {**_COUNT, "description": "Requests for each minute."},
    "tpm": {**_COUNT, "description": "Tokens for each minute."},
    "max_parallel": {**_COUNT, "description": "Requests at once."},
    "allowed_models": {**_TEXTS, "description": "The only models that the key may use; null: all."},
    "ignored_models": {**_TEXTS, "description": "Models that the key may not use."},
    "allowed_providers": {**_TEXTS, "description": "The only providers (ids or endpoint tags) that may serve it."},
    "ignored_providers": {**_TEXTS, "description": "Providers that may not serve it."},
    "zdr": {**_FLAG, "description": "Only endpoints known to keep no prompts."},
    "no_training": {**_FLAG, "description": "Only endpoints known not to train on prompts."},
    "include_byok_in_limit": {**_FLAG, "description": "OpenRouter's; all usage counts here."},
    "creator_user_id": {"type": ["string", "null"], "description": "Kept and shown, nothing else."},
    "workspace_id": {"type": "null", "description": "OpenRouter's; a gateway has no workspaces."},
}


def _body(properties: dict[str, Any], required: list[str]) -> dict[str, Any]:
    schema = {"type": "object", "properties": properties, "required": required, "additionalProperties": False}
    return {"requestBody": {"required": bool(required), "content": {"application/json": {"schema": schema}}}}


CREATE_BODY = _body(
    {**CHANGEABLE, "is_management_key": {**_FLAG, "description": "Administers keys and cannot use models."}}, ["name"]
)
CHANGE_BODY = _body(CHANGEABLE, [])
ROTATE_BODY = _body(
    {
        "overlap_seconds": {
            "type": "integer",
            "minimum": 0,
            "maximum": 2_592_000,
            "description": "How long the old text goes on working.",
        }
    },
    [],
)
